import { equalBytes } from '../../bytes/index.ts';
import { type Captured, type Key, type KeyRing, Trial, type TriedKey, triedKeys } from '../../session/index.ts';
import type { Opening } from './ciphers.ts';
import { ephemeralLabel, labels } from './keys.ts';
import { Session } from './session.ts';

/** What each botd key of the ring did for one message, with public values and words only. */
export function explain(message: Captured, ring: KeyRing): readonly TriedKey[] {
  const session = message.session instanceof Session ? message.session : new Session();
  const explainOne = (key: Key): TriedKey => {
    const trial = new Trial(key);
    steps(trial, key, session, message);
    return trial.tried;
  };
  return triedKeys(labels.map((label) => ({ keys: ring.all(label), explain: explainOne })));
}

const named = (value: string | undefined): string => value ?? 'not in the capture';

function steps(trial: Trial, key: Key, session: Session, message: Captured): void {
  const { openerKey, answererKey } = session;
  const isPrivate = key.label === ephemeralLabel;
  if (isPrivate && !trial.step('public value', { key: 'private key' }, key.index, true)) return;
  const hellos = { "opener's ephemeral_pubkey": named(openerKey), "other side's ephemeral_pubkey": named(answererKey) };
  const inputs = isPrivate ? { 'public value': key.index, ...hellos } : { session: key.index, ...hellos };
  const isOpener = key.index === openerKey;
  const isFound = isOpener || (isPrivate && key.index === answererKey);
  const side = isOpener ? "the opener's ephemeral key" : "the other side's ephemeral key";
  if (!trial.step('session lookup', inputs, isFound ? side : 'no ephemeral key of this session', isFound)) return;
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
function point(trial: Trial, key: Key, session: Session): boolean {
  if (key.label !== ephemeralLabel || !(key.secret instanceof Uint8Array)) return true;
  const peer = key.index === session.openerKey ? session.answererKey : session.openerKey;
  const isKnown = session.sharedPoint(key.index, key.secret) !== undefined;
  return trial.step(
    'shared point',
    { "peer's ephemeral_pubkey": named(peer) },
    isKnown ? 'known' : 'needs the ephemeral key of the other side',
    isKnown,
  );
}

function isWinner({ key, cipher }: Opening, { opening }: Session): boolean {
  return opening !== undefined && cipher.id === opening.cipher.id && equalBytes(key, opening.key);
}

function outcome({ encrypted, state }: Captured): string {
  if (!encrypted) return 'is not encrypted';
  return state === 'decoded' ? 'opens' : `does not open: ${state}`;
}
