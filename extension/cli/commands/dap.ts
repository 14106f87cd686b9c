/** `peerscope dap`: a debug adapter for any client of the Debug Adapter Protocol. */
import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { dirname } from 'node:path';
import { readDecodeOptions } from '../../../dissector/analysis/decodeoptions.ts';
import { limitsOf } from '../../../dissector/protocol/index.ts';
import { readNodeLimits } from '../../../dissector/testnode/index.ts';
import { DiskFile } from '../../capture/disk.ts';
import { loadProtocols } from '../../capture/modules.ts';
import { openFile } from '../../capture/open.ts';
import { reasonOf } from '../../capture/reason.ts';
import { Adapter } from '../../debug/adapter.ts';
import { openTarget, type Surroundings } from '../../debug/opentarget.ts';
import { parseLimits } from '../arguments.ts';
import { readKeyLog } from '../capture.ts';
import { parseChoices } from '../choice.ts';
import { exitStatus, UsageError } from '../errors.ts';
import { watchHooks } from '../hookwatchdog.ts';
import type { Io, Tell } from '../io.ts';
import { type Given, parseOptions, refuseOthers } from '../options.ts';
import type { Output } from '../output.ts';
import { dapHelp } from '../usage.ts';

const HELP = 'peerscope dap --help';

export async function dap(args: readonly string[], io: Io, out: Output, tell: Tell): Promise<number> {
  const given = parseOptions(args, HELP);
  if (given.has('help')) {
    await out.text(dapHelp());
    return exitStatus.read;
  }
  refuseOthers('dap', given, HELP);
  if (given.positionals.length > 0) throw new UsageError('"dap" takes no file: the launch request of the client names it.', HELP);
  const around = await surroundingsOf(given, tell);
  const port = given.one('port');
  if (port === undefined) await overStandardStreams(io, around);
  else await overPort(readPort(port), io, around, tell);
  return exitStatus.read;
}

/** Throws a UsageError for what cannot be used: here a person still reads it. */
async function surroundingsOf(given: Given, tell: Tell): Promise<Surroundings> {
  const loaded = await loadProtocols(given.all('protocol'), tell);
  if (loaded.problems.length > 0) throw new UsageError(loaded.problems.join(' '), false);
  const { protocols } = loaded;
  const written = {
    ...{ choices: parseChoices(given.all('choice')), decodeAs: given.all('decode-as') },
    ...{ limits: parseLimits(given.all('limit')), order: given.one('order') },
  };
  const { limits: nodeLimits, problems } = readNodeLimits(written.limits, protocols);
  if (problems.length > 0) throw new UsageError(`--limit: ${problems.join(' ')}`, false);
  const ofCaptures = limitsOf(protocols);
  const captureLimits = Object.fromEntries(Object.entries(written.limits).filter(([name]) => Object.hasOwn(ofCaptures, name)));
  const options = readDecodeOptions({ ...written, limits: captureLimits }, protocols);
  if (options.problems.length > 0) throw new UsageError(options.problems.join(' '), false);
  const { limits } = options;
  watchHooks(limits.hookSeconds);
  const ofCapture: Surroundings['ofCapture'] = {
    setup: { protocols, options },
    keyLogs: given.all('keys').map((path) => readKeyLog(path, limits)),
    readKeyLog: async (path) => readKeyLog(path, limits).text,
    open: async (path) => {
      const disk = onDisk(path);
      try {
        return { file: await openFile(disk, limits), close: () => disk.close() };
      } catch (error) {
        disk.close();
        throw new Error(`${path}: ${reasonOf(error)}`);
      }
    },
  };
  const ofScript: Surroundings['ofScript'] = async (path) => ({
    ...{ protocols, limits: nodeLimits, pins: written.choices, allow: given.all('allow'), folder: dirname(path) },
    recording: given.one('record'),
    readText: async () => readScript(path),
  });
  return { ofCapture, ofScript };
}

function readScript(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new Error(`The script ${path} cannot be read. ${reasonOf(error)}`);
  }
}

function onDisk(path: string): DiskFile {
  try {
    return new DiskFile(path);
  } catch (error) {
    throw new Error(`${path} cannot be opened. ${reasonOf(error)}`);
  }
}

function overStandardStreams({ stdin, stdout, interrupted }: Io, around: Surroundings): Promise<unknown> {
  const ended = new Promise<void>((resolve) => {
    const adapter = new Adapter((parts, client) => openTarget(parts, client, around), resolve);
    adapter.start(stdin, stdout);
    // A client that has gone closes what we read, and then nothing more comes.
    stdin.once('end', () => adapter.dispose());
  });
  return Promise.race([ended, interrupted()]).then(() => stdin.destroy());
}

/** Throws a UsageError for a port in use. Each connection is a session of its own. */
async function overPort(port: number, { interrupted }: Io, around: Surroundings, tell: Tell): Promise<void> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    const adapter = new Adapter(
      (parts, client) => openTarget(parts, client, around),
      () => socket.end(),
    );
    adapter.start(socket, socket);
    socket.once('close', () => {
      sockets.delete(socket);
      adapter.dispose();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(new UsageError(`The port ${port} cannot be used. ${reasonOf(error)}`, false)));
    // Only this machine: whoever is connected can open files.
    server.listen(port, '127.0.0.1', resolve);
  });
  tell(`waits for debug clients on 127.0.0.1:${(server.address() as AddressInfo).port}`);
  await interrupted();
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => server.close(resolve));
}

function readPort(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) < 65_536) return Number(text);
  throw new UsageError(`"--port ${text}" is no port.`, HELP);
}
