/** `dist/peerscope/linethread.js`: a further thread that makes lines. It reads the capture for itself, and then makes what it is asked for. */
import { Readable } from 'node:stream';
import { parentPort, workerData } from 'node:worker_threads';
import { useEngine } from '../../../dissector/crypto/index.ts';
import { platformEngine } from '../../capture/engine.ts';
import { onHook } from '../../capture/hookwatch.ts';
import { CaptureKeys } from '../../capture/keys.ts';
import { Pass } from '../../capture/open.ts';
import { Notices } from '../notices.ts';
import { readSetup } from '../setup.ts';
import { openCaptures } from '../sources.ts';
import { PartMaker } from './part.ts';
import { type FromThread, outcomeOf, type ThreadStart, type ToThread } from './threadmessages.ts';

const STEP_FRAMES = 8192;

const { command, keyLogs }: ThreadStart = workerData;
const port = parentPort!;
const answer = (message: FromThread, transferred: ArrayBuffer[] = []): void => port.postMessage(message, transferred);

useEngine(platformEngine());
onHook((watch) => answer({ kind: 'hooks', watch }));
// What modules do wrong in the first pass the first thread tells.
const notices = new Notices(() => {});
const setup = await readSetup(command, notices.tell, () => {});
const { limits } = setup.decodeOptions;
const keys = new CaptureKeys(setup.protocols, limits);
keys.replace(keyLogs);
const { file } = await openCaptures(command, Readable.from([]), limits);
const pass = new Pass(file, keys, setup.protocols, setup.decodeOptions);
while (pass.step(STEP_FRAMES));
const { analysis } = pass;
const maker = new PartMaker({ analysis, command, filter: setup.filter, protocols: setup.protocols, notices });

port.on('message', (message: ToThread) => {
  if (message.kind === 'job') return maker.begin(message.job);
  if (message.memory !== undefined) maker.reuse(message.memory);
  const part = maker.make(message.first, message.end);
  // Of bytes that there are none of nothing can be handed over.
  answer({ kind: 'part', part }, part.bytes.length === 0 ? [] : [part.bytes.buffer]);
});
answer({ kind: 'ready', outcome: outcomeOf(pass) });
