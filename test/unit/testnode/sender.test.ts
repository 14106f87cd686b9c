import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Link, NodeDefinition, NodeSession } from '../../../dissector/protocol/index.ts';
import { Faults } from '../../../dissector/testnode/faults.ts';
import { type Fault, faultKinds, nodeLimits, parseFault } from '../../../dissector/testnode/index.ts';
import { Sender } from '../../../dissector/testnode/sender.ts';

type Transport = 'udp' | 'tcp';
const names = ['ping', 'pong'];
/** No message has anything that is spoiled by its own fault; all of them have. */
const none = { signatures: {}, nonces: {}, sealed: [] as string[] };
const all = { signatures: { ping: ['s'], pong: ['s'] }, nonces: { ping: ['n'], pong: ['n'] }, sealed: names };
const most: Readonly<Record<string, number>> = { duplicate: 1000, flip: 65_536, delay: 86_400_000 };
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
  } as unknown as NodeSession;
  const sender = new Sender({
    ...{ kind: none as unknown as NodeDefinition, peer, transport },
    ...{ faults: new Faults(faults, 1, none), limits: nodeLimits },
    link: () => link,
    write: (_link, bytes) => out.push(...bytes) > 0,
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
  const seen = faults.map(() => 0);
  const done = new Set<number>();
  const gone = new Set<string>();
  const happens = messages.map((message) => {
    const own = faults.filter((fault, index) => {
      const fits = fault.message === undefined || fault.message === message;
      if (!fits) return false;
      seen[index]!++;
      if (done.has(index) || seen[index]! < fault.at || (fault.kind === 'replay' && !gone.has(message))) return false;
      done.add(index);
      return true;
    });
    const waits = own.some(({ kind }) => kind === 'delay' || (kind === 'drop' && transport === 'tcp'));
    if (!waits) gone.add(message);
    return own;
  });
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
        expect(parseFault(text, names, 'tcp', all)).toEqual(
          (given ?? 0) > (most[kind] ?? 999_999_999)
            ? `the fault "${text}" goes too far: at most ${kind}=${most[kind]}`
            : { kind, value: given, message: name, ...when },
        );
      }),
    );
  });

  it.each([
    ['duplicate=999999999', 'goes too far: at most duplicate=1000'],
    ['wrong-signature', 'no message of the protocol has a signature'],
    ['wrong-key', 'no message of the protocol has a key'],
    ['stale-nonce', 'no message of the protocol has a counter'],
  ])('%s is refused where it cannot happen', (text, why) => expect(parseFault(text, names, 'udp', none)).toContain(why));

  it('is refused on a message that has nothing to spoil', () => {
    const some = { ...none, signatures: { ping: ['s'] } };
    expect(parseFault('wrong-signature:ping', names, 'udp', some)).toMatchObject({ kind: 'wrong-signature' });
    expect(parseFault('wrong-signature:pong', names, 'udp', some)).toContain('pong has no signature, ping may');
  });
});

describe('a fault that needs an earlier message', () => {
  const counted = (text: string, messages: readonly string[]) => {
    const faults = new Faults([parseFault(text, names, 'udp', all) as Fault], 1, all);
    const gone = new Set<string>();
    return messages.map((message) => {
      const taken = faults.take(message, !gone.has(message)).length;
      gone.add(message);
      return taken;
    });
  };
  it('happens from the second on', () => {
    expect(counted('replay:ping', ['ping', 'pong', 'ping', 'ping'])).toEqual([0, 0, 1, 0]);
    expect(counted('stale-nonce', ['ping', 'pong', 'pong', 'ping'])).toEqual([0, 0, 1, 0]);
    expect(counted('replay:ping#3', ['ping', 'ping', 'ping', 'ping'])).toEqual([0, 0, 1, 0]);
    expect(counted('replay@1', ['ping', 'pong', 'ping'])).toEqual([0, 0, 1]);
    expect(counted('drop', ['ping', 'ping'])).toEqual([1, 0]);
  });
});
