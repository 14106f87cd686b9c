import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseJson } from '../../../dissector/codec/index.ts';
import { nodeToJson } from '../../../dissector/protocols/ptpchat/json.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const value = (text: string) => {
  const result = parseJson(bytes(text));
  return 'node' in result ? nodeToJson(result.node) : result.problem;
};

describe('parseJson', () => {
  it('reads what JSON.parse reads', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 5 }), (text) => {
        // Integers beyond 2^53 keep their digits instead of becoming another number.
        const large = (_: string, one: unknown) =>
          Number.isInteger(one) && !Number.isSafeInteger(one) && /^-?\d+$/.test(String(one)) ? String(one) : one;
        expect(JSON.stringify(value(text))).toBe(JSON.stringify(JSON.parse(text, large)));
      }),
    );
  });

  it('rejects what JSON.parse rejects', () => {
    const almost = fc
      .tuple(fc.json({ maxDepth: 3 }), fc.nat(), fc.constantFrom('', ',', '"', '}', ']', '{', ':', '\\', '\u0001', 'x', '-'))
      .map(([text, at, put]) => {
        const place = at % (text.length + 1);
        return text.slice(0, place) + put + text.slice(place + (put === '' ? 1 : 0));
      });
    fc.assert(
      fc.property(almost, (text) => {
        const result = parseJson(bytes(text));
        const whole =
          'node' in result &&
          text.slice(0, 0) === '' &&
          bytes(text)
            .subarray(result.end)
            .every((byte) => [32, 9, 10, 13].includes(byte));
        let accepted = true;
        try {
          JSON.parse(text);
        } catch {
          accepted = false;
        }
        expect(whole).toBe(accepted);
      }),
      { numRuns: 500 },
    );
  });

  it('keeps the digits of large integers', () =>
    expect(value('[9007199254740993, -12345678901234567890]')).toEqual(['9007199254740993', '-12345678901234567890']));
  it('takes the last of repeated keys', () => expect(value('{"a":1,"a":2}')).toEqual({ a: 2 }));
  it('keeps a key called __proto__', () => expect(Object.keys(value('{"__proto__":1}') as object)).toEqual(['__proto__']));

  it('knows where everything stands', () => {
    const text = ' {"a" : [1, "x"]} rest';
    const result = parseJson(bytes(text));
    if (!('node' in result)) throw new Error('not read');
    const { start, end, members } = result.node;
    expect(text.slice(start, end)).toBe('{"a" : [1, "x"]}');
    expect(members!.map((member) => text.slice(member.start, member.value.end))).toEqual(['"a" : [1, "x"]']);
    expect(result.end).toBe(end);
  });

  it.each(['{', '{"a', '[1,', '"x\\', '', 'tru', '-', '{"a":1,'])('waits for more after %j', (text) => {
    expect(value(text)).toMatchObject({ kind: 'incomplete' });
  });

  it('keeps what came before a break', () => {
    const result = parseJson(bytes('{"msg_type":"ACK","msg_data":{"msg_id":"12'));
    if (!('problem' in result)) throw new Error('read');
    expect(nodeToJson(result.partial!)).toEqual({ msg_type: 'ACK', msg_data: {} });
  });

  it('ends at the limits of depth and of values', () => {
    expect(value('['.repeat(10_000))).toMatchObject({ kind: 'limit', limit: 'depth' });
    expect(value(`[${'0,'.repeat(30_000)}0]`)).toMatchObject({ kind: 'limit', limit: 'fields' });
  });

  it('shows bytes that are not UTF-8 with replacement', () => {
    const result = parseJson(Uint8Array.of(0x22, 0xff, 0x22));
    expect('node' in result && result.node).toMatchObject({ badUtf8: true, value: '\ufffd' });
  });
});
