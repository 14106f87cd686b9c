/** What mutations start from: every recorded capture, with its keys where they are known, and its variants. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { memoryFile, openCapture } from '../../dissector/capture/index.ts';
import { mutate, mutatePackets, mutateText, packetSpans } from '../../extension/author/mutate.ts';
import { Random } from '../../extension/author/random.ts';
import { keysOf } from '../golden/keys.ts';
import { check, type Seen } from './check.ts';
import { variants } from './variants.ts';

export interface Recording {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly keyLog: string;
  /** Where its packets lie in the file. */
  readonly spans: readonly (readonly [number, number])[];
}

const folder = fileURLToPath(new URL('../golden/', import.meta.url));

export function recordings(): Recording[] {
  const names = readdirSync(folder);
  return names
    .filter((name) => /\.pcap(ng)?$/.test(name))
    .sort()
    .flatMap((name) => {
      const bytes = new Uint8Array(readFileSync(folder + name));
      const keys = keysOf(name.replace(/\.pcap(ng)?$/, ''));
      const more = keys === '' ? [] : variants(bytes).map((each) => ({ ...each, name: `${name} as ${each.name}` }));
      return [{ name, bytes }, ...more].map((each) => ({ ...each, keyLog: keys, spans: spansOf(each.bytes) }));
    });
}

function spansOf(bytes: Uint8Array): [number, number][] {
  const opened = openCapture(memoryFile(bytes));
  if ('problem' in opened) throw new Error(opened.problem.text);
  while (opened.reader.step());
  return packetSpans(opened.reader.frames);
}

/** The input that a seed stands for: the same on every machine as long as the recordings are the same. */
export function input(all: readonly Recording[], seed: number): { name: string; bytes: Uint8Array; keyLog: string } {
  const random = new Random(seed);
  const { name, bytes, keyLog, spans } = random.pick(all);
  const other = random.pick(all);
  const broken = random.below(3) === 0 ? mutate(bytes, other.bytes, random) : mutatePackets(bytes, spans, random);
  return { name, bytes: broken, keyLog: random.below(4) === 0 ? mutateText(keyLog, other.keyLog, random) : keyLog };
}

/** Runs the input of a seed; what it throws names the seed. */
export function run(all: readonly Recording[], seed: number): Seen {
  const { name, bytes, keyLog } = input(all, seed);
  try {
    return check(bytes, keyLog);
  } catch (cause) {
    throw new Error(`seed ${seed} (${name}): ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
}
