import { toHex } from '../../bytes/index.ts';
import { type Key, type KeyRing, KeyTrial, type MessageView, type TriedKey, triedKeys } from '../../protocol/index.ts';
import type { Facts } from './facts.ts';
import { ephemeralKind, type TransportKeys, transportKind } from './keys.ts';
import { type ExchangeKeys, exchange, hashMessage2, keyOf, nn, openMessage2 } from './keyschedule.ts';
import { directionNames, type Header, helloParts, readHeader, sealedParts } from './messages.ts';
import type { Session } from './session.ts';

/** What each key of the ring does for a message that travels sealed: Noise step by step (Noise specification, section 5). */
export function explain(captured: MessageView<Facts, Session>, keys: KeyRing): TriedKey[] {
  if (!captured.encrypted) return [];
  const { session } = captured;
  return triedKeys(
    [
      { keys: keys.all(ephemeralKind), explain: (key) => byEphemeral(key, session, captured) },
      { keys: keys.all(transportKind), explain: (key) => byTransportKeys(key, session, captured) },
    ],
    captured.limits,
  );
}

const absent = 'not in the capture';

function byEphemeral(key: Key<Uint8Array>, session: Session | undefined, captured: MessageView): TriedKey {
  const trial = new KeyTrial(key);
  const resp = captured.name === 'RespHello' ? captured.bytes.subarray(captured.start, captured.end) : session?.resp;
  const responder = resp === undefined ? undefined : toHex(helloParts(resp).e);
  const known = { "initiator's e": session?.e ?? absent, "responder's e": responder ?? absent };
  const side = key.index === session?.e ? 'initiator' : key.index === responder ? 'responder' : undefined;
  const found = side === undefined ? "no e of this message's session" : `the ${side}'s e`;
  if (!trial.step('find the e that it yields', { public: key.index, ...known }, found, side !== undefined)) return trial.tried;
  if (session === undefined || resp === undefined) {
    trial.step('find both hellos', known, 'one of them is not in the capture', false);
    return trial.tried;
  }
  const made = respHello(trial, key.secret, side === 'initiator', session, resp);
  if (made !== undefined && captured.name !== 'RespHello') {
    const { bit } = headerOf(captured);
    trial.step('split into two transport keys', { direction: directionNames[bit] }, 'HKDF of the chaining key', true);
    open(trial, keyOf(made, bit)!, captured);
  }
  return trial.tried;
}

/** Message 2 under each InitHello that carries the session's e; the first that opens is the session's. */
function respHello(
  trial: KeyTrial,
  secret: Uint8Array,
  isInitiator: boolean,
  session: Session,
  resp: Uint8Array,
): ExchangeKeys | undefined {
  const { e, rest: ciphertext } = helloParts(resp);
  const hello = session.hellos[0];
  const peer = isInitiator || hello === undefined ? e : helloParts(hello.message).e;
  const made = exchange(secret, peer);
  const computed = made === undefined ? 'zero: the other e is of low order' : 'computed';
  if (!trial.step('ee = X25519(private key, e)', { e: toHex(peer) }, computed, made !== undefined)) return undefined;
  for (const { frame, h1 } of session.hellos) {
    const { hE, h } = hashMessage2(h1, e, ciphertext);
    const isOpen = openMessage2({ hE, h }, ciphertext, made!) !== undefined;
    const inputs = { 'h after InitHello': toHex(h1), 'InitHello in frame': String(frame), nonce: '0' };
    const result = isOpen ? `the tag verifies; h is ${toHex(h)}` : 'the tag does not verify';
    if (trial.step("open RespHello's payload", inputs, result, isOpen)) return made;
  }
  return undefined;
}

function byTransportKeys(key: Key<TransportKeys>, session: Session | undefined, captured: MessageView): TriedKey {
  const trial = new KeyTrial(key);
  const inputs = { given: key.index, session: session?.e ?? absent };
  const fits = session?.e === key.index;
  if (!trial.step("find the session by the initiator's e", inputs, fits ? 'the same' : 'another session', fits))
    return trial.tried;
  if (captured.name === 'RespHello') {
    trial.step('open RespHello', {}, 'its payload is under a handshake key: only an ephemeral private key opens it', false);
    return trial.tried;
  }
  const { bit } = headerOf(captured);
  const own = keyOf(key.secret, bit);
  const isThere = own !== undefined;
  if (
    trial.step('take the key of its direction', { direction: directionNames[bit] }, isThere ? 'given' : 'left out (-)', isThere)
  )
    open(trial, own!, captured);
  return trial.tried;
}

function open(trial: KeyTrial, key: Uint8Array, captured: MessageView): void {
  const { counter } = headerOf(captured);
  const { header, ciphertext } = sealedParts(captured.bytes.subarray(captured.start, captured.end));
  const ok = nn.cipher.decrypt(key, counter, header, ciphertext) !== undefined;
  const inputs = { nonce: String(counter), aad: toHex(header) };
  trial.step('ChaCha20-Poly1305', inputs, ok ? 'the tag verifies' : 'the tag does not verify', ok);
}

/** What travels encrypted has a header. */
function headerOf({ bytes, start, end }: MessageView): Header {
  return readHeader(bytes.subarray(start, end))!;
}
