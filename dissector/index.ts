/**
 * Peerscope as a library: no editor, no Node, no DOM.
 *
 * To read captures: `openBytes(bytes, { keys })` gives an OpenedCapture, whose `messages()` are what `decode --json` prints
 * (decode.schema.json), and whose `tree(n)`, `findings()`, `explain(n)` and `giveKeys(text)` are what the inspector shows.
 *
 * To write a protocol: layouts as data (`struct`, `uint`, `bytes`, …), `compileStruct` and `encodeStruct` over them, and
 * `defineProtocol({ … })`. To write bytes: `encodeStruct`, `encodeProto`; the pcapng blocks make a capture of them.
 */

export {
  type Check,
  defaultLimits,
  type Field,
  fromBase64,
  fromHex,
  type Json,
  type LimitName,
  type Limits,
  limitDoc,
  limitNames,
  malformed,
  type Origin,
  overLimit,
  type Piece,
  type Problem,
  type Source,
  type Tree,
  toBase64,
  toHex,
  tooShort,
  useLimits,
  type Value,
} from './bytes/index.ts';
export { decryptionSecrets, enhancedPacket, interfaceDescription, keyLogSecretsType, sectionHeader } from './capture/index.ts';
export * from './codec/index.ts';
export { defineProtocol } from './define.ts';
export type { Explanation } from './explanation.ts';
export { readLimits } from './limits.ts';
export { type MessageLine, messageLine } from './line.ts';
export { OpenedCapture, type OpenOptions, openBytes } from './open.ts';
/** The protocols that Peerscope knows of itself. */
export { protocols } from './protocols/index.ts';
export * from './session/index.ts';
export { readWishes, type Wishes, type WrittenWishes } from './wishes.ts';
