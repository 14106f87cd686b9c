/**
 * Nothing that comes over a wire makes a test node fail, hang or grow. A longer search is
 * `npm run fuzz -- --nodes --minutes 10 --seed 1`, and one attack with its trace `npm run fuzz -- --nodes --only SEED`.
 */
import { describe, expect, it } from 'vitest';
import { Choices, type Protocol } from '../../dissector/protocol/index.ts';
import { nodeLimits, TestNode } from '../../dissector/testnode/index.ts';
import { mutate } from '../../extension/author/mutate.ts';
import { Random } from '../../extension/author/random.ts';
import { Network } from '../unit/testnode/network.ts';
import { attack, attacked } from './attack.ts';
import { usedHeap } from './heap.ts';

const ATTACKS = 3;
const MESSAGES = 500;
/** What the engine itself keeps of code that has become hot; each message kept would be far more. */
const GROWTH = 1 << 20;

/** What the answering side of an honest conversation hears. */
async function heard(protocol: Protocol): Promise<Uint8Array[]> {
  const network = new Network();
  const [a, b] = [await network.add(protocol, { port: 40_000 }), await network.add(protocol, { port: 7000 })];
  a.dial(b);
  const link = a.node.links[0]!.id;
  network.run(100);
  // Where nothing opens a conversation, a person sends the first message.
  if (b.node.links.length === 0) a.node.send(link, a.node.offers(link)[0]!);
  network.run(70_000);
  return b.events.flatMap((event) => (event.kind === 'received' ? [event.bytes] : []));
}

/** A node that lives in a minute of its own, and whose words nobody keeps. */
async function lonely(protocol: Protocol): Promise<{ readonly node: TestNode; pass(milliseconds: number): void }> {
  let now = 0;
  const random = new Random(1);
  const bytes = (length: number): Uint8Array => Uint8Array.from({ length }, () => random.below(256));
  const options = { protocol, transport: protocol.peer!.transports[0]!, identity: await protocol.peer!.createIdentity(bytes) };
  const node = new TestNode(
    { ...options, choices: new Choices(), limits: { ...nodeLimits, links: 20 } },
    {
      now: () => 1_700_000_000_000_000_000n + BigInt(now) * 1_000_000n,
      clock: () => now,
      random: bytes,
      write: () => {},
      close: () => {},
      wake: () => {},
      happened: () => {},
    },
  );
  const pass = (milliseconds: number): void => {
    now += milliseconds;
    node.tick();
  };
  return { node, pass };
}

describe('test nodes', () => {
  for (const protocol of attacked)
    it(`of ${protocol.id} outlive what others send`, async () => {
      const failures: string[] = [];
      let writes = 0;
      for (let seed = 1; seed <= ATTACKS; seed++) {
        try {
          writes += (await attack(seed, [protocol])).writes;
        } catch (error) {
          failures.push((error as Error).message);
        }
      }
      expect(failures).toEqual([]);
      expect(writes).toBeGreaterThan(ATTACKS);
    });

  for (const protocol of attacked)
    it(`of ${protocol.id} keep nothing of a flood`, async () => {
      const good = await heard(protocol);
      const random = new Random(7);
      const { node, pass } = await lonely(protocol);
      const local = { ip: '127.0.0.1', port: 7000 };
      const flood = (): void => {
        for (let n = 0; n < MESSAGES; n++) {
          const remote = { ip: '127.0.0.1', port: 40_000 + random.below(30) };
          const link = node.links.find(({ remote: { port } }) => port === remote.port) ?? node.opened(remote, local, false);
          const message = random.pick(good);
          if (link !== undefined) node.received(link.id, random.below(2) === 0 ? message : mutate(message, message, random));
          pass(20);
        }
      };
      flood();
      const before = usedHeap();
      flood();
      expect(usedHeap() - before).toBeLessThan(GROWTH);
      pass(1_000_000);
      node.stop();
      expect([node.links, node.held, node.wait]).toEqual([[], [], undefined]);
    });
});
