/**
 * `npm run fuzz -- --minutes N --seed S`: the search of capture.test.ts for as long as one likes; with `--nodes` that of
 * node.test.ts, with `--scripts` that of scripts.test.ts, with `--texts` that of texts.test.ts, with `--messages` that of messages.test.ts.
 * Failures of one kind are told once; `--only SEED` runs one input and shows the whole trace.
 */
import { parseArgs } from 'node:util';
import { AskedWorker } from './asking.ts';
import { attack } from './attack.ts';
import { recordings, run } from './corpus.ts';
import { runScript, scripts } from './scripts.ts';
import { runTexts, texts } from './texts.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '1' },
    seed: { type: 'string', default: String(Date.now() % 0x1_0000_0000) },
    only: { type: 'string' },
    nodes: { type: 'boolean', default: false },
    scripts: { type: 'boolean', default: false },
    texts: { type: 'boolean', default: false },
    messages: { type: 'boolean', default: false },
  },
});
const SLOW_MS = 5000;
const search = values.nodes
  ? ofNodes()
  : values.scripts
    ? ofScripts()
    : values.texts
      ? ofTexts()
      : values.messages
        ? await ofMessages()
        : ofCaptures();
if (values.only !== undefined) {
  console.log(await search.run(Number(values.only)));
  process.exit();
}
const first = Number(values.seed);
const end = Date.now() + Number(values.minutes) * 60_000;
if (!(Number.isFinite(first) && Number.isFinite(end))) throw new Error('--minutes and --seed are numbers');
const kinds = new Map<string, number>();
let [seed, seen] = [first, 0];
for (; Date.now() < end; seed++) {
  const started = Date.now();
  try {
    seen += await search.run(seed);
  } catch (error) {
    note((error as Error).message);
  }
  const took = Date.now() - started;
  if (took > SLOW_MS) note(`seed ${seed}: took ${took} ms`);
}
console.log(`${seed - first} inputs with ${seen} ${search.unit}, seeds ${first} to ${seed - 1}`);
for (const [kind, count] of kinds) console.log(`${count} times: ${kind}`);
// The thread that was asked has no end of its own.
process.exit(kinds.size > 0 ? 1 : 0);

/** `run` gives how much of the unit there was in the input of a seed. */
interface Search {
  readonly unit: string;
  run(seed: number): number | Promise<number>;
}

function ofNodes(): Search {
  return { unit: 'writes', run: async (seed) => (await attack(seed)).writes };
}

function ofScripts(): Search {
  const all = scripts();
  return { unit: 'characters', run: (seed) => runScript(all, seed) };
}

function ofTexts(): Search {
  const all = texts();
  return { unit: 'characters', run: (seed) => runTexts(all, seed) };
}

async function ofMessages(): Promise<Search> {
  const worker = await AskedWorker.open();
  return { unit: 'let pass', run: async (seed) => ((await worker.ask(seed)) ? 1 : 0) };
}

function ofCaptures(): Search {
  const all = recordings();
  return { unit: 'messages', run: (seed) => run(all, seed).messages };
}

/** One line a kind: the same words with other numbers are the same kind. */
function note(text: string): void {
  const kind = text.replace(/\d+/g, '#').replace(/\(.*?\)/g, '');
  if (!kinds.has(kind)) console.log(text);
  kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
}
