/** Two captures that one thread opens, decodes and compares; both stay open for what is unfolded later. */
import type { Limits } from '../../dissector/bytes/index.ts';
import { memoryFile } from '../../dissector/capture/index.ts';
import { compareCaptures, diffSummary } from '../../dissector/diff/index.ts';
import { CaptureKeys } from '../capture/keys.ts';
import { type OpenFile, openFile, Pass } from '../capture/open.ts';
import { reasonOf } from '../capture/reason.ts';
import type { ComparedCapture, ComparedLine, ComparisonView, Unfolding } from '../wire/comparing.ts';
import { printable } from '../wire/printable.ts';
import { ComparedLines } from './comparedlines.ts';
import { noticesOf } from './notices.ts';
import { openPath } from './place.ts';
import { Running } from './running.ts';
import { readSettings } from './settings.ts';
import { openTogether } from './together.ts';

export class Comparing {
  #lines: ComparedLines | undefined;

  /** Throws an Error with a sentence that names the capture that cannot be read. */
  async compare(a: ComparedCapture, b: ComparedCapture): Promise<ComparisonView> {
    const left = await decoded(a);
    const right = await decoded(b);
    const sides = [left.running.pass.analysis, right.running.pass.analysis] as const;
    const comparison = compareCaptures({ analysis: sides[0] }, { analysis: sides[1] }, { limits: left.limits });
    this.#lines = new ComparedLines(...sides, comparison);
    const { differences, unlisted, messages } = comparison;
    return {
      ...{ summary: printable(diffSummary(comparison)), differences: differences.length, unlisted, messages },
      names: [a.name, b.name],
      notices: [...new Set([...left.notices(), ...right.notices()])],
      lines: this.#lines.folded(),
    };
  }

  unfold(unfolding: Unfolding): { readonly lines: readonly ComparedLine[] } {
    return { lines: this.#lines?.unfolded(unfolding) ?? [] };
  }
}

interface Decoded {
  readonly running: Running;
  readonly limits: Limits;
  readonly notices: () => readonly string[];
}

async function decoded(capture: ComparedCapture): Promise<Decoded> {
  const { name, settings, logs } = capture;
  const mistakes: string[] = [];
  const { protocols, options, problems } = await readSettings(settings, (mistake) => mistakes.push(mistake));
  const keys = new CaptureKeys(protocols, options.limits);
  const { problems: ofKeys } = keys.replace(logs);
  try {
    const { file, clocks } = await opened(capture, options.limits);
    const running = await read(new Pass(file, keys, protocols, options));
    const notices = (): readonly string[] => [
      ...problems,
      ...ofKeys,
      ...noticesOf(running, { fate: undefined, successor: undefined, mistakes, clocks }).map((text) => `${name}: ${text}`),
    ];
    return { running, limits: options.limits, notices };
  } catch (error) {
    throw new Error(`${name}: ${reasonOf(error)}`, { cause: error });
  }
}

async function opened(
  { path, bytes, parts, align = false }: ComparedCapture,
  limits: Limits,
): Promise<{ readonly file: OpenFile; readonly clocks: readonly string[] }> {
  if (parts !== undefined) return openTogether(parts, align, limits);
  const file = path === undefined ? memoryFile(bytes ?? new Uint8Array(0)) : openPath(path);
  return { file: await openFile(file, limits), clocks: [] };
}

/** To its end, in slices: an order to stop is heard meanwhile. */
function read(pass: Pass): Promise<Running> {
  return new Promise((resolve) => {
    const running: Running = new Running(pass, () => {
      if (running.caughtUp) resolve(running);
    });
    running.read();
  });
}
