/** The protocol over TCP that dissector/README.md shows, as its reader would try it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { project } from '../../../extension/workbench/paths.ts';
import { capture, tcpConversation, tcpFlags, tcpFrame } from '../analysis/packets.ts';
import { jsonLines, peerscope, temporary } from '../cli/help.ts';

const paper = readFileSync(join(project, 'dissector', 'README.md'), 'utf8').split('### Read a stream')[1]!;
const [, source] = /```js\n(.*?)```/s.exec(paper)!;
const module = temporary('lines.js', source!);

const client = { address: '10.0.0.1', port: 40_000 };
const server = { address: '10.0.0.2', port: 7788 };
const line = (text: string): Buffer => Buffer.concat([Buffer.from([0, text.length]), Buffer.from(text)]);
const streams = [Buffer.concat(['one', 'two', 'three'].map(line)), line('answer')] as const;
const frames = tcpConversation(client, server, streams, 4);
const finish = (from: number, seq: number) =>
  tcpFrame(from === 0 ? client : server, from === 0 ? server : client, seq, 0, tcpFlags.fin | tcpFlags.ack, new Uint8Array(0));

async function decoded(...packets: Uint8Array[]): Promise<{ name: string; state: string; text: string; findings: string[] }[]> {
  const { out, err } = await peerscope(['decode', temporary('lines.pcapng', capture(packets)), '--json', '--protocol', module]);
  expect(err).toBe('');
  return jsonLines(out).map(({ message, state, fields, findings = [] }) => ({
    ...{ name: message, state, text: fields.text },
    findings: findings.map(({ rule, severity, text }: Record<string, string>) => `${severity} ${rule} ${text}`),
  }));
}

describe('the protocol of the paper', () => {
  it('reads lines that lie across segments, of both directions', async () => {
    const lines = await decoded(...frames);
    expect(lines.map(({ text }) => text)).toEqual(['one', 'two', 'three', 'answer']);
    expect(new Set(lines.map(({ state, findings }) => `${state} ${findings}`))).toEqual(new Set(['decoded ']));
  });

  it('blames a peer that closes inside a line, and no capture that ends there', async () => {
    const cut = frames.slice(0, 4);
    const [, open] = await decoded(...cut);
    expect([open!.state, open!.findings]).toEqual(['incomplete', []]);
    const [, closed] = await decoded(...cut, finish(0, 1000 + 8));
    expect(closed!.findings).toEqual(['error lines.incomplete the connection is closed inside a line']);
  });

  it('says where bytes are missing', async () => {
    const lines = await decoded(...frames.filter((_, at) => at !== 4), finish(0, 1000 + streams[0].length), finish(1, 5008));
    expect(lines.flatMap(({ findings }) => findings)).toEqual(['note lines.gap 4 bytes of the stream are missing after this']);
    expect(lines.filter(({ state }) => state === 'decoded').map(({ text }) => text)).toEqual(['one', 'answer']);
  });

  it('passes the checks of protocol test', async () => {
    const { out, status } = await peerscope(['protocol', 'test', module, temporary('whole.pcapng', capture(frames))]);
    expect(status, out).toBe(0);
  });
});
