/** `peerscope run`: the sections of packet scripts, each passed or failed. */
import { randomInt } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { readDecodeOptions } from '../../../dissector/analysis/decodeoptions.ts';
import { parseScript, questionsOf, type ScriptProblem, sectionsOf } from '../../../dissector/script/index.ts';
import { readNodeLimits } from '../../../dissector/testnode/index.ts';
import { loadProtocols } from '../../capture/modules.ts';
import { reasonOf } from '../../capture/reason.ts';
import { ownerOnly } from '../../node/saving.ts';
import { runSection, type SectionResult } from '../../node/scripts/run.ts';
import { parseLimits } from '../arguments.ts';
import { parseChoices } from '../choice.ts';
import { exitStatus, UsageError } from '../errors.ts';
import type { Io } from '../io.ts';
import { junit } from '../junit.ts';
import { parseOptions, refuseOthers } from '../options.ts';
import type { Output } from '../output.ts';
import { Questions } from '../questions.ts';
import type { Ran } from '../sectionresult.ts';
import { plural } from '../text.ts';
import { runHelp } from '../usage.ts';

const HELP = 'peerscope run --help';

export async function runScripts(args: readonly string[], io: Io, out: Output): Promise<number> {
  const given = parseOptions(args, HELP);
  const { positionals } = given;
  if (given.has('help')) {
    await out.text(runHelp());
    return exitStatus.read;
  }
  refuseOthers('run', given, HELP);
  if (positionals.length === 0) throw new UsageError('"run" needs a packet script.');
  const { protocols, problems } = await loadProtocols(given.all('protocol'));
  const pins = parseChoices(given.all('choice'));
  const { limits, problems: limitProblems } = readNodeLimits(parseLimits(given.all('limit')), protocols);
  const ofLimits = limitProblems.map((problem) => `--limit: ${problem}`);
  const wrong = [...problems, ...readDecodeOptions({ choices: pins }, protocols).problems, ...ofLimits];
  if (wrong.length > 0) throw new UsageError(wrong.join(' '), false);
  const scripts = positionals.map((file) => ({ file, text: readScript(file) }));
  const folder = given.one('record');
  const all: Ran[] = [];
  const seed = readSeed(given.one('seed'));
  const sections = scripts.flatMap(({ file, text }) => sectionsOf(parseScript(text)).map((section) => ({ file, text, section })));
  const answers = readAnswers(given.all('set'));
  refuseUnasked(
    Object.keys(answers),
    sections.flatMap(({ section }) => questionsOf(section.statements)),
  );
  const questions = new Questions(answers, io);
  for (const { file, text, section } of sections) {
    const answered = await questions.ask(questionsOf(section.statements));
    const around = { folder: dirname(file), environment: process.env, answered, seed };
    const result = await runSection(section, { protocols, pins, limits, allow: given.all('allow'), around });
    const recording = folder === undefined ? undefined : record(folder, file, all, result);
    const ran = { ...told(file, text, result), ...(recording === undefined ? {} : { recording }) };
    all.push(ran);
    if (given.has('json')) await out.line(JSON.stringify(ran));
    else if (!given.has('junit')) for (const line of linesOf(ran)) await out.line(line);
    await out.flush();
  }
  const failed = all.filter(({ failure }) => failure !== undefined).length;
  if (given.has('junit')) await out.text(junit(all));
  else if (!given.has('json'))
    await out.line(`${plural(all.length, 'section')}: ${all.length - failed} passed, ${failed} failed`);
  return failed > 0 ? exitStatus.findings : exitStatus.read;
}

/** An answer to what nobody asks is a slip of the pen. It is not repeated: it may be a part of a secret. */
function refuseUnasked(given: readonly string[], asked: readonly string[]): void {
  if (given.every((name) => asked.includes(name))) return;
  const questions = [...new Set(asked)].map((question) => `"${question}"`).join(', ');
  throw new UsageError(`--set answers what no script asks; asked is ${questions || 'nothing'}.`, false);
}

/** Writes what a section sent and received as `FOLDER/SCRIPT-N-TITLE.pcapng`, for its owner alone: it holds keys. */
function record(folder: string, file: string, before: readonly Ran[], { title, recording }: SectionResult): string | undefined {
  if (recording === undefined) return undefined;
  // Scripts of other folders may have the same name.
  const n = before.filter((ran) => basename(ran.file) === basename(file)).length + 1;
  const words = title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 60);
  const path = join(folder, `${basename(file, '.packet')}-${n}${words === '' ? '' : `-${words}`}.pcapng`);
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw new UsageError(`The folder ${folder} cannot be made. ${reasonOf(error)}`, false);
  }
  try {
    ownerOnly(path, recording);
  } catch (error) {
    throw new UsageError(`The recording ${reasonOf(error)}`, false);
  }
  return path;
}

/** Of its own for each run, unless one is given: then all that is random happens again. */
function readSeed(text: string | undefined): number {
  if (text === undefined) return randomInt(2 ** 32);
  if (/^\d{1,10}$/.test(text) && Number(text) < 2 ** 32) return Number(text);
  throw new UsageError(`"--seed ${text}" is no number from 0 to ${2 ** 32 - 1}.`);
}

function readAnswers(given: readonly string[]): Record<string, string> {
  const pairs = given.map((text): [string, string] => {
    const at = text.indexOf('=');
    // What is asked for may be a secret: the sentence does not repeat it.
    if (at < 1) throw new UsageError('"--set" takes QUESTION=ANSWER.');
    return [text.slice(0, at), text.slice(at + 1)];
  });
  return Object.fromEntries(pairs);
}

/** Throws a UsageError for a file that cannot be read, or is no script: nothing of it is run then. */
function readScript(file: string): string {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(`The script ${file} cannot be read. ${reasonOf(error)}`, false);
  }
  const { problems, statements } = parseScript(text);
  // Packets by themselves are for the editor and the library; a build that runs nothing should not pass.
  if (problems.length === 0 && statements.every(({ kind }) => kind === 'packet'))
    throw new UsageError(`The script ${file} holds nothing to run: no section and no statement.`, false);
  const sentences = problems.map((problem: ScriptProblem) => `${file}:${lineAt(text, problem.start)}: ${problem.text}`);
  if (sentences.length > 0) throw new UsageError(`The script cannot be run.\n${sentences.join('\n')}`, false);
  return text;
}

function told(file: string, text: string, { title, seconds, failure }: SectionResult): Ran {
  const ran = { file, title, seconds: Number(seconds.toFixed(3)) };
  return failure === undefined ? ran : { ...ran, failure: { line: lineAt(text, failure.at), text: failure.text } };
}

function linesOf({ file, title, seconds, failure }: Ran): string[] {
  const name = title === '' ? file : `${file}: ${title}`;
  if (failure === undefined) return [`ok      ${name} (${seconds.toFixed(1)} s)`];
  return [`failed  ${name} (${seconds.toFixed(1)} s)`, `        ${file}:${failure.line}: ${failure.text}`];
}

function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}
