/** What a debug session tells of a section of its script. The adapter may be another program: each is read by its shape. */
import type { NodeCalls } from '../../wire/node.ts';
import { partsOf } from './shapes.ts';

/** A section that does not hold, with what came. */
export type SectionFailure = NonNullable<NodeCalls['runSection']['result']['failure']>;

/** Of `peerscopeFailure`, while the section stands there, and of `peerscopeResult`, once it has ended. */
export interface SectionEvent {
  /** The script as it was when the session began. */
  readonly script: string;
  /** The place of the section in it. */
  readonly section: number;
  /** Absent where the section has not ended. */
  readonly seconds?: number;
  readonly failure?: SectionFailure;
}

/** Undefined for what is no such event. */
export function sectionEvent(event: string, body: unknown): SectionEvent | undefined {
  if (event !== 'peerscopeFailure' && event !== 'peerscopeResult') return undefined;
  const { script, section, seconds, failure } = partsOf(body);
  if (typeof script !== 'string' || !isPlace(section)) return undefined;
  const read = failure === undefined ? undefined : failureOf(failure, script.length);
  return {
    ...{ script, section },
    ...(typeof seconds === 'number' ? { seconds } : {}),
    ...(read === undefined ? {} : { failure: read }),
  };
}

function failureOf(given: unknown, length: number): SectionFailure | undefined {
  const { at, text, mended } = partsOf(given);
  if (!isPlace(at) || at > length || typeof text !== 'string') return undefined;
  const { start, end, text: came } = partsOf(mended);
  const isMended = isPlace(start) && isPlace(end) && start <= end && end <= length && typeof came === 'string';
  return { at, text, ...(isMended ? { mended: { start, end, text: came } } : {}) };
}

function isPlace(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
