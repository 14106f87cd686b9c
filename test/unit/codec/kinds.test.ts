/** What filters, scripts and completion make of the new items. */
import { describe, expect, it } from 'vitest';
import {
  align,
  bounded,
  bytes,
  cbor,
  cborForm,
  checksum,
  describeStruct,
  displayText,
  type FieldForm,
  flags,
  ipv4,
  list,
  measuredBy,
  nulTerminated,
  protoForm,
  protoMap,
  struct,
  structForm,
  time,
  uint,
  when,
  zigzag,
} from '../../../dissector/codec/index.ts';
import { defineMessages } from '../../../dissector/definition/index.ts';
import { compileFilter, FieldCatalog } from '../../../dissector/filter/index.ts';
import { blank } from '../../../dissector/script/run/fieldvalues.ts';

const layout = struct('hello', 'A message.', [
  flags(2, 'flags', 'Flags.', [{ name: 'more', bit: 0, doc: 'More.' }]),
  zigzag('delta', 'A difference.'),
  nulTerminated('name', 'A name.'),
  time('ms', 'sent', 'When.'),
  ipv4('ip', 'An address.'),
  align(4),
  uint(1, 'length', 'Bytes.'),
  bounded('body', { ref: 'length', less: 1 }, 'The body.', [list('words', 'rest', 'Words.', uint(2, 'word', 'One.'))]),
  when('more', true, [bytes('rest', 4, 'More.')]),
  checksum('crc32', 'crc', 'Of all.'),
]);
const hello = structForm('hello', layout);
const told = protoForm('told', {
  name: 'told',
  doc: 'A message.',
  fields: [
    { number: 1, name: 'is_new', type: 'bool', doc: '' },
    { number: 2, name: 'level', type: 'sint32', repeated: true, doc: '' },
    protoMap(3, 'counts', 'string', 'double', ''),
  ],
});
const key = cborForm(
  'key',
  'A key.',
  cbor.map([cbor.entry('kty', 'Kind.', cbor.int, 1), cbor.entry('ok', 'Whether.', cbor.bool)]),
);

const catalog = new FieldCatalog([
  defineMessages({
    ...{ id: 'mine', title: 'Mine', document: 'this test', messages: [hello, told, key], head: hello },
    name: () => 'hello',
    looksLike: () => false,
  }),
]);

describe('kinds of fields', () => {
  it.each([
    'mine.flags.more',
    'mine.flags.other == 7',
    'mine.delta < -3',
    'mine.name contains "a"',
    'mine.sent > "2026-01-31T12:00:00.000Z"',
    'mine.ip == 192.0.2.1',
    'mine.padding == 00:00',
    'mine.body.words == 3',
    'mine.body.trailing == 01:02',
    'mine.crc == 0xcbf43926',
    'mine.is_new == true',
    'mine.level == -1',
    'mine.counts.value > 0.5',
    'mine.counts.key == "a"',
    'mine.kty == -7',
    'mine.ok == false',
  ])('make %s a filter', (text) => {
    const compiled = compileFilter(text, catalog);
    expect('problem' in compiled ? compiled.problem.text : undefined).toBeUndefined();
  });

  it('are said for people', () => {
    const texts = (forms: readonly FieldForm[]) => forms.map((form) => `${form.name}: ${displayText(form)}`);
    expect(texts(hello.fields)).toEqual([
      'flags: flags of a u16',
      'delta: zig-zag varint',
      'name: UTF-8 (up to a NUL)',
      'sent: time (milliseconds, 8 bytes)',
      'ip: address (4)',
      'padding: bytes (to a multiple of 4)',
      'length: u8',
      'body: struct (length − 1)',
      'rest: bytes (4)',
      'crc: crc32, u32',
    ]);
    expect(
      describeStruct(layout)
        .map(({ kind }) => measuredBy(kind))
        .filter((name) => name !== undefined),
    ).toEqual(['length']);
  });

  it('have blanks that can be encoded', () => {
    expect(hello.encode(blank(hello.fields)).length).toBe(21);
    expect(hello.decode(hello.encode(blank(hello.fields))).problem).toBeUndefined();
    for (const form of [told, key]) expect(form.decode(form.encode(blank(form.fields))).problem).toBeUndefined();
  });
});
