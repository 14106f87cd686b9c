/** The recordings of both originals, played through a relay from both sides. */
import { createDecipheriv } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { fromHex } from '../../../dissector/bytes/index.ts';
import { Choices, KeyRing } from '../../../dissector/protocol/index.ts';
import { protocols } from '../../../dissector/protocols/index.ts';
import { exchange } from '../../../dissector/protocols/p2pke/keyschedule.ts';
import type { NodeEvent } from '../../../dissector/testnode/index.ts';
import { SocketRelay } from '../../../extension/node/sockets/socketrelay.ts';
import { project } from '../../../extension/workbench/paths.ts';
import { conversationsIn, type Played, type Programs, programsOver } from './originals.ts';

const sample = (name: string): Buffer => readFileSync(join(project, 'media', 'samples', name));
const ends: (() => unknown)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function relayed(id: string, transport: 'udp' | 'tcp', keys = '') {
  const protocol = protocols.find((each) => each.id === id)!;
  const programs = await programsOver(transport);
  ends.push(() => programs.end());
  const ring = new KeyRing(protocols.flatMap((each) => each.keys));
  ring.add('sample', keys);
  const events: NodeEvent[] = [];
  const running = await SocketRelay.start({
    ...{ protocol, protocols, transport, choices: new Choices(), keys: ring, happened: (event) => void events.push(event) },
    ...{ listen: { ip: '127.0.0.1', port: 0 }, forward: { ip: '127.0.0.1', port: programs.port } },
  });
  ends.push(() => running.stop());
  await programs.begin(running.local.port);
  return { programs, running, events };
}

/** Says it all, each side once it has heard what came before. */
async function play(programs: Programs, { said, transport }: Played): Promise<void> {
  const amount = (side: 0 | 1): number =>
    transport === 'udp' ? programs.heard(side).length : (programs.heard(side)[0]?.length ?? 0);
  const expected = [0, 0];
  for (const each of said) {
    programs.say(each);
    const other = each.side === 0 ? 1 : 0;
    expected[other] += transport === 'udp' ? 1 : each.bytes.length;
    while (amount(other) < expected[other]!) await new Promise((resolve) => setImmediate(resolve));
  }
}

describe('the recordings of the originals', () => {
  it.each([
    ['p2pke', 'p2pke_a.pcapng'],
    ['p2pke', 'p2pke_b.pcapng'],
    ['p2p', 'p2p_a.pcapng'],
    ['botd', 'botd_a.pcapng'],
    ['p2ppacket', 'p2ppacket_a.pcap'],
    ['ptpchat', 'ptpchat_a.pcapng'],
    ['ptpchat', 'ptpchat_d.pcapng'],
  ])('of %s give the same bytes on both sides: %s', async (id, name) => {
    for (const conversation of conversationsIn(sample(name))) {
      // Of one that the capture shows from its middle, the side that is dialled may speak first.
      const said =
        conversation.transport === 'udp'
          ? conversation.said.slice(conversation.said.findIndex(({ side }) => side === 0))
          : conversation.said;
      if (said.length === 0 || said[0]!.side !== 0) continue;
      const { programs } = await relayed(id, conversation.transport);
      await play(programs, { ...conversation, said });
      for (const side of [0, 1] as const) {
        const meant = said.filter((each) => each.side !== side).map(({ bytes }) => bytes);
        const whole = conversation.transport === 'udp' ? meant : meant.length === 0 ? [] : [Buffer.concat(meant)];
        expect(programs.heard(side).map((bytes) => Buffer.from(bytes).toString('hex'))).toEqual(
          whole.map((bytes) => Buffer.from(bytes).toString('hex')),
        );
      }
    }
  });

  it('with an edit in the middle is what the other program opens with its own keys', async () => {
    const keys = String(sample('p2pke_a.keys'));
    const [conversation] = conversationsIn(sample('p2pke_a.pcapng'));
    const isData = ({ bytes }: { readonly bytes: Uint8Array }): boolean =>
      bytes[0] === 0 && Buffer.from(bytes).readUInt32BE() >= 16;
    const at = conversation!.said.findIndex((each) => each.side === 0 && isData(each));
    const { programs, running } = await relayed('p2pke', 'udp', keys);
    await play(programs, { ...conversation!, said: conversation!.said.slice(0, at) });
    running.relay.mode = 'step';
    programs.say(conversation!.said[at]!);
    while (running.relay.held.length === 0) await new Promise((resolve) => setImmediate(resolve));
    const [held] = running.relay.held;
    expect(held).toMatchObject({ message: 'data' });
    const before = programs.heard(1).length;
    running.relay.release(held!.id, { values: { ...held!.values!, data: new TextEncoder().encode('edited') } });
    while (programs.heard(1).length === before) await new Promise((resolve) => setImmediate(resolve));
    // Opened by the platform's cipher, with the key that both ephemerals of the recording yield.
    const secrets = [...keys.matchAll(/PRIVATE ([0-9a-f]{64})/g)].map(([, hex]) => fromHex(hex!)!);
    const responder = conversation!.said.find(({ side }) => side === 1)!.bytes.subarray(4, 36);
    const got = Buffer.from(programs.heard(1)[before]!);
    const opened = secrets.flatMap((secret) => {
      const key = exchange(secret, responder)?.i2r;
      if (key === undefined) return [];
      // Noise: 32 bits of zeros, then the nonce as a little-endian number of 64 bits.
      const nonce = Buffer.alloc(12);
      nonce.writeUInt32LE(got.readUInt32BE(), 4);
      const cipher = createDecipheriv('chacha20-poly1305', key, nonce, { authTagLength: 16 });
      cipher.setAAD(got.subarray(0, 4), { plaintextLength: got.length - 20 });
      cipher.setAuthTag(got.subarray(-16));
      try {
        return [String(Buffer.concat([cipher.update(got.subarray(4, -16)), cipher.final()]))];
      } catch {
        return [];
      }
    });
    expect(opened).toEqual(['edited']);
  });
});
