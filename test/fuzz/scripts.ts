/** Broken packet scripts: nothing throws, and every place that is told lies inside the text. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { protocols } from '../../dissector/index.ts';
import { parseScript, printPacket, ScriptDocument, type Span } from '../../dissector/script/index.ts';
import { mutateText } from '../../extension/author/mutate.ts';
import { Random } from '../../extension/author/random.ts';
import { samples } from '../../extension/workbench/paths.ts';

/** What a person, or a merge gone wrong, puts into a script. */
const pieces = [
  ...[
    '{',
    '}',
    '[',
    ']',
    '(',
    ')',
    ':',
    ',',
    '=',
    '@',
    '"',
    '#',
    '\n',
    '\n###',
    '\n### x\n',
    ' ',
    '\r\n',
    '\t',
    '\u{1F600}',
    '\u0000',
  ],
  ...[
    'node',
    'send',
    'expect',
    'fault',
    'wait',
    'any',
    'valid',
    'flip(',
    'random(99999999999)',
    'repeat(',
    'first.',
    'ff',
    '0x',
    '1e999',
  ],
  ...['__proto__', 'constructor.prototype', '{ '.repeat(80), '['.repeat(80), 'hex('.repeat(80)],
];

/** The shipped scripts, and packets with every value that their layouts know how to write. */
export function scripts(): string[] {
  const shipped = readdirSync(samples)
    .filter((name) => name.endsWith('.packet'))
    .map((name) => readFileSync(join(samples, name), 'utf8'));
  const empty = protocols.flatMap(({ id, messages = [] }) => messages.map((form) => printPacket(id, form, new Uint8Array(96))));
  return [...shipped, empty.join('\n')];
}

function broken(original: string, other: string, random: Random): string {
  let text = original;
  for (let left = 1 + random.below(6); left > 0; left--) {
    const at = random.below(text.length + 1);
    const end = Math.min(text.length, at + random.below(60));
    const kind = random.below(4);
    if (kind === 0) text = text.slice(0, at) + random.pick(pieces) + text.slice(at);
    else if (kind === 1) text = text.slice(0, at) + text.slice(end);
    else if (kind === 2) text = text.slice(0, end) + text.slice(at);
    else text = text.slice(0, at) + other.slice(at, at + random.below(200)) + text.slice(at);
  }
  return random.below(4) === 0 ? mutateText(text, other, random) : text;
}

/** Runs the input of a seed through all that an editor asks, while it is being typed; what it throws names the seed. */
export function runScript(all: readonly string[], seed: number): number {
  const random = new Random(seed);
  const text = broken(random.pick(all), random.pick(all), random);
  try {
    const document = new ScriptDocument(protocols);
    document.update(text.slice(0, random.below(text.length + 1)));
    document.update(text);
    ask(document, text, random);
  } catch (cause) {
    throw new Error(`script seed ${seed}: ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
  return text.length;
}

function ask(document: ScriptDocument, text: string, random: Random): void {
  const inside = (what: string, span: Span | undefined): void => {
    if (span === undefined) return;
    const { start, end } = span;
    if (!(start >= 0 && start <= end && end <= text.length))
      throw new Error(`${what} lies outside: ${start}, ${end} of ${text.length}`);
  };
  const problems = document.problems();
  for (const problem of problems) inside('a problem', problem);
  // A section by itself says what the whole script says of it.
  if (problems.length < 1000 && parseScript(text).problems.length > problems.length) throw new Error('problems were lost');
  for (const fold of document.folds()) inside('a fold', fold);
  for (const item of document.outline()) for (const each of [item, item.selection, ...item.children]) inside('an outline', each);
  let last = 0;
  for (const token of document.semanticTokens()) {
    inside('a token', token);
    if (token.start < last) throw new Error(`tokens overlap at ${token.start}`);
    last = token.end;
  }
  for (const { at } of document.hints({ start: 0, end: text.length })) inside('a hint', { start: at, end: at });
  for (const { edits, problem } of document.fixes({ start: 0, end: text.length }))
    [...edits, problem].map((edit) => inside('a fix', edit));
  for (const at of [0, text.length, text.length + 10, ...Array.from({ length: 6 }, () => random.below(text.length + 1))]) {
    if (at <= text.length) inside('a completion', document.complete(at));
    else document.complete(at);
    inside('a hover', document.hover(at));
    document.signature(at);
    for (const span of document.occurrences(at)?.spans ?? []) inside('a name', span);
  }
  formatted(document, text);
}

/** A formatted script is formatted, and says what it said. */
function formatted(document: ScriptDocument, text: string): void {
  const edits = document.format();
  const better = edits.reduceRight((all, { start, end, text: own }) => all.slice(0, start) + own + all.slice(end), text);
  const again = new ScriptDocument(protocols);
  again.update(better);
  const [before, after] = [text, better].map((each) => told(each));
  if (document.format().length > 0 && before !== after) throw new Error('the formatter changed what a script says');
  if (again.format().length > 0) throw new Error(`the formatter is not done: ${JSON.stringify(again.format()[0])}`);
}

/** What a script says, without its places. */
function told(text: string): string {
  const { statements } = parseScript(text);
  return JSON.stringify(statements, (key, value: unknown) =>
    key === 'start' || key === 'end'
      ? undefined
      : typeof value === 'bigint'
        ? String(value)
        : value instanceof Uint8Array
          ? [...value]
          : value,
  );
}
