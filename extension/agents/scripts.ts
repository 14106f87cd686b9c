/** The packet script that an agent gives, and one of its sections. */
import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Protocol } from '../../dissector/protocol/index.ts';
import { checkScript, parseScript, type Section, type Statement, sectionsOf } from '../../dissector/script/index.ts';
import { Refusal } from './answer.ts';
import { type Input, textOf } from './input.ts';
import { agentLimits } from './limits.ts';
import { quoted } from './quoting.ts';
import type { Roots } from './roots.ts';

export interface ChosenSection {
  /** The whole script. */
  readonly text: string;
  /** Of a script that is a file: what lies beside it, it may read. */
  readonly folder: string | undefined;
  readonly section: Section;
  /** What is wrong with it, as `line N: …`, in the order of the text. */
  readonly problems: readonly string[];
}

/** Throws a Refusal where there is no such script or section. */
export function chosenSection(input: Input, roots: Roots, protocols: readonly Protocol[]): ChosenSection {
  const { text, folder } = scriptIn(input, roots);
  const script = parseScript(text);
  const sections = sectionsOf(script);
  const named = textOf(input, 'section');
  const at = named === undefined ? 0 : sections.findIndex(({ title }, index) => title === named || String(index + 1) === named);
  const section = sections[at];
  if (section === undefined)
    throw new Refusal(`There is no section ${quoted(named)}: ${quoted(sections.map(({ title }) => title))}.`);
  const told = script.problems.length > 0 ? script.problems : checkScript(section.statements, protocols);
  const problems = told.map(
    ({ start, text: problem, severity }) => `line ${lineAt(text, start)}: ${severity ?? 'error'}: ${problem}`,
  );
  return { text, folder, section, problems };
}

/** Another one for every other text of the script. Throws a Refusal where it cannot be read. */
export function scriptDigest(input: Input, roots: Roots): string {
  return createHash('sha256').update(scriptIn(input, roots).text).digest('hex');
}

function scriptIn(input: Input, roots: Roots): { readonly text: string; readonly folder: string | undefined } {
  const [script, file] = [textOf(input, 'script'), textOf(input, 'file')];
  if ((script === undefined) === (file === undefined))
    throw new Refusal('Give script, the text of a packet script, or file, its path.');
  if (script !== undefined) return { text: script, folder: undefined };
  const path = roots.file(file!);
  if (!path.endsWith('.packet')) throw new Refusal(`${quoted(file)} is no packet script: its name ends in .packet.`);
  if (statSync(path).size > agentLimits.scriptCharacters)
    throw new Refusal(`${quoted(file)} is over the limit of ${agentLimits.scriptCharacters} bytes.`);
  return { text: readFileSync(path, 'utf8'), folder: dirname(path) };
}

export function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}

/** What it starts, in the words of the script: `a = p2pke dial 127.0.0.1:7000`. */
export function nodesOf({ statements }: Section): string[] {
  return statements.flatMap((statement: Statement) => {
    if (statement.kind !== 'node') return [];
    const { name, protocol, direction, address, forward } = statement;
    return [`${name.text} = ${protocol.text} ${direction} ${address.text}${forward === undefined ? '' : ` to ${forward.text}`}`];
  });
}
