/** `preview_packet`, and what a person is told before a section runs. */
import { toHex } from '../../../dissector/bytes/index.ts';
import { Choices } from '../../../dissector/protocol/index.ts';
import { type Preview, previewAt, type Statement } from '../../../dissector/script/index.ts';
import { page, Refusal } from '../answer.ts';
import { type Input, numberOf } from '../input.ts';
import { quoted } from '../quoting.ts';
import { type ChosenSection, chosenSection, lineAt, nodesOf } from '../scripts.ts';
import type { Tooling } from '../tooling.ts';

/** Bytes of a message on one line of an answer, and of one in a question. */
const LINE_BYTES = 48;
const QUESTION_BYTES = 24;
/** Lines of bytes of one message. */
const MOST_LINES = 24;
/** Nodes, and messages, that a question lists. */
const QUESTION_PARTS = 12;
/** Lines of mistakes. */
const PROBLEMS = 30;

interface Shown {
  readonly line: number;
  readonly what: string;
  /** Or why it has no bytes. */
  readonly preview: Preview | string;
}

export async function previewPacket(input: Input, tooling: Tooling): Promise<string> {
  const chosen = chosenSection(input, tooling.roots, tooling.decoding.protocols);
  const { section, problems } = chosen;
  const from = numberOf(input, 'from') ?? 0;
  const isWrong = cannotRun(chosen);
  const shown = isWrong ? [] : await shownMessages(chosen, tooling);
  return page({
    head: [
      `The section ${quoted(section.title)} ${isWrong ? 'cannot be run' : 'can be run'}.`,
      ...problems.slice(0, PROBLEMS).map((problem) => quoted(problem)),
      ...(isWrong ? [] : ['It starts:', ...nodesOf(section).map((node) => quoted(node))]),
      ...(isWrong ? [] : ['Messages, before encryption:']),
    ],
    items: shown.slice(from).flatMap(messageLines),
    rest: (count) => `More messages: call preview_packet with the same input and "from": ${from + count}.`,
    end: () => (isWrong ? 'End. describe_protocol lists messages and fields.' : 'End. Nothing was sent.'),
  });
}

function messageLines({ line, what, preview }: Shown): string[] {
  if (typeof preview === 'string') return [quoted({ line, message: what, reason: preview })];
  const { bytes, notes } = preview;
  const head = quoted({ line, message: what, length: bytes.length, ...(notes.length === 0 ? {} : { notes }) });
  const lines = [head];
  for (let at = 0; at < bytes.length && lines.length <= MOST_LINES; at += LINE_BYTES)
    lines.push(`  ${String(at).padStart(5)}  ${toHex(bytes.subarray(at, at + LINE_BYTES))}`);
  if (bytes.length > MOST_LINES * LINE_BYTES) lines.push(`  … ${bytes.length} bytes`);
  return [lines.join('\n')];
}

async function shownMessages({ text, section }: ChosenSection, { decoding }: Tooling): Promise<Shown[]> {
  const { protocols, options } = decoding;
  const shown: Shown[] = [];
  for (const statement of section.statements) {
    const what = whatOf(statement);
    if (what === undefined) continue;
    const preview = await previewAt(text, statement.start, protocols, options.choices ?? new Choices());
    shown.push({ line: lineAt(text, statement.start), what, preview });
  }
  return shown;
}

function whatOf(statement: Statement): string | undefined {
  if (statement.kind === 'send') return `${statement.node.text} sends ${statement.message.text}`;
  return statement.kind === 'packet' ? `${statement.packet.protocol.text} ${statement.packet.message.text}` : undefined;
}

function cannotRun({ problems }: ChosenSection): boolean {
  return problems.some((problem) => !/^line \d+: warning: /.test(problem));
}

/** What a person is asked before a section runs: where it sends to, and which bytes. Throws a Refusal for one that cannot be run. */
export async function questionOf(input: Input, tooling: Tooling): Promise<string> {
  const chosen = chosenSection(input, tooling.roots, tooling.decoding.protocols);
  const { section, problems } = chosen;
  if (cannotRun(chosen))
    throw new Refusal(
      `The section cannot be run: ${problems
        .slice(0, PROBLEMS)
        .map((problem) => quoted(problem))
        .join(' ')}`,
    );
  const messages = await shownMessages(chosen, tooling);
  const nodes = nodesOf(section);
  const isRepeated = section.statements.some(({ kind }) => kind === 'repeat' || kind === 'for');
  const lines = messages.slice(0, QUESTION_PARTS).map(({ line, what, preview }) => {
    if (typeof preview === 'string') return `line ${line}: ${quoted(what)}, bytes known when it runs`;
    const { bytes } = preview;
    const more = bytes.length > QUESTION_BYTES ? '…' : '';
    return `line ${line}: ${quoted(what)}, ${bytes.length} bytes: ${toHex(bytes.subarray(0, QUESTION_BYTES))}${more}`;
  });
  return [
    `Run ${section.title === '' ? '' : `the section ${quoted(section.title)} of `}a packet script? It stays on this machine.`,
    'Nodes:',
    ...nodes.slice(0, QUESTION_PARTS).map((node) => quoted(node)),
    ...(nodes.length > QUESTION_PARTS ? [`and ${nodes.length - QUESTION_PARTS} more nodes`] : []),
    sent(lines.length, isRepeated),
    ...lines,
    ...(messages.length > QUESTION_PARTS ? [`and ${messages.length - QUESTION_PARTS} more messages`] : []),
    'The nodes also send their handshakes and answers.',
  ].join('\n');
}

function sent(count: number, isRepeated: boolean): string {
  if (count === 0) return 'The script sends no message of its own.';
  return isRepeated ? 'The script sends, some of it repeatedly:' : 'The script sends:';
}
