/**
 * Peerscope as a library: no editor, no Node, no DOM. dissector/README.md shows how to use it.
 *
 * @example
 * const capture = openBytes(bytes, { keys: [keyLog] });
 * if ('problem' in capture) throw new Error(capture.problem.text);
 * for (const { message, state } of capture.messages()) console.log(message, state);
 */

// To read captures.
export type { Explanation } from './analysis/explanation.ts';
export type { MessageLine } from './analysis/jsonline.ts';
export type { OpenedCapture, OpenOptions } from './analysis/openedcapture.ts';
export {
  type Budget,
  type BudgetName,
  type Check,
  defaultLimits,
  type Field,
  fromBase64,
  fromHex,
  type Json,
  type KeyOrigin,
  type Limit,
  type Limits,
  type LimitTable,
  type Made,
  malformed,
  type Origin,
  operationsOf,
  overLimit,
  type Piece,
  type Problem,
  type Source,
  type Tree,
  toBase64,
  toHex,
  tooShort,
  type Value,
  valuesOf,
} from './bytes/index.ts';
// To write them: the blocks of a pcapng file.
export { decryptionSecrets, enhancedPacket, interfaceDescription, keyLogSecretsType, sectionHeader } from './capture/index.ts';
// Layouts as data: decoded and encoded by one definition.
export {
  align,
  type BencodeEntry,
  type BencodeType,
  bencode,
  bencodeForm,
  bits,
  bounded,
  byCase,
  bytes,
  type CborEntry,
  type CborMap,
  type CborType,
  type ChecksumAlgorithm,
  cbor,
  cborForm,
  checksum,
  compileStruct,
  type Decoded,
  type DecodedValues,
  decodeBencode,
  decodeCbor,
  decodeProto,
  decodeRecords,
  type Encodable,
  encodeBencode,
  encodeCbor,
  encodeProto,
  encodeStruct,
  type FieldForm,
  type FieldKind,
  type FieldValues,
  type Fresh,
  type FreshKind,
  fieldToJson,
  flags,
  float,
  fresh,
  generatedFields,
  headedProtoForm,
  type Item,
  ipv4,
  ipv6,
  type JsonNode,
  type Length,
  type ListElement,
  list,
  type MessageForm,
  nulTerminated,
  type ProtoEnum,
  type ProtoField,
  type ProtoMessage,
  type ProtoScalar,
  type ProtoType,
  padding,
  parseJson,
  port,
  prefixed,
  protoForm,
  protoMap,
  type Ref,
  recordsForm,
  type StructDecoder,
  type StructItem,
  struct,
  structForm,
  type TlvParts,
  type TreeField,
  time,
  tlv,
  uint,
  undecoded,
  varint,
  when,
  zigzag,
} from './codec/index.ts';
// Cryptography, a namespace for each family. What does not fit gives undefined, false or a sentence; lengths are in bytes.
/**
 * AES, ChaCha20-Poly1305 and XChaCha20-Poly1305.
 *
 * @example
 * const sealed = ciphers.aesGcm.seal(key, nonce, plaintext, aad);
 * const opened = ciphers.aesGcm.open(key, nonce, sealed, aad); // undefined when the tag does not verify
 */
export * as ciphers from './crypto/families/ciphers.ts';
/**
 * X25519, X448, Ed25519, Ed448, P-256 and secp256k1.
 *
 * @example
 * const secret = curves.x25519.shared(privateKey, publicKey); // undefined for a point of low order
 * const isValid = curves.p256.verify(point, hashes.sha256(message), signature);
 */
export * as curves from './crypto/families/curves.ts';
/**
 * Diffie-Hellman in a finite field.
 *
 * @example
 * const secret = dh.shared(y, x, p); // big-endian, as long as p
 */
export * as dh from './crypto/families/dh.ts';
/**
 * SHA-2, SHA-3, BLAKE2, BLAKE3, HMAC and HKDF.
 *
 * @example
 * const digest = hashes.blake3(head, body);
 * const key = hashes.hkdf(hashes.sha256, secret, salt, info, 32);
 */
export * as hashes from './crypto/families/hashes.ts';
/**
 * RSA: OAEP, PSS and PKCS #1 v1.5.
 *
 * @example
 * const key = rsa.readPrivateKey(pkcs8); // DER; undefined when it is none
 * const message = key && rsa.decryptOaep(key, 'SHA-256', ciphertext);
 */
export * as rsa from './crypto/families/rsa.ts';
/**
 * The Noise Protocol Framework, revision 34: active sides, and a reader of handshakes between others.
 *
 * @example
 * const protocol = noise.readProtocolName('Noise_IK_25519_ChaChaPoly_BLAKE2s');
 * if (typeof protocol === 'string') throw new Error(protocol);
 * const { messages, transport } = noise.readHandshake(protocol, recorded, { responder: { s, e } });
 */
export * as noise from './crypto/noise/index.ts';
// Protocols by what they say: the passes come from it.
export {
  type ConversationDefinition,
  type ConversationPeer,
  defineConversation,
  defineMessages,
  type Handshake,
  type HandshakeOptions,
  ipPacketLayer,
  Layer,
  type LayerDefinition,
  type MessageFacts,
  type MessagesDefinition,
  type MuxOptions,
  type NodeMuxOptions,
  type NodeNoiseOptions,
  type NodeSealing,
  type NodeTalk,
  type NoiseOptions,
  noiseLayer,
  type OpenedTransport,
  type Reading,
  type ReadMessage,
  type SessionTable,
  type Speaking,
  type Talk,
  type TransportOptions,
} from './definition/index.ts';
export { openBytes } from './open.ts';
// The contract of a protocol.
export {
  type Address,
  aboutOrder,
  advance,
  allowed,
  type Candidate,
  type Conversation,
  type ConversationObserver,
  type ConversationSample,
  type Corruption,
  certain,
  computedSecret,
  computedValue,
  type Decrypted,
  type Derivation,
  type Direction,
  type Dissection,
  decryption,
  defineProtocol,
  derivation,
  derivedValue,
  type ExplainedStep,
  endedInside,
  type Finding,
  type Key,
  type KeyKind,
  type KeyRing,
  type KeySteps,
  KeyTrial,
  /** The name of KeyTrial before 0.2: modules that were written for it still use it. */
  KeyTrial as Trial,
  keyStep,
  LazyDissection,
  type Link,
  type LinkStatus,
  type Machine,
  type MessageHeader,
  type MessageView,
  type NodeContext,
  type NodeDefinition,
  type NodeSession,
  type NumberTable,
  neededStep,
  type Observer,
  type ObserverContext,
  type OpenChoice,
  type Protocol,
  probable,
  type Quantity,
  type Rule,
  rsaPrivateKind,
  rulesOf,
  type SessionStep,
  type Severity,
  type State,
  StreamBuffer,
  type StreamEnd,
  secretValue,
  sharedKeyKind,
  type TriedKey,
  triedKeys,
  unpackBzip2,
  wireValue,
  x25519PrivateKind,
  x25519PublicKind,
} from './protocol/index.ts';
/** The protocols that are built in. */
export { protocols } from './protocols/index.ts';
