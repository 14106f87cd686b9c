import type { Check } from '../bytes/index.ts';
import type { FreshKind } from '../codec/index.ts';
import type { Content } from './content.ts';

/** How a field that is new in each run is compared. */
export interface FreshRule {
  /** As many bytes on both sides, unless its declaration says that its length varies. */
  readonly length: boolean;
  /** Nothing (zeros, empty) on one side alone is a difference. */
  readonly presence: boolean;
  /** Compared by what came before. */
  readonly history?: 'renaming' | 'sequence';
}

export const freshRules: Readonly<Record<FreshKind, FreshRule>> = {
  key: { length: true, presence: true, history: 'renaming' },
  id: { length: false, presence: true, history: 'renaming' },
  nonce: { length: true, presence: true },
  random: { length: true, presence: false },
  ciphertext: { length: true, presence: false },
  padding: { length: true, presence: false },
  signature: { length: true, presence: true },
  checksum: { length: false, presence: false },
  time: { length: false, presence: false },
  sequence: { length: false, presence: false, history: 'sequence' },
};

/** Whether its length says nothing: it varies, or what was decrypted says more. */
export function isOfAnyLength({ fresh }: Pick<Content, 'fresh'>, isDecrypted: boolean): boolean {
  if (fresh === undefined) return false;
  return fresh.length === 'varies' || !freshRules[fresh.as].length || (fresh.as === 'ciphertext' && isDecrypted);
}

const none: ReadonlySet<string> = new Set();

/** Fields beside a field that only say how long it is, where its length says nothing. */
export function freeMeasures(parts: readonly Content[], isDecrypted: boolean): ReadonlySet<string> {
  if (!parts.some(({ measure, fresh }) => measure !== undefined && fresh !== undefined)) return none;
  const free = parts.filter((part) => part.measure !== undefined && isOfAnyLength(part, isDecrypted));
  return new Set(free.map(({ measure }) => measure!));
}

/** A verdict that both sides can tell. */
export function toldVerdict(check: Check | undefined): 'valid' | 'invalid' | undefined {
  return check === undefined || check.state === 'unchecked' ? undefined : check.state;
}
