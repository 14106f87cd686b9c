/** A packet script that a launch request names. In a browser openscript.web.ts stands in its place. */
import { randomInt } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Protocol } from '../../dissector/protocol/index.ts';
import { parseScript, problemsIn, questionsOf, type Section, sectionsOf } from '../../dissector/script/index.ts';
import { ScriptPlaces } from '../../dissector/stepping/index.ts';
import type { NodeLimits } from '../../dissector/testnode/index.ts';
import { SectionFile } from '../node/scripts/sectionfile.ts';
import { type Arguments, Refusal } from './requests.ts';
import { ScriptTarget, type ScriptTraffic } from './scripttarget.ts';
import type { Client, Target } from './target.ts';

/** What a script takes from where its session was started. */
export interface ScriptSurroundings {
  readonly protocols: readonly Protocol[];
  readonly limits: NodeLimits;
  readonly pins: Readonly<Record<string, unknown>>;
  /** Hosts beyond this machine that it may use. */
  readonly allow: readonly string[];
  /** Where its files lie; undefined for a script that is not saved. */
  readonly folder: string | undefined;
  /** Where its traffic is recorded, with its keys. */
  readonly recording: string | undefined;
  readText(): Promise<string>;
}

/** Reads `section`, `stopOnEntry`, `stopAtLine`, `answers` and `seed`. */
export async function openScript(given: Arguments, path: string, client: Client, around: ScriptSurroundings): Promise<Target> {
  const text = await around.readText();
  const script = parseScript(text);
  const places = chosen(sectionsOf(script), given.section);
  const sections = places.map((place) => ({ ...sectionsOf(script)[place]!, place }));
  const problem = places.flatMap((place) => problemsIn(script, place)).sort((a, b) => a.start - b.start)[0];
  if (problem !== undefined) {
    const line = new ScriptPlaces(text, []).lineOf(problem.start);
    throw new Refusal(`The script cannot be run. Line ${line}: ${problem.text}.`);
  }
  const answered = answersOf(given.answers);
  const open = [...new Set(sections.flatMap(({ statements }) => questionsOf(statements)))].filter(
    (each) => !Object.hasOwn(answered, each),
  );
  if (open.length > 0) throw new Refusal(`The script asks: ${open.join(', ')}. "answers" gives an answer to each question.`);
  const { protocols, limits, pins, allow, folder, recording } = around;
  const seed = typeof given.seed === 'number' ? given.seed >>> 0 : randomInt(2 ** 32);
  return new ScriptTarget(
    {
      ...{ path, text, sections, protocols, stopOnEntry: given.stopOnEntry === true },
      ...(typeof given.stopAtLine === 'number' ? { stopAtLine: given.stopAtLine } : {}),
      options: { protocols, limits, pins, allow, around: { folder, answered, environment: process.env, seed } },
      ...(recording === undefined ? {} : { traffic: trafficAt(recording, client) }),
    },
    client,
  );
}

/** Places of all sections, or of the one of a title or a number from 1. Throws a Refusal where there is none. */
function chosen(all: readonly Section[], wanted: unknown): readonly number[] {
  if (wanted === undefined || wanted === '') return all.map((_, place) => place);
  const found = typeof wanted === 'number' ? wanted - 1 : all.findIndex(({ title }) => title === wanted);
  if (all[found] === undefined) throw new Refusal(`The script has no section ${JSON.stringify(wanted)}.`);
  return [found];
}

function answersOf(given: unknown): Record<string, string> {
  if (given === undefined || given === null) return {};
  if (typeof given === 'object' && Object.values(given).every((each) => typeof each === 'string'))
    return given as Record<string, string>;
  throw new Refusal('"answers" is an object of texts, by question.');
}

/** The traffic of each section in turn, in one file that whoever follows it sees grow. */
function trafficAt(path: string, client: Client): ScriptTraffic {
  let file: SectionFile | undefined;
  let frames = 0;
  const shown = (): void => client.event('peerscopeRecording', { path, frame: frames });
  return {
    begin: () => {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      frames = 0;
      file = new SectionFile(path, shown);
    },
    write: (bytes, isFrame) => {
      if (isFrame) frames++;
      file?.write(bytes, isFrame);
    },
    stand: () => {
      file?.settle();
      if (file?.isRecorded) shown();
    },
    end: () => {
      file?.close();
      if (file?.unrecorded !== undefined) client.output(file.unrecorded, 'stderr');
    },
  };
}
