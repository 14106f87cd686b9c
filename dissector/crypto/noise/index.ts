/** The Noise Protocol Framework, revision 34: names, active sides, and a reader of handshakes between others. */
export { initialize, mixHash, mixKey, mixKeyAndHash, rekey, split } from './calculations.ts';
export { type CipherFunction, tagLength } from './cipherfunctions.ts';
export type { CipherState } from './cipherstate.ts';
export type { DhFunction } from './dhfunctions.ts';
export {
  beginHandshake,
  type HandshakeKeys,
  type HandshakeState,
  maxMessageLength,
  type TransportCiphers,
} from './handshakestate.ts';
export type { HashFunction } from './hashfunctions.ts';
export {
  type KnownKeys,
  type KnownSecrets,
  type Part,
  type ReadHandshake,
  type ReadMessage,
  readHandshake,
} from './passive.ts';
export {
  type DhToken,
  type HandshakePattern,
  type MessagePattern,
  patternNames,
  type Role,
  readPattern,
  type Token,
} from './pattern.ts';
export { type NoiseProtocol, readProtocolName } from './protocolname.ts';
export { type Secret, secretsInWords, secretsOf, sufficientSets } from './secrets.ts';
