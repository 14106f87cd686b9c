import { toHex } from '../../bytes/index.ts';
import { noise } from '../../crypto/index.ts';
import { type Captured, type Direction, type Key, type KeyRing, Trial, type TriedKey, triedKeys } from '../../session/index.ts';
import { ephemeralLabel, type TransportKeys, transportLabel } from './keys.ts';
import { ephemeralLength, headerLength } from './messages.ts';
import { Session } from './session.ts';

/** What each key of the ring does for a message that travels sealed: Noise step by step (Noise specification, section 5). */
export function explain(captured: Captured, keys: KeyRing): TriedKey[] {
  if (!captured.encrypted) return [];
  const session = captured.session instanceof Session ? captured.session : undefined;
  return triedKeys([
    { keys: keys.all(ephemeralLabel), explain: (key) => byEphemeral(key, session, captured) },
    { keys: keys.all(transportLabel), explain: (key) => byTransportKeys(key, session, captured) },
  ]);
}

const absent = 'not in the capture';

function byEphemeral(key: Key, session: Session | undefined, captured: Captured): TriedKey {
  const trial = new Trial(key);
  const resp = captured.name === 'RespHello' ? captured.bytes.subarray(captured.start, captured.end) : session?.resp;
  const responder = resp === undefined ? undefined : toHex(ephemeralOf(resp));
  const known = { "initiator's e": session?.e ?? absent, "responder's e": responder ?? absent };
  const side = key.index === session?.e ? 'initiator' : key.index === responder ? 'responder' : undefined;
  const found = side === undefined ? "no e of this message's session" : `the ${side}'s e`;
  if (!trial.step('find the e that it yields', { public: key.index, ...known }, found, side !== undefined)) return trial.tried;
  if (session === undefined || resp === undefined) {
    trial.step('find both hellos', known, 'one of them is not in the capture', false);
    return trial.tried;
  }
  const message2 = respHello(trial, key.secret as Uint8Array, side === 'initiator', session, resp);
  if (message2 !== undefined && captured.name !== 'RespHello') {
    const bit = (captured.bytes[captured.start]! >>> 7) as Direction;
    trial.step('split into two transport keys', { direction: direction(bit) }, 'HKDF of the chaining key', true);
    open(trial, message2.split[bit], captured);
  }
  return trial.tried;
}

/** Message 2 under each InitHello that carries the session's e; the first that opens is the session's. */
function respHello(trial: Trial, secret: Uint8Array, isInitiator: boolean, session: Session, resp: Uint8Array) {
  const e = ephemeralOf(resp);
  const hello = session.hellos[0];
  const peer = isInitiator || hello === undefined ? e : ephemeralOf(hello.message);
  const ee = noise.dh(secret, peer);
  const computed = ee === undefined ? 'zero: the other e is of low order' : 'computed';
  if (!trial.step('ee = X25519(private key, e)', { e: toHex(peer) }, computed, ee !== undefined)) return undefined;
  for (const { frame, transcript } of session.hellos) {
    const message2 = noise.readMessage2(transcript, e, ee!, resp.subarray(headerLength + ephemeralLength));
    const inputs = { 'h after InitHello': toHex(transcript.h), 'InitHello in frame': String(frame), nonce: '0' };
    const result = message2 === undefined ? 'the tag does not verify' : `the tag verifies; h is ${toHex(message2.h)}`;
    if (trial.step("open RespHello's payload", inputs, result, message2 !== undefined)) return message2;
  }
  return undefined;
}

function byTransportKeys(key: Key, session: Session | undefined, captured: Captured): TriedKey {
  const trial = new Trial(key);
  const inputs = { given: key.index, session: session?.e ?? absent };
  const fits = session?.e === key.index;
  if (!trial.step("find the session by the initiator's e", inputs, fits ? 'the same' : 'another session', fits))
    return trial.tried;
  if (captured.name === 'RespHello') {
    trial.step('open RespHello', {}, 'its payload is under a handshake key: only an ephemeral private key opens it', false);
    return trial.tried;
  }
  const bit = (captured.bytes[captured.start]! >>> 7) as Direction;
  const { i2r, r2i } = key.secret as TransportKeys;
  const own = bit === 0 ? i2r : r2i;
  const isThere = own !== undefined;
  if (trial.step('take the key of its direction', { direction: direction(bit) }, isThere ? 'given' : 'left out (-)', isThere))
    open(trial, own!, captured);
  return trial.tried;
}

function open(trial: Trial, key: Uint8Array, { bytes, start, end }: Captured): void {
  const message = bytes.subarray(start, end);
  const header = message.subarray(0, headerLength);
  const counter = (header[0]! & 0x7f) * 0x100_0000 + (header[1]! << 16) + (header[2]! << 8) + header[3]!;
  const ok = noise.open(key, counter, header, message.subarray(headerLength)) !== undefined;
  const inputs = { nonce: String(counter), aad: toHex(header) };
  trial.step('ChaCha20-Poly1305', inputs, ok ? 'the tag verifies' : 'the tag does not verify', ok);
}

function ephemeralOf(message: Uint8Array): Uint8Array {
  return message.subarray(headerLength, headerLength + ephemeralLength);
}

function direction(bit: Direction): string {
  return bit === 0 ? 'initiator to responder' : 'responder to initiator';
}
