/** The thread of a debug session in the editor: a capture that is large, or a module that does not return, holds nobody else. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { Limits } from '../../dissector/bytes/index.ts';
import { memoryFile } from '../../dissector/capture/index.ts';
import { useEngine } from '../../dissector/crypto/index.ts';
import { platformEngine } from '../capture/engine.ts';
import { onHook } from '../capture/hookwatch.ts';
import { openFile } from '../capture/open.ts';
import type { DebuggedCapture, DebugSetup, FromDebugThread, ToDebugThread } from '../wire/debug.ts';
import { openPath } from '../worker/place.ts';
import { port } from '../worker/port.ts';
import { readSettings } from '../worker/settings.ts';
import { openTogether } from '../worker/together.ts';
import { Adapter } from './adapter.ts';
import { openTarget, type Surroundings } from './opentarget.ts';
import { argumentsOf, Refusal } from './requests.ts';
import { scriptSurroundings } from './scriptsurroundings.ts';

useEngine(platformEngine());

const tell = (message: FromDebugThread): void => port.post(message);
onHook((watch) => tell({ kind: 'hooks', watch }));

let setUp: (setup: DebugSetup) => void;
const given = new Promise<DebugSetup>((resolve) => {
  setUp = resolve;
});
const adapter = new Adapter(async (parts, client) => {
  const { program, answers, settings, keyLogs } = await given;
  const setup = await readSettings(settings, (mistake) => client.output(mistake, 'stderr'));
  for (const problem of setup.problems) client.output(problem, 'stderr');
  const { limits } = setup.options;
  const around: Surroundings = {
    ofCapture: {
      ...{ setup, keyLogs },
      open: async () => {
        if ('script' in program) throw new Refusal('This is a packet script.');
        return opened(program, limits);
      },
      // The host has read what the configuration names.
      readKeyLog: async (path) => {
        throw new Refusal(`${path} is not read here: the command Peerscope: Add Key Log… adds it.`);
      },
    },
    ofScript: async () => {
      if (!('script' in program)) throw new Refusal('This is no packet script.');
      return scriptSurroundings(program, settings, setup.protocols);
    },
  };
  return openTarget({ ...parts, keys: [], answers: { ...argumentsOf(parts.answers), ...answers } }, client, around);
});
adapter.onDidSendMessage((message) => tell({ kind: 'dap', message }));
port.listen((received) => {
  const message = received as ToDebugThread;
  if (message.kind === 'setup') setUp(message);
  else adapter.handleMessage(message.message as DebugProtocol.ProtocolMessage);
});

async function opened(capture: DebuggedCapture, limits: Limits): ReturnType<Surroundings['ofCapture']['open']> {
  if ('parts' in capture) {
    const { file } = await openTogether(capture.parts, capture.align, limits);
    return { file, close: () => {} };
  }
  if ('bytes' in capture) return { file: await openFile(memoryFile(capture.bytes), limits), close: () => {} };
  const disk = openPath(capture.path);
  try {
    return { file: await openFile(disk, limits), close: () => disk.close() };
  } catch (error) {
    disk.close();
    throw error;
  }
}
