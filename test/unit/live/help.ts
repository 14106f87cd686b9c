/** What live tests share: whether a program may capture on loopback here, datagrams to capture, records of a capture that somebody writes. */
import { spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProgram, type ProgramName, programFolders } from '../../../extension/live/programs.ts';

/** `lo`, `lo0`. */
export const loopback =
  Object.entries(networkInterfaces()).find(([, all = []]) => all.some(({ internal }) => internal))?.[0] ?? 'lo';

/** Why tests with this program are skipped; empty where it may capture. */
export function whyNot(name: ProgramName): string {
  const program = findProgram(name, programFolders());
  if (program === undefined) return ` (skipped: ${name} is not installed)`;
  const opened = program.isOpen && /^\(000\) /m.test(String(spawnSync(program.path, ['-d', '-i', loopback]).stdout));
  return opened ? '' : ` (skipped: ${name} may not capture on ${loopback} here)`;
}

/** A folder with one of the programs alone, and with what else is written into it. */
export function folderWith(programs: readonly ProgramName[], scripts: Readonly<Record<string, string>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'peerscope-live-'));
  for (const name of programs) symlinkSync(findProgram(name, programFolders())!.path, join(folder, name));
  for (const [name, text] of Object.entries(scripts)) {
    writeFileSync(join(folder, name), text);
    chmodSync(join(folder, name), 0o755);
  }
  return folder;
}

/** The port of a socket of this machine that hears what is sent to it. */
export class Listener {
  readonly #socket = createSocket('udp4');
  port = 0;

  static async open(): Promise<Listener> {
    const listener = new Listener();
    listener.#socket.bind(0, '127.0.0.1');
    await once(listener.#socket, 'listening');
    listener.port = listener.#socket.address().port;
    return listener;
  }

  /** The socket to itself. */
  async send(...texts: readonly (string | Uint8Array)[]): Promise<void> {
    for (const text of texts) await new Promise<void>((sent) => this.#socket.send(text, this.port, '127.0.0.1', () => sent()));
  }

  close(): void {
    this.#socket.close();
  }
}

/** A pcap of these payloads, raw link type 147, one second apart. */
export function pcapOf(payloads: readonly Uint8Array[]): Buffer {
  const head = Buffer.alloc(24);
  head.writeUInt32LE(0xa1b2c3d4, 0);
  head.writeUInt16LE(2, 4);
  head.writeUInt16LE(4, 6);
  head.writeUInt32LE(262_144, 16);
  head.writeUInt32LE(147, 20);
  const records = payloads.flatMap((payload, at) => {
    const own = Buffer.alloc(16);
    own.writeUInt32LE(1_700_000_000 + at, 0);
    own.writeUInt32LE(payload.length, 8);
    own.writeUInt32LE(payload.length, 12);
    return [own, payload];
  });
  return Buffer.concat([head, ...records]);
}
