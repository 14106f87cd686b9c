/** Bytes of strangers through a relay: whatever they are, they pass as they came, and nothing throws. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Choices, KeyRing } from '../../dissector/protocol/index.ts';
import { protocols } from '../../dissector/protocols/index.ts';
import { parseRelayFault, Relay, type RelayFault } from '../../dissector/relay/index.ts';
import { mulberry32, seededBytes } from '../../dissector/testnode/index.ts';
import { project } from '../../extension/workbench/paths.ts';
import { conversationsIn, type Played } from '../unit/relay/originals.ts';

const ROUNDS = 30;
const samples = [
  ['p2pke', 'p2pke_a.pcapng', 'p2pke_a.keys'],
  ['p2p', 'p2p_a.pcapng', 'p2p_a.keys'],
  ['botd', 'botd_a.pcapng', 'botd_a.keys'],
  ['p2ppacket', 'p2ppacket_a.pcap', undefined],
  ['ptpchat', 'ptpchat_d.pcapng', 'ptpchat_d.keys'],
] as const;
const sample = (name: string): Buffer => readFileSync(join(project, 'media', 'samples', name));

/** With bits flipped, parts left out, doubled and cut elsewhere. */
function broken({ said, transport }: Played, random: () => number): Played {
  const below = (end: number): number => Math.floor(random() * end);
  const changed = said.flatMap((each) => {
    if (random() < 0.05) return [];
    let bytes = each.bytes.slice();
    if (random() < 0.3 && bytes.length > 0) bytes[below(bytes.length)]! ^= 1 << below(8);
    if (random() < 0.1) bytes = bytes.slice(0, below(bytes.length + 1));
    const at = below(bytes.length + 1);
    const parts = transport === 'tcp' && random() < 0.5 ? [bytes.slice(0, at), bytes.slice(at)] : [bytes];
    const copies = random() < 0.05 ? [...parts, ...parts] : parts;
    return copies.map((part) => ({ side: each.side, bytes: part }));
  });
  return { transport, said: changed };
}

function passed(id: string, { said, transport }: Played, keys: string, faults: readonly RelayFault[]): void {
  const protocol = protocols.find((each) => each.id === id)!;
  const ring = new KeyRing(protocols.flatMap((each) => each.keys));
  ring.add('sample', keys);
  const out: [number[], number[]] = [[], []];
  const meant: [number[], number[]] = [[], []];
  let now = 0;
  const relay = new Relay(
    { protocol, protocols, transport, choices: new Choices(), keys: ring, faults },
    {
      ...{
        now: () => BigInt(Math.round(now * 1e6)),
        clock: () => now,
        random: (length: number) => seededBytes(mulberry32(1), length),
      },
      write: ({ dialled }, bytes) => void out[dialled ? 0 : 1].push(...bytes),
      ...{ finish: () => {}, close: () => {}, read: () => {}, wake: () => {}, happened: () => {} },
    },
  );
  const client = relay.opened({ ip: '127.0.0.1', port: 1 }, { ip: '127.0.0.1', port: 2 })!;
  const server = relay.forwarded(client.id, { ip: '127.0.0.1', port: 4 }, { ip: '127.0.0.1', port: 3 })!;
  for (const { side, bytes } of said) {
    meant[side].push(...bytes);
    relay.received(side === 0 ? client.id : server.id, bytes);
    now += 1;
  }
  now += 300;
  relay.tick();
  for (const { id: link } of transport === 'tcp' ? [client, server] : []) relay.ended(link);
  for (const way of [0, 1] as const) expect(Buffer.from(out[way]).equals(Buffer.from(meant[way]))).toBe(true);
}

describe('through a relay', () => {
  for (const [id, capture, log] of samples)
    for (const isByMessage of [false, true])
      it(`broken sessions of ${id} pass as they came, ${isByMessage ? 'message by message' : 'at once'}`, () => {
        const protocol = protocols.find((each) => each.id === id)!;
        const keys = log === undefined ? '' : String(sample(log));
        const random = mulberry32(7);
        const sessions = conversationsIn(sample(capture));
        for (let round = 0; round < ROUNDS; round++)
          for (const session of sessions) {
            const fault = parseRelayFault('drop#999999999', protocol.names, session.transport, protocol.peer!) as RelayFault;
            passed(id, broken(session, random), keys, isByMessage ? [fault] : []);
          }
      });
});
