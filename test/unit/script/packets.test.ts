/** Packets as text, both ways. */

import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { protocols, toHex } from '../../../dissector/index.ts';
import { emitPacket, parseScript, printPacket } from '../../../dissector/script/index.ts';
import { analyseGolden, goldenKeys, goldenPath } from '../../golden/open.ts';

const captures = ['p2p_a', 'p2p_b', 'p2pke_a', 'p2pke_b', 'botd_a', 'ptpchat_a', 'ptpchat_d'];
/** The keys that lie beside a capture, in either form. */
const keysOf = (name: string): string => {
  const log = goldenPath(`${name}.keys`);
  return existsSync(log) ? readFileSync(log, 'utf8') : goldenKeys(name);
};
const only = (text: string) => {
  const { packets, problems } = parseScript(text);
  expect(problems).toEqual([]);
  expect(packets).toHaveLength(1);
  return packets[0]!;
};
const emitted = (text: string): string => {
  const bytes = emitPacket(protocols, only(text));
  return bytes instanceof Uint8Array ? toHex(bytes) : bytes.text;
};

describe('every captured message', () => {
  for (const name of captures)
    it(`of ${name}, printed and read again, is the same bytes`, () => {
      const analysis = analyseGolden(name, keysOf(name));
      let compared = 0;
      for (let n = 0; n < analysis.messageCount; n++) {
        const { protocol, name: message, state } = analysis.message(n);
        const form = protocol.messages?.find((each) => each.name === message);
        if (form === undefined || state !== 'decoded') continue;
        const { whole } = analysis.dissect(n).dissection;
        expect(emitted(printPacket(protocol.id, form, whole))).toBe(toHex(whole));
        compared++;
      }
      expect(compared).toBeGreaterThan(4);
    });

  it('says what it holds in words', () => {
    const analysis = analyseGolden('p2pke_a', goldenKeys('p2pke_a'));
    const { protocol } = analysis.message(5);
    const form = protocol.messages!.find(({ name }) => name === 'data')!;
    expect(printPacket('p2pke', form, analysis.dissect(5).dissection.whole)).toBe(
      'p2pke data {\n  direction: 0\n  counter: 17\n  data: 70 b2\n}\n',
    );
  });
});

describe('a packet script', () => {
  it('has values of every kind', () => {
    const text = `# a comment
p2pke InitDone {   # says little
  direction: 0b1, counter: 0x10
  payload: { auth_claim: { key_x509: text("ab"), sig: base64("AQID") } }
}`;
    // Header, then auth_claim of 9 bytes: key_x509, sig.
    expect(emitted(text)).toBe('80000010' + '0a09' + '0a026162' + '1203010203');
  });

  it('fills in sizes, and lies where it is told to', () => {
    expect(emitted('p2p DISCONNECT { type: 4, reason: "bye" }')).toBe('0403627965');
    expect(emitted('p2p DISCONNECT { type: 4, reason_size: 200, reason: "bye" }')).toBe('04c8627965');
  });

  it('may say all of the bytes', () => expect(emitted('p2p KEEP_ALIVE { raw: 01 02 ff }')).toBe('0102ff'));

  it('keeps numbers beyond 2^53, and names that mean something elsewhere', () => {
    const packet = only('p2p TUNNEL_DATA { tunnel_id: 9007199254740993, "__proto__": 1 }');
    expect(packet.fields.map(({ name, value }) => [name.text, value?.kind === 'number' ? value.value : undefined])).toEqual([
      ['tunnel_id', 9007199254740993n],
      ['__proto__', 1],
    ]);
  });

  it.each([
    ['p2p', 'expected the name of a message of p2p, not the end', 3],
    ['p2p DISCONNECT { reason "x" }', 'expected ":" and the value of reason, not "x"', 24],
    ['p2p DISCONNECT { reason: }', 'expected a value, not "}"', 25],
    ['p2p DISCONNECT { reason: hex("zz") }', 'hex() cannot read "zz"', 25],
    ['p2p DISCONNECT { reason: base64("?") }', 'base64() cannot read "?"', 25],
    ['p2p DISCONNECT { reason: flip(valid, 1 }', 'expected ")", not "}"', 39],
    ['p2p DISCONNECT { type: % }', 'expected a value, not "%"', 23],
    ['expect a nothing within 2s', 'expected "for" and a time, or the end of the line, not "within"', 17],
    ['wait 1ms wait 2ms', 'expected the end of the line, not "wait"', 9],
    ['@ = 1', 'expected the name of a value, not "="', 2],
    ['@a 1', 'expected "=" and the value of a, not "1"', 3],
    [
      `p2p DISCONNECT { a: ${'['.repeat(70)}`,
      'expected at most 64 records and lists inside each other (limit depth), not "["',
      84,
    ],
  ])('says where %s is wrong', (text, why, start) => {
    expect(parseScript(text).problems[0]).toMatchObject({ text: why, start });
  });

  it('goes on after a mistake', () => {
    const { packets, problems } = parseScript('p2p HELLO { x }\n\np2p KEEP_ALIVE { type: 5 }\n');
    expect([packets.length, problems.length]).toEqual([2, 1]);
  });

  it.each([
    ['p9 HELLO', 'there is no protocol "p9"'],
    ['p2p HELO', 'p2p has no message "HELO": HELLO,'],
    ['p2p DISCONNECT { type: 4, reason_size: 300, reason: "" }', '300 does not fit 1 bytes'],
  ])('%s cannot be emitted', (text, why) => expect(emitted(text)).toContain(why));

  it('may be anything, and is read to its end', () => {
    const piece = fc.constantFrom(
      'p2p',
      'HELLO',
      '{',
      '}',
      '[',
      ']',
      '(',
      ')',
      ':',
      ',',
      '\n',
      '"',
      '"x"',
      '#',
      '0x',
      '7',
      'ff',
      'hex',
      '\\',
      '\u0000',
      '𝒳',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 200 }), fc.boolean(), (pieces, spaced) => {
        const text = pieces.join(spaced ? ' ' : '');
        const { packets, problems } = parseScript(text);
        for (const { start, end } of [...packets, ...problems])
          expect(0 <= start && start <= end && end <= text.length).toBe(true);
        for (const packet of packets) emitPacket(protocols, packet);
      }),
      { numRuns: 500 },
    );
  });
});
