import { equalBytes } from '../../bytes/index.ts';
import { type Key, type KeyRing, KeyTrial, type MessageView, type TriedKey, triedKeys } from '../../protocol/index.ts';
import type { DecryptionCandidate } from './choices.ts';
import type { Facts } from './facts.ts';
import { ephemeralLabel, keys } from './keys.ts';
import type { Session } from './session.ts';

/** What each botd key of the ring did for one message, with public values and words only. */
export function explain(message: MessageView<Facts, Session>, ring: KeyRing): readonly TriedKey[] {
  const { session } = message;
  const explainOne = (key: Key<Uint8Array>): TriedKey => {
    const trial = new KeyTrial(key);
    steps(trial, key, session, message);
    return trial.tried;
  };
  return triedKeys(
    keys.map((kind) => ({ keys: ring.all(kind), explain: explainOne })),
    message.limits,
  );
}

const named = (value: string | undefined): string => value ?? 'not in the capture';

function steps(trial: KeyTrial, key: Key<Uint8Array>, session: Session | undefined, message: MessageView): void {
  const openerKey = session?.openerKey;
  const answererKey = session?.answererKey;
  const isPrivate = key.label === ephemeralLabel;
  if (isPrivate && !trial.step('public value', { key: 'private key' }, key.index, true)) return;
  const hellos = { "opener's ephemeral_pubkey": named(openerKey), "other side's ephemeral_pubkey": named(answererKey) };
  const inputs = isPrivate ? { 'public value': key.index, ...hellos } : { session: key.index, ...hellos };
  const isOpener = key.index === openerKey;
  const isFound = isOpener || (isPrivate && key.index === answererKey);
  const side = isOpener ? "the opener's ephemeral key" : "the other side's ephemeral key";
  if (!trial.step('session lookup', inputs, isFound ? side : 'no ephemeral key of this session', isFound)) return;
  if (session === undefined) return;
  if (!point(trial, key, session)) return;
  const openings = session.openingsOf(key);
  const won = openings.find((opening) => isWinner(opening, session));
  const failed = session.opening === undefined ? 'none of them proves itself' : 'none of them is what the session is proven with';
  const derivations = choices(openings.map(({ derivation }) => derivation));
  if (derivations !== '' && !trial.step('key candidate', { tried: derivations }, won?.derivation ?? failed, won !== undefined))
    return;
  const ciphers = choices(openings.map(({ cipher }) => cipher.id));
  if (!trial.step('cipher candidate', { tried: ciphers }, won?.cipher.id ?? failed, won !== undefined)) return;
  if (!trial.step('proof', { session: named(openerKey) }, session.proof, true)) return;
  trial.step('this message', { message: message.name }, outcome(message), !message.encrypted || message.state === 'decoded');
}

function choices(ids: readonly (string | undefined)[]): string {
  return [...new Set(ids.filter((id) => id !== undefined))].join(', ');
}

/** The point of both ephemeral keys: given, or computed; an AES key needs none. */
function point(trial: KeyTrial, key: Key<Uint8Array>, session: Session): boolean {
  if (key.label !== ephemeralLabel) return true;
  const peer = key.index === session.openerKey ? session.answererKey : session.openerKey;
  const isKnown = session.sharedPoint(key.index, key.secret) !== undefined;
  return trial.step(
    'shared point',
    { "peer's ephemeral_pubkey": named(peer) },
    isKnown ? 'known' : 'needs the ephemeral key of the other side',
    isKnown,
  );
}

function isWinner({ key, cipher }: DecryptionCandidate, { opening }: Session): boolean {
  return opening !== undefined && cipher.id === opening.cipher.id && equalBytes(key, opening.key);
}

function outcome({ encrypted, state }: MessageView): string {
  if (!encrypted) return 'is not encrypted';
  return state === 'decoded' ? 'opens' : `does not open: ${state}`;
}
