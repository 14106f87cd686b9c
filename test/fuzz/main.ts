/**
 * `npm run fuzz -- --minutes N --seed S`: the search of capture.test.ts for as long as one likes; with `--nodes` that of
 * node.test.ts. Failures of one kind are told once; `--only SEED` runs one input and shows the whole trace.
 */
import { parseArgs } from 'node:util';
import { attack } from './attack.ts';
import { recordings, run } from './corpus.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '1' },
    seed: { type: 'string', default: String(Date.now() % 0x1_0000_0000) },
    only: { type: 'string' },
    nodes: { type: 'boolean', default: false },
  },
});
const SLOW_MS = 5000;
const all = values.nodes ? [] : recordings();
if (values.only !== undefined) {
  console.log(values.nodes ? await attack(Number(values.only)) : run(all, Number(values.only)));
  process.exit();
}
const first = Number(values.seed);
const end = Date.now() + Number(values.minutes) * 60_000;
if (!(Number.isFinite(first) && Number.isFinite(end))) throw new Error('--minutes and --seed are numbers');
const kinds = new Map<string, number>();
let [seed, messages, frames] = [first, 0, 0];
for (; Date.now() < end; seed++) {
  const started = Date.now();
  try {
    const seen = values.nodes ? { frames: (await attack(seed)).writes, messages: 0 } : run(all, seed);
    messages += seen.messages;
    frames += seen.frames;
  } catch (error) {
    note((error as Error).message);
  }
  const took = Date.now() - started;
  if (took > SLOW_MS) note(`seed ${seed}: took ${took} ms`);
}
const told = values.nodes ? `attacks with ${frames} writes` : `inputs with ${frames} frames and ${messages} messages`;
console.log(`${seed - first} ${told}, seeds ${first} to ${seed - 1}`);
for (const [kind, count] of kinds) console.log(`${count} times: ${kind}`);
process.exitCode = kinds.size > 0 ? 1 : 0;

/** One line a kind: the same words with other numbers are the same kind. */
function note(text: string): void {
  const kind = text.replace(/\d+/g, '#').replace(/\(.*?\)/g, '');
  if (!kinds.has(kind)) console.log(text);
  kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
}
