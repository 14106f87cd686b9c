/** What a script says wrongly is told at its place, with the word that was meant. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { protocols } from '../../../dissector/index.ts';
import { checkScript, parseScript, printPacket } from '../../../dissector/script/index.ts';
import { samples } from '../../../extension/workbench/paths.ts';
import { analyseGolden, goldenKeys, goldenPath } from '../../golden/open.ts';

/** Each problem with the text that it stands under. */
const check = (text: string): string[] => {
  const script = parseScript(text);
  expect(script.problems).toEqual([]);
  return checkScript(script.statements, protocols).map(
    ({ text: why, start, end, severity }) => `${severity ?? 'error'} at ${text.slice(start, end)}: ${why}`,
  );
};
const nodes = 'node b = p2pke listen 127.0.0.1:0\nnode a = p2pke dial b\n';

describe('a script without mistakes', () => {
  it.each(readdirSync(samples).filter((file) => file.endsWith('.packet')))('has no problem: %s', (file) => {
    expect(check(readFileSync(join(samples, file), 'utf8'))).toEqual([]);
  });

  it.each(['p2p_a', 'p2p_b', 'p2pke_a', 'p2pke_b', 'botd_a', 'ptpchat_a', 'ptpchat_d'])('made of %s has no problem', (name) => {
    const log = goldenPath(`${name}.keys`);
    const analysis = analyseGolden(name, existsSync(log) ? readFileSync(log, 'utf8') : goldenKeys(name));
    let checked = 0;
    for (let n = 0; n < analysis.messageCount; n++) {
      const { protocol, name: message, state } = analysis.message(n);
      const form = protocol.messages?.find((each) => each.name === message);
      if (form === undefined || state !== 'decoded') continue;
      expect(check(printPacket(protocol.id, form, analysis.dissect(n).dissection.whole))).toEqual([]);
      checked++;
    }
    expect(checked).toBeGreaterThan(4);
  });
});

describe('names', () => {
  it.each([
    ['p2pk data { data: 01 02 }', 'error at p2pk: there is no protocol "p2pk": did you mean p2pke?'],
    ['p2pke dta', 'error at dta: p2pke has no message "dta": did you mean data?'],
    ['p2pke zzzzzzzz', 'error at zzzzzzzz: p2pke has no message "zzzzzzzz": InitHello, RespHello, InitDone, data, closing'],
    ['p2pke data { conter: 3 }', 'error at conter: data has no field "conter" here: did you mean counter?'],
    [
      'p2pke InitHello { payload: { auth_claim: { sgi: 01 02 } } }',
      'error at sgi: InitHello has no field "sgi" here: did you mean sig?',
    ],
    [`${nodes}send c data`, 'error at c: there is no node "c" here: did you mean b?'],
    ['node a = p2pke dial b', 'error at b: "b" is neither an address like 127.0.0.1:7000 nor a node: none at all'],
    [`${nodes}node a = p2pke dial b`, 'error at a: there is a node "a" already'],
    ['node a = p2pke dial 127.0.0.1:1 as opener', 'error at opener: p2pke has no role "opener": initiator, responder'],
    [
      `${nodes}expect a data as first\nsend a data { data: frist.data }`,
      'error at frist: there is nothing named "frist": did you mean first?',
    ],
    [
      `${nodes}expect a data as first\nsend a data { data: first.dat }`,
      'warning at dat: first has no field "dat": did you mean data?',
    ],
    [`${nodes}expect a data { conter: 3 }`, 'warning at conter: data has no field "conter" here: did you mean counter?'],
    ['p2pke data { data: sha265(01 02) }', 'error at sha265: there is no function "sha265": did you mean sha256?'],
    [
      'p2pke data { data: payload }',
      'error at payload: there is nothing named "payload": no expectation and no "@" before this gives one a name',
    ],
    ['@payload = 01 02\np2pke data { data: paylod }', 'error at paylod: there is nothing named "paylod": did you mean payload?'],
    [
      `${nodes}expect a data as first\nsend a data { data: first }`,
      'error at first: first is a whole message: name one of its fields, like first.direction',
    ],
    ['@ff = 1', 'error at ff: "ff" cannot name a value: it reads as one'],
    [`${nodes}expect b no dta for 1s`, 'error at dta: p2pke has no message "dta": did you mean data?'],
    ['node a = p2pke dial 127.0.0.1:99999', 'error at 127.0.0.1:99999: "99999" is no port: 0 to 65535'],
    ['node a = p2pke listen 127.0.0.1:0\nnode b = p2p dial a', 'error at a: a speaks p2pke, and not p2p'],
    ['p2pke data { data: { a: 1 } }', 'error at { a: 1 }: data is bytes (bytes (the rest))'],
    ['p2pke data { counter: [1] }', 'error at [1]: counter is an integer (31 bits of a u32)'],
    ['p2pke data { data: true }', 'error at true: data is bytes (bytes (the rest))'],
    [`${nodes}fault c drop`, 'error at c: there is no node "c" here: did you mean b?'],
    [`${nodes}fault a dorp`, 'error at dorp: there is no fault "dorp": did you mean drop?'],
    [`${nodes}fault a drop dta`, 'error at dta: p2pke has no message "dta": did you mean data?'],
    [`${nodes}fault a split data`, 'error at split data: the fault "split:data" is for TCP'],
  ])('%s', (text, problem) => expect(check(text)).toEqual([problem]));

  it('of one section are not those of another; what stands before the first is in all', () => {
    expect(check(`${nodes}### one\nnode c = p2pke dial b\nsend c data\n### two\nsend a data\nsend c data`)).toEqual([
      expect.stringContaining('error at c: there is no node "c" here'),
    ]);
  });

  it('that decoding alone gives may be expected, and a field of JSON may be new', () => {
    expect(check(`${nodes}expect a data { acknowledged_later: true }`)).toEqual([
      'warning at acknowledged_later: data has no field "acknowledged_later" in its layout: only one that decoding adds could match',
    ]);
    expect(check('ptpchat ROUTING { msg_data: { colour: 1 } }')).toEqual([]);
  });
});

