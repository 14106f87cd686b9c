/** A baseline stands in for the capture that it was made of, and holds no secret of it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { defaultLimits } from '../../../dissector/bytes/index.ts';
import { type Content, valueText } from '../../../dissector/diff/content.ts';
import { DeclaredFields } from '../../../dissector/diff/declared.ts';
import {
  BaselineSide,
  baselineLines,
  captureSide,
  compareCaptures,
  type DiffSide,
  readBaseline,
} from '../../../dissector/diff/index.ts';
import { Tokens } from '../../../dissector/diff/tokens.ts';
import { openBytes, protocols } from '../../../dissector/index.ts';
import { Random } from '../../../extension/author/random.ts';
import { loadProtocols } from '../../../extension/capture/modules.ts';
import { samples } from '../../../extension/workbench/paths.ts';
import { analyseGolden, goldenKeys } from '../../golden/open.ts';

const utf8 = new TextEncoder();
const textOf = (side: DiffSide, head = {}): string => `${[...baselineLines(side, head)].join('\n')}\n`;

function read(text: string): BaselineSide {
  const found = readBaseline(utf8.encode(text), defaultLimits);
  if (!(found instanceof BaselineSide)) throw new Error(found.problem);
  return found;
}

const problemOf = (text: string): string => {
  const found = readBaseline(utf8.encode(text), defaultLimits);
  return found instanceof BaselineSide ? 'none' : found.problem;
};

/** What both comparisons have to say alike: everything but where a message stands in A. */
const told = (a: DiffSide, b: DiffSide) =>
  compareCaptures(a, b, { limits: defaultLimits }).differences.map(({ a: inA, rangeA: _range, ...rest }) => ({
    ...rest,
    isInA: inA !== undefined,
  }));

function openedCapture(bytes: Uint8Array, all = protocols, keyLog = '') {
  const capture = openBytes(bytes, { protocols: all, keys: [keyLog] });
  if ('problem' in capture) throw new Error(capture.problem.text);
  return capture;
}

async function opened(bytes: Uint8Array, keys?: string, module?: string): Promise<DiffSide> {
  const all = module === undefined ? protocols : (await loadProtocols([join(samples, module)])).protocols;
  return captureSide(openedCapture(bytes, all, keys === undefined ? '' : readFileSync(join(samples, keys), 'utf8')).analysis);
}

/** The frames of messages, as places in the file. */
async function framesOf(file: Uint8Array, module?: string): Promise<Uint8Array[]> {
  const all = module === undefined ? protocols : (await loadProtocols([join(samples, module)])).protocols;
  const { analysis } = openedCapture(file, all);
  const numbers = new Set(Array.from({ length: analysis.messageCount }, (_, n) => analysis.message(n).frame - 1));
  return [...numbers].map((frame) => analysis.reader.frameBytes(frame).slice());
}

/** A bit behind the headers of a frame. */
function flip(file: Uint8Array, frame: Uint8Array, random: Random): void {
  const at = Buffer.from(file.buffer, file.byteOffset, file.length).indexOf(frame);
  if (at >= 0) file[at + Math.min(frame.length - 1, 42 + random.below(Math.max(1, frame.length - 42)))]! ^= 1 << random.below(8);
}

/** The values of fields that are declared as a key or a secret, in hexadecimal digits or as text. */
function secretsOf(side: DiffSide): { readonly digits: string; readonly secret: boolean }[] {
  const declared = new DeclaredFields(side.protocols);
  const of = ({ field, fresh, parts }: Content): { digits: string; secret: boolean }[] => {
    if (parts !== undefined) return parts.flatMap(of);
    if (fresh?.as !== 'key' && fresh?.secret !== true) return [];
    return [{ digits: valueText(field.value), secret: fresh.secret === true }];
  };
  return side
    .sequences(declared, new Tokens())
    .flatMap(({ messages }) => messages.flatMap(({ n }) => side.message(n, declared).contents.flatMap(of)));
}

