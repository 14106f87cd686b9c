import { type Check, type Field, fromHex, type Limits, toHex } from '../../bytes/index.ts';
import { decodeProto } from '../../codec/index.ts';
import { signatureDigest } from '../../crypto/index.ts';
import {
  computedValue,
  type Derivation,
  derivation,
  derivedValue,
  type KeyRing,
  type MessageView,
  NoiseDerivations,
  type NoiseQuantities,
  noiseDecryption,
  type Quantity,
  secretValue,
  wireValue,
} from '../../protocol/index.ts';
import { bindingPurpose, childBytes, timestampPurpose } from './claim.ts';
import type { Facts } from './facts.ts';
import { ephemeralKind, ephemeralLabel, transportLabel } from './keys.ts';
import { initial, keyOf, nn } from './keyschedule.ts';
import {
  directionNames,
  headerLength,
  helloParts,
  leastLength,
  type Name,
  payloads,
  readHeader,
  sealedParts,
} from './messages.ts';
import type { Session } from './session.ts';

/** What both sides of Noise NN compute for a message; the symbols are those of the Noise specification, revision 34. */
export function compute(captured: MessageView<Facts, Session>, keys: KeyRing): Derivation[] {
  const message = captured.bytes.subarray(captured.start, captured.end);
  const facts: Facts = captured.facts ?? {};
  const { session } = captured;
  if (captured.name === 'undecodable' || message.length < leastLength(captured.name as Name)) return [];
  switch (captured.name) {
    case 'InitHello':
      return initHello(message, facts, keys, captured.limits);
    case 'RespHello':
      return respHello(message, facts, session, keys, captured.limits);
    default:
      return sealed(captured, message, facts, session);
  }
}

const eitherKey = `needs ${ephemeralLabel} of either side`;
const anyKey = `needs ${ephemeralLabel} of either side, or ${transportLabel}`;
const noTranscript = `${eitherKey}, which tells the transcript`;
const lowOrder = 'it is zero: the other e is of low order, and both sides give up';

function quantities(keys: KeyRing, initiator: Uint8Array | undefined, responder?: Uint8Array): NoiseQuantities {
  const e = { initiator, responder };
  return {
    privateKey: (role) =>
      secretValue(`${role}'s private key`, privateOf(e[role], keys), `needs ${ephemeralLabel} of the ${role}`),
    publicKey: (role) => derivedValue(`${role}'s e`, e[role], 'its InitHello is not in the capture'),
    needs: () => eitherKey,
    lowOrder,
  };
}

function initHello(message: Uint8Array, facts: Facts, keys: KeyRing, limits: Limits): Derivation[] {
  const { e, rest: payload } = helloParts(message);
  const { field } = decodeProto(payloads.InitHello, payload, 0, 0, payload.length, limits);
  const steps = new NoiseDerivations(nn, quantities(keys, e));
  const signed = derivedValue('timestamp_tai64n', childBytes(field, 'timestamp_tai64n'), 'it is not in the message');
  return [
    ...steps.begin(initial.prologue),
    ...steps.message(nn.pattern.messages[0]!, message.subarray(headerLength)),
    ...signature(field, timestampPurpose, signed, facts.signature),
  ];
}

function respHello(message: Uint8Array, facts: Facts, session: Session | undefined, keys: KeyRing, limits: Limits): Derivation[] {
  const h1 = helloOf(session)?.h1;
  const which = 'the InitHello that it answers is not in the capture, or several could be: a key that opens it tells';
  const from = { h: derivedValue('h', h1, which), ck: wireValue('ck', initial.ck) };
  const steps = new NoiseDerivations(nn, quantities(keys, session && fromHex(session.e), helloParts(message).e), from);
  const computed = steps.message(nn.pattern.messages[1]!, message.subarray(headerLength));
  const payload = steps.payload;
  const field = payload && decodeProto(payloads.RespHello, payload, 0, 0, payload.length, limits).field;
  return [
    ...computed,
    steps.split(),
    ...signature(field, bindingPurpose, derivedValue('h after InitHello', h1, noTranscript), facts.signature),
  ];
}

/** InitDone, data, closing: sealed under a transport key, the header as additional data. */
function sealed(captured: MessageView, message: Uint8Array, facts: Facts, session: Session | undefined): Derivation[] {
  const { bit, counter } = readHeader(message)!;
  const { header, ciphertext } = sealedParts(message);
  const open = (key: Uint8Array) => nn.cipher.decrypt(key, counter, header, ciphertext);
  const given = (session?.transport ?? []).flatMap((pair) => keyOf(pair, bit) ?? []);
  const fitting = given.find((key) => open(key) !== undefined);
  // A key that RespHello's tag has proven is the session's, also where a message does not open under it.
  const key = fitting ?? (session?.proven[bit] === true && captured.state !== 'encrypted' ? given[0] : undefined);
  const out = [
    derivation(
      'n = counter',
      'p2pke, Wire Format: the counter is the nonce',
      [wireValue('header', header)],
      [wireValue('direction', directionNames[bit]), wireValue('n', String(counter))],
    ),
    noiseDecryption(
      nn,
      secretValue(bit === 0 ? 'k_i2r' : 'k_r2i', key, anyKey),
      counter,
      wireValue('header', header),
      ciphertext,
    ),
  ];
  if (captured.name !== 'InitDone') return out;
  const plaintext = fitting && open(fitting);
  const field = plaintext && decodeProto(payloads.InitDone, plaintext, 0, 0, plaintext.length, captured.limits).field;
  const signed = derivedValue('h after RespHello', session?.h2, noTranscript);
  return [...out, ...signature(field, bindingPurpose, signed, facts.signature)];
}

/** The InitHello of a session that the transcript goes on from: the one that RespHello's tag proved, or the only one. */
function helloOf(session: Session | undefined) {
  return session?.hello ?? (session?.hellos.length === 1 ? session.hellos[0] : undefined);
}

function privateOf(e: Uint8Array | undefined, keys: KeyRing): Uint8Array | undefined {
  return e && keys.find(ephemeralKind, toHex(e))[0]?.secret;
}

/** AuthClaim: what it signs goes through cSHAKE256 first (NIST SP 800-185). Without the payload the claim is yet to be opened. */
function signature(payload: Field | undefined, purpose: string, signed: Quantity, check: Check | undefined): Derivation[] {
  const claim = payload?.children?.find((child) => child.name === 'auth_claim');
  if (payload !== undefined && claim === undefined) return [];
  const missing = payload === undefined ? 'the payload is not opened' : 'it is not in the message';
  const digest = computedValue('digest', [signed], (bytes) => signatureDigest(purpose, bytes!));
  const key = derivedValue('key_x509', childBytes(claim, 'key_x509'), missing);
  const sig = derivedValue('sig', childBytes(claim, 'sig'), missing);
  return [
    derivation(
      `digest = cSHAKE256(${signed.name}, 512, "", "${purpose}")`,
      'NIST SP 800-185, section 3; p2pke, Handshake',
      [signed],
      [digest],
    ),
    derivation('verify(key_x509, digest, sig)', 'p2pke, Handshake: an authenticated key exchange', [key, digest, sig], [], check),
  ];
}
