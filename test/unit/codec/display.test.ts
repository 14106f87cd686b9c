/** Texts that describe fields are for people: no behaviour hangs on how they are worded. */
import { describe, expect, it } from 'vitest';
import type { FieldForm, MessageForm, TreeField } from '../../../dissector/codec/index.ts';
import { checksum, compileStruct, kindText, struct, uint } from '../../../dissector/codec/index.ts';
import { FieldCatalog } from '../../../dissector/filter/index.ts';
import type { Protocol } from '../../../dissector/protocol/index.ts';
import { protocols } from '../../../dissector/protocols/index.ts';
import { checkScript, parseScript, ScriptDocument } from '../../../dissector/script/index.ts';
import { blank } from '../../../dissector/script/run/fieldvalues.ts';

/** Words that parsers of such texts would have looked for, each in the wrong place. */
const nonsense = [
  'u16',
  'bytes (nothing)',
  'UTF-8 (rest)',
  'JSON boolean',
  'list (7)',
  'proto3 string, field 9',
  'f32',
  'i8',
  '?',
];

function reworded<Form extends FieldForm>(form: Form, at: number): Form {
  const fields = form.fields?.map((inner, index) => reworded(inner, at + index + 1));
  const text = nonsense[at % nonsense.length]!;
  return { ...form, display: text, doc: text, ...(fields === undefined ? {} : { fields }) };
}

const other = protocols.map((protocol): Protocol => {
  const messages = protocol.messages!.map(
    (message): MessageForm => ({ ...message, doc: 'integer', fields: message.fields.map(reworded<FieldForm>) }),
  );
  return { ...protocol, messages, treeFields: protocol.treeFields!.map(reworded<TreeField>) };
});

function* namesOf(fields: readonly FieldForm[], path: readonly string[] = []): Generator<readonly string[]> {
  for (const { name, fields: inner = [] } of fields) {
    yield [...path, name];
    yield* namesOf(inner, [...path, name]);
  }
}

/** Values of every type, in the place of a field: a check takes some and refuses others. */
const values = [
  '1',
  '-1',
  '70000',
  '1.5',
  '"word"',
  'hex(00)',
  'hex(0011)',
  'true',
  '[1, "x", hex(00)]',
  '{ nosuch: 1 }',
  'text("x")',
];

function scripts(): string[] {
  return protocols.flatMap(({ id, messages = [] }) =>
    messages.flatMap(({ name, fields }) =>
      [...namesOf(fields)].flatMap((path) =>
        values.map((value) => `${id} ${name} ${path.reduceRight((inner, each) => `{ ${each}: ${inner} }`, value)}\n`),
      ),
    ),
  );
}

/** What a check says, without the words of fields in it. */
function checked(text: string, all: readonly Protocol[]): unknown[] {
  const { statements } = parseScript(text);
  return checkScript(statements, all).map(({ start, end, severity, meant }) => ({ start, end, severity, meant }));
}

describe('display texts in other words', () => {
  it('are other ones', () => {
    const [before, after] = [protocols, other].map((all) => JSON.stringify(all.map(({ messages }) => messages)));
    expect(before).not.toBe(after);
    expect(after).toContain('proto3 string, field 9');
  });

  it('leave the types of filters as they are', () => {
    const types = (all: readonly Protocol[]): unknown =>
      [...new FieldCatalog(all).all].map(({ name, type, values: words }) => ({ name, type, words }));
    expect(types(other)).toEqual(types(protocols));
  });

  it('leave the checks of scripts as they are', () => {
    const all = scripts();
    expect(all.length).toBeGreaterThan(500);
    const told = all.map((text) => checked(text, protocols));
    expect(told.filter((problems) => problems.length > 0).length).toBeGreaterThan(200);
    expect(told.filter((problems) => problems.length === 0).length).toBeGreaterThan(200);
    for (const [index, text] of all.entries()) expect(checked(text, other), text).toEqual(told[index]);
  });

  it('leave completion and hints as they are', () => {
    const offered = (text: string, caret: number, all: readonly Protocol[]): unknown => {
      const document = new ScriptDocument(all);
      document.update(text);
      const { items } = document.complete(caret);
      const hints = document.hints({ start: 0, end: text.length });
      return [items.map(({ label, insert, kind }) => ({ label, insert, kind })), hints.map(({ label }) => label)];
    };
    const [bytes, text] = ['hex(00112233445566778899)', '"ten letters"'];
    for (const script of scripts().filter((each) => each.includes(': hex(00) '))) {
      const caret = script.indexOf('hex(00)');
      for (const value of ['', bytes, text]) {
        const each = script.replace('hex(00)', value);
        expect(offered(each, caret, other), each).toEqual(offered(each, caret, protocols));
      }
    }
  });

  it('leave the defaults as they are', () => {
    for (const [index, { messages = [] }] of protocols.entries())
      for (const [place, { name, fields }] of messages.entries())
        expect(blank(other[index]!.messages![place]!.fields), name).toEqual(blank(fields));
  });
});

describe('the text of a kind', () => {
  it.each([
    [{ type: 'integer', bits: 16, signed: false, order: 'big' }, 'u16'],
    [{ type: 'integer', bits: 64, signed: true, order: 'little' }, 'i64 little-endian'],
    [{ type: 'integer', signed: false, order: 'varint' }, 'varint'],
    [{ type: 'integer', signed: false, order: 'big' }, 'integer'],
    [{ type: 'float', bits: 32, order: 'little' }, 'f32 little-endian'],
    [{ type: 'bytes', length: 4 }, 'bytes (4)'],
    [{ type: 'bytes', length: { ref: 'size' } }, 'bytes (size)'],
    [{ type: 'text', length: 'rest' }, 'text (the rest)'],
    [{ type: 'text' }, 'text'],
    [{ type: 'frame' }, 'frame number'],
    [{ type: 'list', element: { type: 'record' } }, 'list of record'],
    [{ type: 'address' }, 'address'],
  ] as const)('%j is "%s"', (kind, text) => expect(kindText(kind)).toBe(text));
});

describe('integers that are read in hexadecimal', () => {
  const { field } = compileStruct(
    struct('head', '', [
      uint(2, 'magic', '', { hex: true }),
      uint(1, 'type', '', { hex: true, names: { 10: 'hello' } }),
      uint(4, 'below', '', { hex: true, signed: true }),
      uint(8, 'wide', '', { hex: true, order: 'little' }),
      uint(1, 'count', ''),
      checksum('crc32', 'crc', ''),
    ]),
  )(Uint8Array.of(0x43, 0x52, 10, 255, 255, 255, 254, 1, 0, 0, 0, 0, 0, 0, 0, 16, 0, 0, 0, 7));

  it('are values as ever, and have two digits a byte for people', () => {
    expect(field.children!.map(({ name, value, text }) => [name, value, text])).toEqual([
      ['magic', 0x4352, '0x4352'],
      ['type', 10, 'hello (0x0a)'],
      ['below', -2, '0xfffffffe'],
      ['wide', 1n, '0x0000000000000001'],
      ['count', 16, undefined],
      ['crc', 7, '0x00000007'],
    ]);
  });
});
