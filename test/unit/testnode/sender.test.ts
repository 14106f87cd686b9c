import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Link, Peer, PeerKind } from '../../../dissector/session/index.ts';
import { Faults } from '../../../dissector/testnode/faults.ts';
import { type Fault, faultKinds, nodeLimits, parseFault } from '../../../dissector/testnode/index.ts';
import { Sender } from '../../../dissector/testnode/sender.ts';

type Transport = 'udp' | 'tcp';
const names = ['ping', 'pong'];
/** Every message is so many bytes of its own number. */
const SIZE = 3;
const LATER = 1_000_000;

/** What is written of a sequence of messages, with time after the last of them. */
function written(messages: readonly string[], faults: readonly Fault[], transport: Transport): number[] {
  const out: number[] = [];
  const waiting: { readonly name: string; readonly at: number }[] = [];
  const link: Link = { id: 1, remote: { ip: '127.0.0.1', port: 2 }, local: { ip: '127.0.0.1', port: 1 }, dialled: true };
  let made = 0;
  const peer = {
    fill: () => ({ n: made++ }),
    emit: (_link: number, _message: string, { n }: { n: number }) => new Uint8Array(SIZE).fill(n),
  } as unknown as Peer;
  const sender = new Sender({
    ...{ kind: { signatures: {}, nonces: {}, sealed: [] } as unknown as PeerKind, peer, transport },
    ...{ faults: new Faults(faults, 1), limits: nodeLimits },
    link: () => link,
    write: (_link, bytes) => void out.push(...bytes),
    told: () => {},
    delay: (_link, name, milliseconds) => void waiting.push({ name, at: milliseconds }),
    holds: () => false,
    changed: () => {},
  });
  for (const message of messages) sender.queue(link.id, message, {});
  while (waiting.length > 0) {
    waiting.sort((a, b) => a.at - b.at);
    sender.due(waiting.shift()!.name);
  }
  expect(out.length % SIZE).toBe(0);
  return out;
}

/** How often each message is written, by the words of `faultKinds`; each fault happens to the N-th that fits. */
function expected(messages: readonly string[], faults: readonly Fault[], transport: Transport): number[] {
  const counts = messages.map(() => 1);
  const happens = messages.map((message, n) =>
    faults.filter((fault) => {
      const fits = (each: string): boolean => fault.message === undefined || fault.message === each;
      return fits(message) && messages.slice(0, n + 1).filter(fits).length === fault.at;
    }),
  );
  const has = (n: number, kind: string): boolean => happens[n]!.some((fault) => fault.kind === kind);
  const delayOf = (n: number): number => {
    const delay = happens[n]!.find(({ kind }) => kind === 'delay');
    return delay === undefined ? 0 : (delay.value ?? 1000) + 1 / LATER;
  };
  const order = messages.map((_, n) => n).sort((a, b) => delayOf(a) - delayOf(b));
  const emitted: number[] = [];
  for (const n of order) {
    if (has(n, 'drop') && transport === 'tcp') {
      counts[n] = 0;
      continue;
    }
    const before = emitted.filter((each) => messages[each] === messages[n]).at(-1);
    emitted.push(n);
    if (has(n, 'drop')) {
      counts[n]!--;
      continue;
    }
    for (const { kind, value = 1 } of happens[n]!) if (kind === 'duplicate') counts[n]! += value;
    if (has(n, 'replay') && before !== undefined) counts[before]!++;
  }
  return counts;
}

const harmless = ['drop', 'delay', 'duplicate', 'reorder', 'replay', 'split', 'merge'] as const;

function faultsFor(transport: Transport): fc.Arbitrary<Fault[]> {
  const kinds = harmless.filter((kind) => transport === 'tcp' || (kind !== 'split' && kind !== 'merge'));
  const fault = fc.record({
    kind: fc.constantFrom(...kinds),
    value: fc.option(fc.integer({ min: 1, max: 5 }), { nil: undefined }),
    message: fc.option(fc.constantFrom(...names), { nil: undefined }),
    at: fc.integer({ min: 1, max: 5 }),
    probability: fc.constant(undefined),
  });
  return fc.array(fault, { maxLength: 4 });
}

describe('what goes out', () => {
  for (const transport of ['udp', 'tcp'] as const)
    it(`over ${transport} is all that was sent, but for what a fault drops or doubles`, () => {
      fc.assert(
        fc.property(fc.array(fc.constantFrom(...names), { maxLength: 12 }), faultsFor(transport), (messages, faults) => {
          const out = written(messages, faults, transport);
          const counts = messages.map((_, n) => out.filter((byte) => byte === n).length / SIZE);
          expect(counts).toEqual(expected(messages, faults, transport));
        }),
        { numRuns: 1000 },
      );
    });
});

describe('a fault as text', () => {
  it('is read as it was written', () => {
    const at = fc.oneof(
      fc.record({ at: fc.integer({ min: 1, max: 999 }), probability: fc.constant(undefined) }),
      fc.record({ at: fc.constant(1), probability: fc.integer({ min: 0, max: 999 }).map((n) => n / 1000) }),
    );
    const kinds = Object.keys(faultKinds) as Fault['kind'][];
    const value = fc.option(fc.integer({ min: 0, max: 999_999_999 }), { nil: undefined });
    const message = fc.option(fc.constantFrom(...names), { nil: undefined });
    fc.assert(
      fc.property(fc.constantFrom(...kinds), value, message, at, (kind, given, name, when) => {
        const often = when.probability === undefined ? (when.at === 1 ? '' : `#${when.at}`) : `@${when.probability}`;
        const text = `${kind}${given === undefined ? '' : `=${given}`}${name === undefined ? '' : `:${name}`}${often}`;
        expect(parseFault(text, names, 'tcp')).toEqual({ kind, value: given, message: name, ...when });
      }),
    );
  });
});
