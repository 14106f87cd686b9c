/** Fields of differences as they stand in both captures. */
import { describe, expect, it } from 'vitest';
import { defaultLimits, toHex } from '../../../dissector/bytes/index.ts';
import { captureSide, compareCaptures, type Difference, LocatedFields } from '../../../dissector/diff/index.ts';
import { analyseGolden, goldenKeys } from '../../golden/open.ts';

const analysis = analyseGolden('p2pke_a', goldenKeys('p2pke_a'));
const side = captureSide(analysis);
const none = { contents: new Map() };
const same = { n: 0, frame: 1 };
const difference = (field: string): Difference => ({
  ...{ kind: 'value', protocol: 'p2pke', message: 'InitHello', text: '', count: 1, a: same, b: same, field },
});
const located = (field: string) => new LocatedFields(side, side, none).of(difference(field));

describe('a field of a difference', () => {
  it('is found by its path, with its value and its bytes', () => {
    const [a, b] = located('p2pke.counter');
    expect(a).toEqual(b);
    expect(a).toMatchObject({ name: 'counter', isSecret: false });
    expect(toHex(a!.bytes!)).toBe('00000000');
  });

  it('that is declared as a key, or holds one, has neither value nor bytes', () => {
    expect(located('p2pke.e')[0]).toEqual({ name: 'e', isSecret: true });
    expect(located('p2pke.payload.auth_claim')[0]).toEqual({ name: 'auth_claim', isSecret: true });
  });

  it('that is not there is not found', () => {
    expect(located('p2pke.nothing')).toEqual([undefined, undefined]);
    expect(located('constructor')).toEqual([undefined, undefined]);
  });

  it('of a message that one side alone has is not looked for', () => {
    const { b: _b, ...missing } = difference('p2pke.counter');
    expect(new LocatedFields(side, side, none).of(missing)).toEqual([undefined, undefined]);
  });

  it('is found for every difference that has a range', () => {
    const closed = analyseGolden('p2pke_b');
    const comparison = compareCaptures(side, captureSide(closed), { limits: defaultLimits });
    const fields = new LocatedFields(side, captureSide(closed), comparison);
    for (const one of comparison.differences) {
      const [a, b] = fields.of(one);
      expect([one.text, a === undefined, b === undefined]).toEqual([
        one.text,
        one.rangeA === undefined,
        one.rangeB === undefined,
      ]);
    }
  });
});
