import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import type { Io } from '../../../extension/cli/io.ts';
import { run } from '../../../extension/cli/run.ts';
import { project } from '../../../extension/workbench/paths.ts';
import { endsWithFile } from '../endings.ts';

export const golden = (name: string): string => join(import.meta.dirname, '..', '..', 'golden', name);

/** Ephemeral keys of p2pke_a.pcapng: initiator, responder. */
export const ephemerals = [
  'fdc6b68de9799289062510512438ec4d7a416bc26484cd7a3553c5364b663105',
  'ded929fd10ccc6e1af3d56cd4a58e652cd4eb8c8e564b20ca8f634e7adac796b',
];
export const keyLog = ephemerals.map((key) => `P2PKE_EPHEMERAL_PRIVATE ${key}\n`).join('');

/** Of one file of tests. */
let folder: string | undefined;

function newFolder(): string {
  const made = mkdtempSync(join(tmpdir(), 'peerscope-cli-'));
  endsWithFile(() => {
    rmSync(made, { recursive: true, force: true });
    folder = undefined;
  });
  return made;
}

export function temporary(name: string, contents: string | Uint8Array = ''): string {
  folder ??= newFolder();
  const path = join(folder, name);
  writeFileSync(path, contents);
  return path;
}

export interface Result {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

/** A command that runs in this process. */
export interface Started {
  /** What it has printed so far. */
  readonly said: { readonly out: string; readonly err: string };
  readonly ended: Promise<Result>;
  /** As a person does with Ctrl+C. */
  interrupt(): void;
}

/** Runs the command in this process to its end. `stdin` comes in pieces of `pieceSize` bytes. */
export function peerscope(args: readonly string[], stdin?: Uint8Array, pieceSize?: number): Promise<Result> {
  return started(args, stdin, pieceSize).ended;
}

/** `more` of what the command is given by its surroundings. */
export function started(
  args: readonly string[],
  stdin: Uint8Array = new Uint8Array(0),
  pieceSize = 1000,
  more: Partial<Io> = {},
): Started {
  let interrupt = (): void => {};
  const interrupted = new Promise<void>((resolve) => (interrupt = resolve));
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  const into = (chunks: Buffer[], written: (done: () => void) => void): Writable =>
    new Writable({
      write(chunk, _encoding, done) {
        chunks.push(Buffer.from(chunk));
        written(done);
      },
    });
  const pieces = Array.from({ length: Math.ceil(stdin.length / pieceSize) }, (_, index) =>
    Buffer.from(stdin.subarray(index * pieceSize, (index + 1) * pieceSize)),
  );
  const io = {
    stdin: Readable.from(pieces),
    stdout: into(out, setImmediate),
    stderr: into(err, (done) => done()),
    version: () => '1.2.3',
    root: project,
    interrupted: () => interrupted,
    ...more,
  };
  const said = () => ({ out: Buffer.concat(out).toString(), err: Buffer.concat(err).toString() });
  return {
    get said() {
      return said();
    },
    ended: run(args, io).then((status) => ({ status, ...said() })),
    interrupt,
  };
}

export function lines(text: string): string[] {
  return text.split('\n').slice(0, -1);
}

// biome-ignore lint/suspicious/noExplicitAny: what a test looks at is said by the test
export function jsonLines(text: string): any[] {
  return lines(text).map((line) => JSON.parse(line));
}

/** UDP ports that are free now. */
export async function freePorts(host: string, count: number): Promise<number[]> {
  const sockets = Array.from({ length: count }, () => createSocket(host.includes(':') ? 'udp6' : 'udp4'));
  for (const socket of sockets) {
    socket.bind(0, host);
    await once(socket, 'listening');
  }
  const ports = sockets.map((socket) => socket.address().port);
  for (const socket of sockets) await new Promise<void>((closed) => socket.close(closed));
  return ports;
}
