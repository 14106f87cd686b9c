/** Keys of a capture's own secrets: whoever made the capture chose them, and the user's come first whatever they are. */
import { describe, expect, it } from 'vitest';
import { defaultLimits } from '../../../dissector/bytes/index.ts';
import { type KeyKind, KeyRing } from '../../../dissector/protocol/index.ts';
import { protocols } from '../../../dissector/protocols/index.ts';

const text = new TextEncoder();

/** Kinds whose parsing is counted: one that computes something and one that does not. */
function counted(limits: Readonly<Record<string, number>> = {}): { ring: KeyRing; parsed: { costly: number; cheap: number } } {
  const parsed = { costly: 0, cheap: 0 };
  const kind = (label: string, name: 'costly' | 'cheap', operations: number): KeyKind<Uint8Array> => ({
    ...{ label, form: 'index, value', doc: '', operations },
    parse: ([index = '', value = '']) => {
      parsed[name]++;
      return value === 'wrong' ? 'expected a value' : { index, secret: text.encode(value) };
    },
  });
  const ring = new KeyRing([kind('COSTLY_KEY', 'costly', 1), kind('CHEAP_KEY', 'cheap', 0)], { ...defaultLimits, ...limits });
  return { ring, parsed };
}

const lines = (count: number, line: (i: number) => string): string => Array.from({ length: count }, (_, i) => line(i)).join('\n');

describe('keys of a capture', () => {
  it('are parsed when keys of their kind are asked for, each line once', () => {
    const { ring, parsed } = counted();
    ring.addCaptured(
      'block',
      lines(1_000, () => 'COSTLY_KEY a 1'),
    );
    expect([ring.size, parsed.costly]).toEqual([1, 0]);
    for (let i = 0; i < 3; i++) expect(ring.find('COSTLY_KEY', 'a')).toHaveLength(1);
    ring.add('log', 'COSTLY_KEY b 2');
    ring.clearGiven();
    expect([ring.all('COSTLY_KEY').length, parsed.costly]).toEqual([1, 2]);
  });

  it('cost no more than the limit captureOperations, which is told, and nothing of the user', () => {
    const { ring, parsed } = counted({ captureOperations: 20 });
    ring.addCaptured(
      'block',
      lines(1_000, (i) => `COSTLY_KEY a ${i}`),
    );
    ring.add(
      'log',
      lines(100, (i) => `COSTLY_KEY b ${i}`),
    );
    expect([ring.find('COSTLY_KEY', 'a').length, ring.find('COSTLY_KEY', 'b').length]).toEqual([20, 100]);
    expect(parsed.costly).toBe(120);
    expect(ring.capturedProblems).toEqual([
      "980 keys of the capture's own secrets were not read: the limit captureOperations of 20 is passed.",
    ]);
    ring.find('COSTLY_KEY', 'a');
    expect(parsed.costly).toBe(120);
  });

  it('of one session do not keep the user out, and stand behind', () => {
    const { ring } = counted();
    ring.addCaptured(
      'block',
      lines(1_000, (i) => `CHEAP_KEY a ${i}`),
    );
    expect(ring.add('log', 'CHEAP_KEY a mine')).toEqual({ added: 1, usable: 1, problems: [] });
    const [first, ...others] = ring.find('CHEAP_KEY', 'a');
    expect([first!.origin, first!.where, others.length]).toEqual(['user', 'log:1', 256]);
    expect(new Set(others.map(({ origin }) => origin))).toEqual(new Set(['capture']));
    expect(ring.all('CHEAP_KEY')[0]).toBe(first);
  });

  it('in all do not keep the user out', () => {
    const { ring } = counted({ captureKeys: 500, keys: 10 });
    ring.addCaptured(
      'block',
      lines(2_000, (i) => `CHEAP_KEY a${i} 1`),
    );
    expect(ring.size).toBe(500);
    expect(
      ring.add(
        'log',
        lines(10, (i) => `CHEAP_KEY b${i} 1`),
      ).added,
    ).toBe(10);
    expect(ring.capturedProblems).toHaveLength(6);
    expect(ring.capturedProblems[0]).toBe('block:501: more keys than the limit captureKeys of 500');
    expect(ring.capturedProblems[5]).toBe("1495 more lines of the capture's own secrets hold no key that can be used.");
  });

  it('that the user gave, too, are the user’s', () => {
    const { ring } = counted();
    ring.addCaptured('block', 'CHEAP_KEY a 1\nCHEAP_KEY a 2');
    ring.add('log', 'CHEAP_KEY a 2');
    expect(ring.find('CHEAP_KEY', 'a').map(({ origin }) => origin)).toEqual(['user', 'capture']);
  });

  it('are not asked for the limit of the user before it is parsed', () => {
    const { ring, parsed } = counted({ keys: 3 });
    const { problems } = ring.add(
      'log',
      lines(100, (i) => `COSTLY_KEY a ${i}`),
    );
    expect([parsed.costly, problems.length, problems[0]]).toEqual([3, 97, 'log:4: more keys than the limit keys of 3']);
  });

  it('are told of a few times when they are wrong', () => {
    const { ring } = counted();
    ring.addCaptured(
      'block',
      lines(1_000, (i) => (i % 2 === 0 ? 'nonsense' : `CHEAP_KEY ${i} wrong`)),
    );
    expect(ring.capturedProblems).toHaveLength(6);
    expect(ring.capturedProblems[1]).toBe('block:2: CHEAP_KEY: expected a value');
    expect(ring.capturedProblems.at(-1)).toMatch(/^995 more lines/);
  });
});

describe('a line that is too long for any key', () => {
  const ring = (): KeyRing => new KeyRing(protocols.flatMap((protocol) => protocol.keys));
  const digits = 'f'.repeat(1_000_000);

  it('is refused before it is parsed', () => {
    const { ring: own, parsed } = counted();
    expect(own.add('log', `COSTLY_KEY a ${digits}`).problems).toEqual([
      'log:1: 1000013 characters are over the limit keyLineSize of 65536',
    ]);
    own.addCaptured('block', `CHEAP_KEY a ${digits}`);
    expect([parsed.costly, parsed.cheap, own.size]).toEqual([0, 0, 0]);
  });

  it.each([
    ['P2P_DH_PRIVATE', ''],
    ['P2P_SHARED_SECRET', '00'.repeat(16)],
  ])('as a number of %s is over the limit modulusBits', (label, session) => {
    const [problem] = ring().add('log', `${label} ${session} ${digits.slice(0, 5_000)}`).problems;
    expect(problem).toContain('of 5000 digits is over the limit modulusBits of 16384');
    expect(ring().add('log', `${label} ${session} ${digits.slice(0, 4_096)}`).added).toBe(1);
  });

  it('of a kind that is found by what it yields is one key, however it is written', () => {
    const keys = ring();
    // X25519 clamps: these are one scalar.
    const scalars = ['40', '41', '42', '47'].map((low) => `P2PKE_EPHEMERAL_PRIVATE ${low}${'11'.repeat(30)}51`);
    expect(keys.add('log', scalars.join('\n'))).toMatchObject({ added: 1, usable: 4 });
  });
});
