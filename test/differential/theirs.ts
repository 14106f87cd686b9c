/** A capture as tshark reads it. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rowArguments, streamArguments, streamsIn } from '../unit/capture/wireshark.ts';
import { endsOf, firstForeign } from './layers.ts';
import { Broken } from './ourprocess.ts';
import type { Side, TheirFrame, TheirReading } from './reading.ts';

/**
 * What TCP carries stays data: what a protocol finds in it would be counted among the connections. Linux had VXLAN at a port of its
 * own before: Peerscope looks into both.
 */
const decoding: readonly string[] = ['-d', 'tcp.port==0-65535,data', '-d', 'udp.port==8472,vxlan'];

const columnNames = (
  'frame.time_epoch frame.cap_len frame.len frame.encap_type frame.protocols ip.src ip.dst ipv6.src ipv6.dst udp.srcport udp.dstport ' +
  'tcp.srcport tcp.dstport tcp.stream tcp.len tcp.payload udp.length udp.payload ip.cur_rt _ws.malformed'
).split(' ');

/** Wireshark's own numbers of link types (WTAP_ENCAP_…), and the LINKTYPE_ numbers that it reads as each: those that Peerscope decodes. */
const links: Readonly<Record<string, readonly number[]>> = {
  ...{ 1: [1], 7: [12, 14, 101], 15: [0], 25: [113], 45: [147], 129: [228], 130: [229], 141: [239], 171: [258], 174: [108] },
  210: [276],
};

/** Streams that one run follows: each takes a part of the time of every packet. */
const together = 200;

/** tshark with a configuration of its own: whatever a person has set does not count. */
export class TheirProcess {
  readonly #folder = mkdtempSync(join(tmpdir(), 'differential-'));

  /** Rejects with `Broken`. */
  async read(path: string, seconds: number): Promise<TheirReading> {
    const { lines, said, status } = await this.#run('tshark', rowArguments(path, columnNames, decoding, true), seconds);
    const frames: TheirFrame[] = [];
    const segments = new Map<number, number[]>();
    const carrying = new Set<number>();
    lines.forEach((line, index) => {
      const { frame, stream, length } = readRow(line);
      frames.push(frame);
      if (stream < 0) return;
      if (length > 0) carrying.add(stream);
      const numbers = segments.get(stream);
      if (numbers === undefined) segments.set(stream, [index + 1]);
      else numbers.push(index + 1);
    });
    if (status !== 0 && frames.length === 0 && /isn't a capture file|is a directory|can only be|doesn't understand/.test(said))
      return { refused: said, isUnsupported: false, frames, streams: [] };
    const sides = await this.#streams(path, [...carrying], seconds);
    const streams = [...segments].map(([stream, numbers]) => ({ frames: numbers, sides: sides.get(stream) ?? [] }));
    const isUnsupported = /doesn't support/.test(said);
    return { ...(status === 0 ? {} : { unread: said }), isUnsupported, frames, streams };
  }

  /** What a file is, in Wireshark's words. */
  async format(path: string, seconds: number): Promise<string> {
    const { lines } = await this.#run('capinfos', ['-t', path], seconds);
    return lines.find((line) => line.startsWith('File type'))?.replace(/^[^:]*:\s*/, '') ?? '';
  }

  close(): void {
    rmSync(this.#folder, { recursive: true });
  }

  async #streams(path: string, wanted: readonly number[], seconds: number): Promise<Map<number, Side[]>> {
    const found = new Map<number, Side[]>();
    for (let at = 0; at < wanted.length; at += together) {
      const { lines } = await this.#run('tshark', streamArguments(path, wanted.slice(at, at + together), decoding), seconds);
      for (const [stream, { nodes, sent }] of streamsIn(lines))
        found.set(
          stream,
          nodes.map((endpoint, side) => ({ endpoint, bytes: sent[side]! })),
        );
    }
    return found;
  }

