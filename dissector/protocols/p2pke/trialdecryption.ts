import { type Limits, toHex, valuesOf } from '../../bytes/index.ts';
import type { Direction, Key, ObserverContext } from '../../protocol/index.ts';
import { ephemeralKind } from './keys.ts';
import { type ExchangeKeys, exchange, hashMessage2, openMessage2 } from './keyschedule.ts';
import { ownLimits } from './limits.ts';
import { helloParts } from './messages.ts';
import type { InitHello, Session } from './session.ts';

export interface OpenedRespHello {
  readonly session: Session;
  readonly hello: InitHello;
  /** Handshake hash after message 2. */
  readonly h2: Uint8Array;
  readonly payload: Uint8Array;
  readonly keys: ExchangeKeys;
}

/** Responders' ephemerals of one session whose exchange is kept. */
const mostAnswers = 64;

/** Tries each session whose ephemeral key, or the responder's, is in the ring; the tag proves it. */
export function openRespHello(
  { keys, limits }: Pick<ObserverContext, 'keys' | 'limits'>,
  message: Uint8Array,
  candidates: readonly Session[],
): OpenedRespHello | undefined {
  const { e, rest: ciphertext } = helloParts(message);
  const answer = toHex(e);
  const own = keys.find(ephemeralKind, answer);
  for (const session of candidates) {
    const initiators = keys.find(ephemeralKind, session.e);
    const [first] = session.hellos;
    const peer = first && helloParts(first.message).e;
    if (own.length > 0) session.held.add(answer);
    const exchanged = session.exchanged.get(answer) ?? [
      ...initiators.flatMap((key) => exchangeWith(key, e)),
      ...(peer === undefined ? [] : own.flatMap((key) => exchangeWith(key, peer))),
    ];
    if (session.exchanged.size < mostAnswers) session.exchanged.set(answer, exchanged);
    for (const made of exchanged) {
      for (const hello of session.hellos.slice(-valuesOf(ownLimits, limits).initHellos).reverse()) {
        const message2 = hashMessage2(hello.h1, e, ciphertext);
        const payload = openMessage2(message2, ciphertext, made);
        if (payload !== undefined) return { session, hello, h2: message2.h, payload, keys: made };
      }
    }
  }
  return undefined;
}

function exchangeWith({ secret, origin }: Key<Uint8Array>, peer: Uint8Array): ExchangeKeys[] {
  const made = exchange(secret, peer);
  return made === undefined ? [] : [{ ...made, origin }];
}

/** The sessions that a RespHello may answer, newest first, and which limit left others out. */
export function askers(recent: readonly Session[], sender: Direction, unopened: number, limits: Limits) {
  const { unopenedAnswers, askingSessions, initHellos } = valuesOf(ownLimits, limits);
  const asking = recent.filter((session) => session.initiator !== sender);
  const isMany = unopened > unopenedAnswers;
  const candidates = asking.slice(0, isMany ? 1 : askingSessions);
  const passed: (keyof typeof ownLimits)[] = [];
  if (candidates.length < asking.length) passed.push(isMany ? 'unopenedAnswers' : 'askingSessions');
  if (candidates.some(({ hellos }) => hellos.length > initHellos)) passed.push('initHellos');
  return { candidates, passed };
}