/** A capture with its keys, and others in which some bytes of its frames are changed. */
const captures: readonly (readonly [capture: string, keys?: string | undefined, module?: string | undefined])[] = [
  ['p2p_a.pcapng', 'p2p_a.keys'],
  ['p2ppacket_a.pcap'],
  ['botd_a.pcapng', 'botd_a.keys'],
  ['ptpchat_a.pcapng'],
  ['ptpchat_d.pcapng', 'ptpchat_d.keys'],
  ['p2pke_a.pcapng', 'p2pke_a.keys'],
  ['heartbeat.pcapng', 'heartbeat.keys', 'heartbeat.js'],
  ['protocols/dht.pcap', undefined, 'protocols/dht.js'],
  ['protocols/libp2p.pcap', 'protocols/libp2p.keys', 'protocols/libp2p.js'],
  ['protocols/wireguard.pcapng', 'protocols/wireguard.keys', 'protocols/wireguard.js'],
  ['protocols/knock.pcapng', 'protocols/knock.keys', 'protocols/knock.js'],
  ['protocols/crow.pcapng', 'protocols/crow.keys', 'protocols/crow.js'],
];

describe('a baseline of', () => {
  it.each(captures.map(([name, ...more]) => ({ name, more })))(
    '$name is no different from it, and tells of others what it does',
    async ({ name, more: [keys, module] }) => {
      const file = readFileSync(join(samples, name));
      const a = await opened(file, keys, module);
      const frames = await framesOf(file, module);
      const text = textOf(a);
      const baseline = read(text);
      expect(told(baseline, a)).toEqual([]);
      expect(textOf(a)).toBe(text);
      const random = new Random(7);
      let differing = 0;
      for (let round = 0; round < 20; round++) {
        const copy = Uint8Array.from(file);
        for (let flips = 1 + random.below(4); flips > 0; flips--) flip(copy, random.pick(frames), random);
        const b = await opened(copy, keys, module);
        const expected = told(a, b);
        expect(told(baseline, b), `round ${round}`).toEqual(expected);
        if (expected.length > 0) differing++;
      }
      expect(differing).toBeGreaterThan(3);
      // A capture without its keys, and another one of the same protocol.
      const closed = await opened(file, undefined, module);
      expect(told(baseline, closed)).toEqual(told(a, closed));
    },
  );

  it('two recordings names the messages and fields that the capture names', async () => {
    const a = captureSide(analyseGolden('p2pke_a', goldenKeys('p2pke_a')));
    const b = captureSide(analyseGolden('p2pke_b', goldenKeys('p2pke_b')));
    const expected = told(a, b);
    expect(expected.length).toBeGreaterThan(0);
    expect(told(read(textOf(a)), b)).toEqual(expected);
  });
});

describe('the text of a baseline', () => {
  it('holds neither a key nor what a message reveals as secret', async () => {
    const found = await opened(readFileSync(join(samples, 'p2p_a.pcapng')), 'p2p_a.keys');
    const secrets = secretsOf(found);
    expect(secrets.some(({ secret }) => secret)).toBe(true);
    const text = textOf(found);
    for (const { digits, secret } of secrets.filter((each) => each.digits.length >= 16))
      expect(text.includes(digits), `${secret} ${digits.slice(0, 20)}`).toBe(false);
    expect(text).toMatch(
      /\{ "field": "private", "fresh": "key", "varies": true, "secret": true, "length": \d+, "ordinal": \d+, "measuredBy": "priv_size" \}/,
    );
  });

  it('has a line for each field, in JSON, without characters that steer a terminal', async () => {
    const text = textOf(await opened(readFileSync(join(samples, 'ptpchat_a.pcapng'))));
    const lines = text.trimEnd().split('\n');
    expect(lines[0]).toBe('{ "peerscope": "baseline", "version": 1 }');
    for (const line of lines) expect(JSON.parse(line)).toBeTypeOf('object');
    expect(text).not.toMatch(/[\p{Cf}\p{Zl}\p{Zp}]|(?!\n)\p{Cc}/u);
  });
});

describe('a baseline of one conversation', () => {
  it('asks for nothing else', async () => {
    const name = 'ptpchat_a.pcapng';
    const { analysis } = openedCapture(readFileSync(join(samples, name)));
    const of = analysis.message(0).conversation.id;
    const part = captureSide(analysis, (n) => analysis.message(n).conversation.id === of);
    const whole = captureSide(analysis);
    expect(told(read(textOf(part)), whole).length).toBeGreaterThan(0);
    const { differences, messages } = compareCaptures(read(textOf(part, { isPart: true })), whole, { limits: defaultLimits });
    expect(differences).toEqual([]);
    expect(messages[1]).toBe(messages[0]);
  });
});

