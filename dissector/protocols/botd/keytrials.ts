import { equalBytes } from '../../bytes/index.ts';
import {
  type Key,
  type KeyRing,
  type KeySteps,
  keyStep,
  type MessageView,
  neededStep,
  type TriedKey,
  triedKeys,
} from '../../protocol/index.ts';
import type { DecryptionCandidate } from './choices.ts';
import type { Facts } from './facts.ts';
import { ephemeralLabel, keys } from './keys.ts';
import type { Session } from './session.ts';

/** What each botd key of the ring did for one message, with public values and words only. */
export function explain(message: MessageView<Facts, Session>, ring: KeyRing): readonly TriedKey[] {
  return triedKeys(
    keys.map((kind) => ({ keys: ring.all(kind), explain: (key: Key<Uint8Array>) => trial(key, message) })),
    message.limits,
  );
}

const named = (value: string | undefined): string => value ?? 'not in the capture';

function* trial(key: Key<Uint8Array>, message: MessageView<Facts, Session>): KeySteps {
  const { session } = message;
  const { openerKey, answererKey }: Partial<Session> = session ?? {};
  const isPrivate = key.label === ephemeralLabel;
  if (isPrivate) yield keyStep('public value', { key: 'private key' }, key.index, true);
  const hellos = { "opener's ephemeral_pubkey": named(openerKey), "other side's ephemeral_pubkey": named(answererKey) };
  const inputs = isPrivate ? { 'public value': key.index, ...hellos } : { session: key.index, ...hellos };
  const isOpener = key.index === openerKey;
  const isFound = isOpener || (isPrivate && key.index === answererKey);
  const side = isOpener ? "the opener's ephemeral key" : "the other side's ephemeral key";
  yield* neededStep('session lookup', inputs, isFound, isFound ? side : 'no ephemeral key of this session');
  if (session === undefined) return;
  if (isPrivate) {
    // The point of both ephemeral keys: given, or computed; an AES key needs none.
    const point = session.sharedPoint(key.index, key.secret);
    const peer = { "peer's ephemeral_pubkey": named(isOpener ? answererKey : openerKey) };
    yield* neededStep('shared point', peer, point, point === undefined ? 'needs the ephemeral key of the other side' : 'known');
  }
  const openings = session.openingsOf(key);
  const won = openings.find((opening) => isWinner(opening, session));
  const failed = session.opening === undefined ? 'none of them proves itself' : 'none of them is what the session is proven with';
  const derivations = choices(openings.map(({ derivation }) => derivation));
  if (derivations !== '') yield* neededStep('key candidate', { tried: derivations }, won, won?.derivation ?? failed);
  const ciphers = choices(openings.map(({ cipher }) => cipher.id));
  yield* neededStep('cipher candidate', { tried: ciphers }, won, won?.cipher.id ?? failed);
  yield keyStep('proof', { session: named(openerKey) }, session.proof, true);
  yield keyStep('this message', { message: message.name }, outcome(message), !message.encrypted || message.state === 'decoded');
}

function choices(ids: readonly (string | undefined)[]): string {
  return [...new Set(ids.filter((id) => id !== undefined))].join(', ');
}

function isWinner({ key, cipher }: DecryptionCandidate, { opening }: Session): boolean {
  return opening !== undefined && cipher.id === opening.cipher.id && equalBytes(key, opening.key);
}

function outcome({ encrypted, state }: MessageView): string {
  if (!encrypted) return 'is not encrypted';
  return state === 'decoded' ? 'opens' : `does not open: ${state}`;
}
