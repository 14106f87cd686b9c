import { type Limits, toHex } from '../../bytes/index.ts';
import { noise } from '../../crypto/index.ts';
import type { Bench, Direction } from '../../session/index.ts';
import { ephemeralLabel } from './keys.ts';
import { ephemeralLength, headerLength } from './messages.ts';
import type { InitHello, Session } from './session.ts';

export interface OpenedRespHello {
  readonly session: Session;
  readonly hello: InitHello;
  readonly message2: noise.Message2;
}

/** Responders' ephemerals of one session whose exchange is kept. */
const mostAnswers = 64;

/** Tries each session whose ephemeral key, or the responder's, is in the ring; the tag proves it. */
export function openRespHello(
  { keys, limits }: Pick<Bench, 'keys' | 'limits'>,
  message: Uint8Array,
  candidates: readonly Session[],
): OpenedRespHello | undefined {
  const e = message.subarray(headerLength, headerLength + ephemeralLength);
  const ciphertext = message.subarray(headerLength + ephemeralLength);
  const own = keys.find(ephemeralLabel, toHex(e));
  for (const session of candidates) {
    const initiators = keys.find(ephemeralLabel, session.e);
    const peer = session.hellos[0]?.message.subarray(headerLength, headerLength + ephemeralLength);
    const answer = toHex(e);
    const secrets = session.exchanged.get(answer) ?? [
      ...initiators.map((key) => noise.dh(key.secret as Uint8Array, e)),
      ...(peer === undefined ? [] : own.map((key) => noise.dh(key.secret as Uint8Array, peer))),
    ];
    if (session.exchanged.size < mostAnswers) session.exchanged.set(answer, secrets);
    for (const ee of secrets) {
      if (ee === undefined) continue;
      for (const hello of session.hellos.slice(-limits.initHellos).reverse()) {
        const message2 = noise.readMessage2(hello.transcript, e, ee, ciphertext);
        if (message2 !== undefined) return { session, hello, message2 };
      }
    }
  }
  return undefined;
}

/** The sessions that a RespHello may answer, newest first, and which limit left others out. */
export function askers(recent: readonly Session[], sender: Direction, unopened: number, limits: Limits) {
  const { unopenedAnswers, askingSessions, initHellos } = limits;
  const asking = recent.filter((session) => session.initiator !== sender);
  const isMany = unopened > unopenedAnswers;
  const candidates = asking.slice(0, isMany ? 1 : askingSessions);
  const passed: (keyof Limits)[] = [];
  if (candidates.length < asking.length) passed.push(isMany ? 'unopenedAnswers' : 'askingSessions');
  if (candidates.some(({ hellos }) => hellos.length > initHellos)) passed.push('initHellos');
  return { candidates, passed };
}