const small = [
  '{ "peerscope": "baseline", "version": 1 }',
  '{ "conversation": "heartbeat", "opened": false }',
  '  { "message": "beat", "role": "opener", "state": "decoded" }',
  '    { "record": "heartbeat" }',
  '      { "field": "note", "value": "x" }',
  '    { "end": "heartbeat" }',
];
const changed = (at: number, line: string): string => small.with(at, line).join('\n');

describe('a baseline that cannot be read', () => {
  it.each([
    [
      'of a later version',
      changed(0, '{ "peerscope": "baseline", "version": 2 }'),
      /^Line 1: the baseline has version 2 and this Peerscope reads up to 1/,
    ],
    ['that is none', '{"differences":[]}', /^Line 1: it begins no conversation/],
    ['that is empty', '', /^Line 1: the file is no baseline/],
    ['of a merge', changed(4, '<<<<<<< HEAD'), /^Line 5: it is no JSON\.$/],
    ['with a member that is misspelled', changed(4, '{ "field": "note", "valeu": "x" }'), /^Line 5: a field has no "valeu"\.$/],
    ['with a value that is none', changed(4, '{ "field": "note", "value": {} }'), /^Line 5: "value" is/],
    [
      'with a kind of freshness that is not known',
      changed(4, '{ "field": "note", "fresh": "new", "length": 1 }'),
      /^Line 5: "fresh" is one of/,
    ],
    [
      'with a length that is none',
      changed(4, '{ "field": "note", "fresh": "id", "length": -1 }'),
      /^Line 5: "length" is a whole number from 0/,
    ],
    ['with a record that is not ended', small.slice(0, 5).join('\n'), /^Line 5: the file ends inside a record or list/],
    ['with an end too many', [...small, '{ "end": "x" }'].join('\n'), /^Line 7: an end of no record or list/],
    ['with a field of no message', small.toSpliced(2, 1).join('\n'), /^Line 3: a record without a message/],
    ['with an empty conversation', small.slice(0, 2).join('\n'), /^Line 3: the conversation above has no message/],
    [
      'with records without end',
      [...small.slice(0, 3), ...Array(2_001).fill('{ "record": "r" }')].join('\n'),
      /^Line 2004: more than 2000 records/,
    ],
    ['with a list of another type', changed(1, '{ "conversation": "x", "periodic": "y" }'), /^Line 2: "periodic" is a list/],
  ])('%s says so, with the line', (_, text, problem) => {
    expect(problemOf(text)).toMatch(problem);
  });

  it('is over its limit, or no text', () => {
    expect(readBaseline(utf8.encode(small.join('\n')), { ...defaultLimits, baselineSize: 10 })).toEqual({
      problem: 'It is over the limit baselineSize of 10 bytes.',
    });
    expect(readBaseline(Uint8Array.of(0xff, 0xfe), defaultLimits)).toEqual({ problem: 'It is no text in UTF-8.' });
  });

  it('reads with other line ends and white space', () => {
    expect(problemOf(`\ufeff${small.map((line) => ` ${line}\t`).join('\r\n\r\n')}`)).toBe('none');
  });

  it('never throws, whatever is changed in one', async () => {
    const a = await opened(readFileSync(join(samples, 'p2pke_a.pcapng')), 'p2pke_a.keys');
    const text = textOf(a);
    const random = new Random(3);
    const pieces = ['"', '{', '}', ':', '1', '-', 'null', '[]', '\n', 'fresh', '"list"', '"end"', '\\u0000', '__proto__', 'e99'];
    let readable = 0;
    for (let round = 0; round < 400; round++) {
      const at = random.below(text.length);
      const copy = text.slice(0, at) + random.pick(pieces) + text.slice(at + random.below(20));
      const found = readBaseline(utf8.encode(copy), defaultLimits);
      if (!(found instanceof BaselineSide)) continue;
      told(found, a);
      readable++;
    }
    expect(readable).toBeGreaterThan(5);
  });
});