  #run(program: 'tshark' | 'capinfos', args: readonly string[], seconds: number): Promise<Run> {
    return new Promise((resolve, reject) => {
      const env = { ...process.env, WIRESHARK_CONFIG_DIR: this.#folder };
      const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], env });
      const [out, err]: Buffer[][] = [[], []];
      let isLate = false;
      const clock = setTimeout(() => {
        isLate = true;
        child.kill('SIGKILL');
      }, seconds * 1000);
      child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
      child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
      child.once('error', (error) => reject(new Broken(`${program} could not be run: ${error.message}`)));
      child.once('close', (status, signal) => {
        clearTimeout(clock);
        if (isLate) reject(new Broken(`${program} took more than ${seconds} seconds`));
        else if (signal !== null) reject(new Broken(`${program} ended with ${signal}`));
        else
          try {
            const [output, said] = [out, err].map((parts) => Buffer.concat(parts).toString());
            resolve({ lines: linesOf(output!), said: complaint(said!), status: status! });
          } catch (error) {
            // No text is longer than half a gigabyte.
            reject(new Broken(`${program} printed too much: ${(error as Error).message}`));
          }
      });
    });
  }
}

interface Run {
  readonly lines: readonly string[];
  readonly said: string;
  readonly status: number;
}

function linesOf(output: string): string[] {
  return output === '' ? [] : output.replace(/\n$/, '').split('\n');
}

/** What tshark says of the file: not what it says of the user that runs it. */
function complaint(said: string): string {
  return linesOf(said)
    .filter((line) => line.startsWith('tshark: '))
    .map((line) => line.slice('tshark: '.length))
    .join(' ');
}

function readRow(line: string): { frame: TheirFrame; stream: number; length: number } {
  const value = new Map(line.split('\t').map((text, index) => [columnNames[index], text]));
  const list = (name: string) =>
    value
      .get(name)!
      .split(',')
      .filter((text) => text !== '');
  const layers = value.get('frame.protocols')!.split(':');
  const values = {
    ...{ ipSrc: list('ip.src'), ipDst: list('ip.dst'), ipv6Src: list('ipv6.src'), ipv6Dst: list('ipv6.dst') },
    ...{ udpSrc: list('udp.srcport'), udpDst: list('udp.dstport'), tcpSrc: list('tcp.srcport'), tcpDst: list('tcp.dstport') },
  };
  const foreign = firstForeign(layers);
  const ends = endsOf(layers.slice(0, foreign), values);
  const last = endsOf(layers, values);
  const isBeyond = ends.addresses !== last.addresses || ends.ports !== last.ports;
  const own = layers.slice(0, Math.min(foreign, quotedFrom(layers)));
  // Of several headers the last counts.
  const place = (layer: string) => Math.max(0, own.filter((one) => one === layer).length - 1);
  const isTcp = ends.ports.startsWith('tcp');
  const udpLength = list('udp.length')[place('udp')];
  const length = Number(list('tcp.len')[place('tcp')] ?? 0);
  // What a SYN or RST carries has no field.
  const [segment = ''] = list('tcp.payload');
  const isUnshown = length > 0 && segment === '';
  const payload = payloadOf(udpLength, list('udp.payload')[place('udp')]);
  const frame: TheirFrame = {
    time: value.get('frame.time_epoch')!,
    captured: Number(value.get('frame.cap_len')),
    original: Number(value.get('frame.len')),
    links: links[value.get('frame.encap_type')!] ?? [],
    ...{ ends, layers, beyond: isBeyond ? layers[foreign] : undefined, via: value.get('ip.cur_rt')! },
    ...{ isMalformed: value.get('_ws.malformed') !== '', isLengthless: udpLength === '0' },
    ...(ends.ports.startsWith('udp') ? { payload } : isTcp && !isUnshown ? { payload: segment } : {}),
  };
  return { frame, stream: isTcp ? Number(list('tcp.stream')[place('tcp')] ?? -1) : -1, length };
}

function quotedFrom(layers: readonly string[]): number {
  const at = layers.findIndex((layer) => layer === 'icmp' || layer === 'icmpv6');
  return at < 0 ? layers.length : at;
}

/** tshark's field goes on to the end of the packet, past what the header says. */
function payloadOf(length = '0', payload = ''): string {
  const claimed = Number(length) - 8;
  return claimed >= 0 ? payload.slice(0, claimed * 2) : payload;
}
