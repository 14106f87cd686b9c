/** What mutations start from: every recorded capture, of the samples, too, with its keys where they are known, and its variants. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { memoryFile, openCapture } from '../../dissector/capture/index.ts';
import type { Protocol } from '../../dissector/protocol/index.ts';
import { protocols } from '../../dissector/protocols/index.ts';
import { mutate, mutatePackets, mutateText, packetSpans } from '../../extension/author/mutate.ts';
import { Random } from '../../extension/author/random.ts';
import { keysOf } from '../golden/keys.ts';
import { check, type Seen } from './check.ts';
import { samples } from './samples.ts';
import { variants } from './variants.ts';

export interface Recording {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly keyLog: string;
  /** Those that a person has: the built-in ones, and that of the sample. */
  readonly protocols: readonly Protocol[];
  /** Where its packets lie in the file. */
  readonly spans: readonly (readonly [number, number])[];
}

const folder = fileURLToPath(new URL('../golden/', import.meta.url));

export function recordings(): Recording[] {
  const golden = readdirSync(folder)
    .filter((name) => /\.pcap(ng)?$/.test(name))
    .sort()
    .map((name) => ({
      ...{ name, protocols, bytes: new Uint8Array(readFileSync(folder + name)) },
      keyLog: keysOf(name.replace(/\.pcap(ng)?$/, '')),
    }));
  const own = samples.map(({ capture, protocol, bytes, keyLog }) => ({
    ...{ name: capture, protocols: [...protocols, protocol], bytes, keyLog },
  }));
  return [...golden, ...own].flatMap((each) => {
    const more = each.keyLog === '' ? [] : variants(each.bytes);
    return [each, ...more.map(({ name, bytes }) => ({ ...each, name: `${each.name} as ${name}`, bytes }))].map((one) => ({
      ...one,
      spans: spansOf(one.bytes),
    }));
  });
}

function spansOf(bytes: Uint8Array): [number, number][] {
  const opened = openCapture(memoryFile(bytes));
  if ('problem' in opened) throw new Error(opened.problem.text);
  while (opened.reader.step());
  return packetSpans(opened.reader.frames);
}

/** The input that a seed stands for: the same on every machine as long as the recordings are the same. */
export function input(all: readonly Recording[], seed: number): Omit<Recording, 'spans'> {
  const random = new Random(seed);
  const { name, bytes, keyLog, protocols: known, spans } = random.pick(all);
  const other = random.pick(all);
  const broken = random.below(3) === 0 ? mutate(bytes, other.bytes, random) : mutatePackets(bytes, spans, random);
  const keys = random.below(4) === 0 ? mutateText(keyLog, other.keyLog, random) : keyLog;
  return { name, bytes: broken, keyLog: keys, protocols: known };
}

/** Runs the input of a seed; what it throws names the seed. */
export function run(all: readonly Recording[], seed: number): Seen {
  const { name, bytes, keyLog, protocols: known } = input(all, seed);
  try {
    return check(bytes, keyLog, known);
  } catch (cause) {
    throw new Error(`seed ${seed} (${name}): ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
}