describe('values', () => {
  it.each([
    ['p2pke data { counter: 2147483648 }', '2147483648 does not fit counter (31 bits of a u32): 0 to 2147483647'],
    ['p2pke data { counter: -1 }', '-1 does not fit counter (31 bits of a u32): 0 to 2147483647'],
    [
      'node a = p2ppacket dial 127.0.0.1:1\nsend a data { channels: [{ type: "relible_data" }] }',
      'type has no value "relible_data": ',
    ],
    ['p2pke data { counter: "one" }', 'counter is an integer (31 bits of a u32)'],
    ['p2pke data { data: "one" }', 'data is bytes: text("…") makes some of text, hex(…) of digits'],
    ['p2pke InitHello { e: 01 02 }', 'e has 32 bytes, not 2'],
    ['@n = "one"\np2pke data { counter: n }', 'n: counter is an integer (31 bits of a u32)'],
    ['p2pke data { counter: sha256(01 02) }', 'counter is an integer (31 bits of a u32), not bytes'],
    ['p2pke data { data: hex_text(01 02) }', 'data is bytes, not text'],
    ['p2pke data { data: repeat(01 02) }', 'repeat takes other values: repeat(value: any, times: integer)'],
    ['p2pke data { data: random("x") }', 'length of random is integer, not text'],
    ['@n = valid\np2pke data { data: n }', '"valid" stands in what a node sends alone'],
    ['p2pke data { data: none }', '"none" stands in records of what a node sends'],
    ['p2pke data { data: text(prompt(sha1("x"))) }', 'a question is asked before anything runs: it stands in quotes'],
    [`${nodes}expect b data { data: random(3) }`, 'random bytes are others at each look'],
    ['p2pke data { data: flip(any, 1) }', '"any" stands in expectations alone'],
    ['p2pke data { data: any }', '"any" stands in expectations alone'],
  ])('%s', (text, why) => expect(check(text)).toEqual([expect.stringContaining(why)]));

  it('of a signature are better left to the node', () => {
    const by = (value: string): string => `${nodes}send a InitHello { payload: { auth_claim: { sig: ${value} } } }`;
    expect(check(by('01 02'))).toEqual(['warning at 01 02: a signature by hand: left out, the node signs']);
    expect(check(by('flip(valid, 3)'))).toEqual([]);
  });
});
