import { toHex } from '../../bytes/index.ts';
import {
  type ExplainedStep,
  type Key,
  type KeyRing,
  type KeySteps,
  keyStep,
  type MessageView,
  neededStep,
  type TriedKey,
  triedKeys,
} from '../../protocol/index.ts';
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
const unverified = 'the tag does not verify';

function* byEphemeral(key: Key<Uint8Array>, session: Session | undefined, captured: MessageView): KeySteps {
  const resp = captured.name === 'RespHello' ? captured.bytes.subarray(captured.start, captured.end) : session?.resp;
  const responder = resp && toHex(helloParts(resp).e);
  const known = { "initiator's e": session?.e ?? absent, "responder's e": responder ?? absent };
  const side = key.index === session?.e ? 'initiator' : key.index === responder ? 'responder' : undefined;
  const found = side === undefined ? "no e of this message's session" : `the ${side}'s e`;
  yield* neededStep('find the e that it yields', { public: key.index, ...known }, side, found);
  if (session === undefined || resp === undefined)
    return yield keyStep('find both hellos', known, 'one of them is not in the capture', false);
  const made = yield* respHello(key.secret, side === 'initiator', session, resp);
  if (made === undefined || captured.name === 'RespHello') return;
  const { bit } = headerOf(captured);
  yield keyStep('split into two transport keys', { direction: directionNames[bit] }, 'HKDF of the chaining key', true);
  yield opened(keyOf(made, bit)!, captured);
}

/** Message 2 under each InitHello that carries the session's e; the first that opens is the session's. */
function* respHello(
  secret: Uint8Array,
  isInitiator: boolean,
  session: Session,
  resp: Uint8Array,
): KeySteps<ExchangeKeys | undefined> {
  const { e, rest: ciphertext } = helloParts(resp);
  const hello = session.hellos[0];
  const peer = isInitiator || hello === undefined ? e : helloParts(hello.message).e;
  const made = exchange(secret, peer);
  const computed = made === undefined ? 'zero: the other e is of low order' : 'computed';
  const keys = yield* neededStep('ee = X25519(private key, e)', { e: toHex(peer) }, made, computed);
  for (const { frame, h1 } of session.hellos) {
    const { hE, h } = hashMessage2(h1, e, ciphertext);
    const isOpen = openMessage2({ hE, h }, ciphertext, keys) !== undefined;
    const inputs = { 'h after InitHello': toHex(h1), 'InitHello in frame': String(frame), nonce: '0' };
    yield keyStep("open RespHello's payload", inputs, isOpen ? `the tag verifies; h is ${toHex(h)}` : unverified, isOpen);
    if (isOpen) return keys;
  }
  return undefined;
}

function* byTransportKeys(key: Key<TransportKeys>, session: Session | undefined, captured: MessageView): KeySteps {
  const inputs = { given: key.index, session: session?.e ?? absent };
  const fits = session?.e === key.index;
  yield* neededStep("find the session by the initiator's e", inputs, fits, fits ? 'the same' : 'another session');
  if (captured.name === 'RespHello')
    return yield keyStep(
      'open RespHello',
      {},
      'its payload is under a handshake key: only an ephemeral private key opens it',
      false,
    );
  const { bit } = headerOf(captured);
  const own = keyOf(key.secret, bit);
  const isThere = own === undefined ? 'left out (-)' : 'given';
  yield opened(yield* neededStep('take the key of its direction', { direction: directionNames[bit] }, own, isThere), captured);
}

function opened(key: Uint8Array, captured: MessageView): ExplainedStep {
  const { counter } = headerOf(captured);
  const { header, ciphertext } = sealedParts(captured.bytes.subarray(captured.start, captured.end));
  const ok = nn.cipher.decrypt(key, counter, header, ciphertext) !== undefined;
  return keyStep('ChaCha20-Poly1305', { nonce: String(counter), aad: toHex(header) }, ok ? 'the tag verifies' : unverified, ok);
}

/** What travels encrypted has a header. */
function headerOf({ bytes, start, end }: MessageView): Header {
  return readHeader(bytes.subarray(start, end))!;
}
