import { type Field, fieldText } from '../bytes/index.ts';
import { type FieldNode, parseScript, type ValueNode } from '../script/index.ts';
import type { CaptureStepper } from './capturestepper.ts';
import { steppingLimits } from './limits.ts';
import type { WalkedStep } from './sessionwalk.ts';

/** Characters of a value at the end of a line. */
const LONGEST = 80;

/** What an editor shows at the end of a line while a session stands there. */
export interface InlineValue {
  /** From 1. */
  readonly line: number;
  /** What has the value, as the line names it; absent for what is said of the line as a whole. */
  readonly name?: string;
  readonly text: string;
}

/** A value as it stands at the end of a line. */
export function inlineText(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

/**
 * What stands in the transcript of a message between two of its lines: at each message up to this one the state of its session and how
 * many findings it has, and at the fields of this one what their values say beyond the script (words, dates, verdicts).
 */
export function transcriptValues(stepper: CaptureStepper, n: number, from: number, to: number): readonly InlineValue[] {
  const { analysis, transcripts, walk } = stepper;
  const { conversation, part, statement, last } = transcripts.place(n);
  const { text, lines } = transcripts.part(conversation, part)!;
  const messages = lines
    .filter((each) => each.n <= n && each.statement >= from && each.statement <= to)
    .flatMap((each): InlineValue[] => {
      const said = [stateText(walk.step(each.n)), findingsText(analysis.message(each.n).findings.length)];
      const told = said.filter((one) => one !== '').join('; ');
      return told === '' ? [] : [{ line: each.statement, text: inlineText(told) }];
    });
  const own = text
    .split('\n')
    .slice(statement - 1, last)
    .join('\n');
  const { layer } = analysis.dissect(n).dissection;
  const [packet] = parseScript(own).packets;
  const starts = [0, ...[...own.matchAll(/\n/g)].map(({ index }) => index + 1)];
  const lineOf = (offset: number): number => statement + starts.findLastIndex((start) => start <= offset);
  const fields = fieldValues(packet?.fields ?? [], layer.children ?? [], lineOf).filter(({ line }) => line >= from && line <= to);
  return [...messages, ...fields].slice(0, steppingLimits.inlineValues);
}

function fieldValues(said: readonly FieldNode[], fields: readonly Field[], lineOf: (offset: number) => number): InlineValue[] {
  return said.flatMap(({ name, value, start }) => {
    const field = fields.find((each) => each.name === name.text);
    if (field === undefined) return [];
    const { text, check, problem } = field;
    const verdict = check === undefined ? [] : [`${check.state}: ${check.why}`];
    const broken = problem === undefined ? [] : [problem.text];
    // What the script says already is not said again.
    const told = [...(text === undefined ? [] : [fieldText(field)]), ...verdict, ...broken];
    const own = told.length === 0 ? [] : [{ line: lineOf(start), name: name.text, text: inlineText(told.join('; ')) }];
    return [...own, ...withinValue(value, field, lineOf)];
  });
}

function withinValue(value: ValueNode | undefined, { children = [] }: Field, lineOf: (offset: number) => number): InlineValue[] {
  if (value?.kind === 'record') return fieldValues(value.fields, children, lineOf);
  if (value?.kind !== 'list') return [];
  return value.values.flatMap((each, index) => (children[index] === undefined ? [] : withinValue(each, children[index], lineOf)));
}

function stateText(step: WalkedStep | undefined): string {
  if (step === undefined) return '';
  const { before, after, allowed } = step;
  if (!allowed) return `not allowed in ${before}`;
  return before === after ? after : `${before} → ${after}`;
}

function findingsText(count: number): string {
  return count === 0 ? '' : `${count} ${count === 1 ? 'finding' : 'findings'}`;
}
