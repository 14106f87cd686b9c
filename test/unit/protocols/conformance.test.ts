/**
 * The wire both ways: for every message of every protocol, encoding what was decoded gives the same bytes, and the encoder
 * writes whatever it is told.
 */
import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toHex } from '../../../dissector/bytes/index.ts';
import type { FieldValues, Item, StructItem } from '../../../dissector/codec/index.ts';
import { compileStruct, encodeStruct, fieldToValues } from '../../../dissector/codec/index.ts';
import { protocols } from '../../../dissector/protocols/index.ts';
import { nodeListLayout, packets, tunnelCreate, tunnelCreateAck } from '../../../dissector/protocols/p2p/messages.ts';
import { packetLayouts } from '../../../dissector/protocols/p2ppacket/messages.ts';
import { keysOf } from '../../golden/keys.ts';
import { analyse, goldenPath } from '../../golden/open.ts';

const captures = readdirSync(goldenPath('.')).filter((name) => /\.pcap(ng)?$/.test(name));

describe('encode(decode(bytes))', () => {
  const seen = new Set<string>();

  it.each(captures)('gives back every message of %s', (file) => {
    const analysis = analyse(readFileSync(goldenPath(file)), keysOf(file.replace(/\.pcap(ng)?$/, '')));
    let compared = 0;
    for (let n = 0; n < analysis.messageCount; n++) {
      const { protocol, name, state } = analysis.message(n);
      const form = protocol.messages?.find((one) => one.name === name);
      if (form === undefined || state !== 'decoded') continue;
      const { whole } = analysis.dissect(n).dissection;
      const { values, problem, spacing } = form.decode(whole);
      // What the specification does not know (trailing bytes, duplicate keys) is decoded with a problem or a finding.
      if (problem !== undefined || analysis.message(n).findings.some(({ severity }) => severity === 'error')) continue;
      expect(`${n} ${name} ${toHex(form.encode(values, spacing))}`).toBe(`${n} ${name} ${toHex(whole)}`);
      seen.add(`${protocol.id} ${name}`);
      compared++;
    }
    expect(compared).toBeGreaterThan(0);
  });

  it('was asked of every message that a form describes and a capture holds', () => {
    const missing = protocols
      .flatMap(({ id, messages }) => (messages ?? []).map(({ name }) => `${id} ${name}`))
      .filter((name) => !seen.has(name));
    expect(missing).toEqual(['ptpchat RELAY', 'p2pke closing']);
  });
});

/** Values for a layout: sizes and counts left out, so that they are filled in. */
function valuesOf(layout: StructItem): fc.Arbitrary<FieldValues> {
  const measured = new Set(layout.items.flatMap(references));
  return fc.tuple(...layout.items.map((item) => itemValue(item, measured))).map((parts) => Object.assign({}, ...parts));
}

function references(item: Item): string[] {
  if (item.kind === 'bytes' && typeof item.length === 'object') return [item.length.ref];
  return item.kind === 'list' && typeof item.count === 'object' && 'ref' in item.count ? [item.count.ref] : [];
}

function itemValue(item: Item, measured: ReadonlySet<string>): fc.Arbitrary<object> {
  const named = (value: fc.Arbitrary<unknown>): fc.Arbitrary<object> =>
    value.map((one) => ({ [(item as { name: string }).name]: one }));
  switch (item.kind) {
    case 'uint': {
      if (measured.has(item.name)) return fc.constant({});
      const bits = BigInt(item.size * 8);
      const [min, max] = item.signed ? [-(1n << (bits - 1n)), (1n << (bits - 1n)) - 1n] : [0n, (1n << bits) - 1n];
      return named(fc.bigInt({ min, max }).map((value) => (item.size === 8 ? value : Number(value))));
    }
    case 'varint':
      if (measured.has(item.name)) return fc.constant({});
      return named(fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }));
    case 'float':
      return named(fc.float({ noNaN: true }));
    case 'bytes':
      return named(bytesOf(item, measured));
    case 'list':
      return named(fc.array(valuesOf(item.item as StructItem), { maxLength: 5 }));
    case 'struct':
      return named(valuesOf(item));
    case 'case': {
      const cases = Object.entries(item.cases).map(([value, items]) =>
        valuesOf({ kind: 'struct', name: '', doc: '', items }).map((inner) => ({ ...inner, [item.on]: Number(value) })),
      );
      return fc.oneof(...cases);
    }
    default:
      throw new Error(`no layout of these has ${item.kind}`);
  }
}

/** A size that two fields share measures both. */
const shared = { enc_size: 16 } as const;

function bytesOf({ length, as, name }: Extract<Item, { kind: 'bytes' }>, measured: ReadonlySet<string>): fc.Arbitrary<unknown> {
  if (as === 'utf8') return fc.string({ unit: 'grapheme', maxLength: 20 });
  if (as === 'little-endian-hex')
    return measured.has(name) ? fc.constant(undefined) : fc.nat().map((value) => value.toString(16));
  const common = typeof length === 'object' ? shared[length.ref as keyof typeof shared] : undefined;
  if (common !== undefined) return fc.uint8Array({ minLength: common, maxLength: common });
  const size = typeof length === 'number' ? { minLength: length, maxLength: length } : { maxLength: 200 };
  return fc.uint8Array(size);
}

const layouts: readonly (readonly [string, StructItem])[] = [
  ...[...packets, tunnelCreate, tunnelCreateAck].map(({ name, layout }) => [`p2p ${name}`, layout] as const),
  ['p2p node list', nodeListLayout],
  ...Object.entries(packetLayouts).map(([name, layout]) => [`p2ppacket ${name}`, layout] as const),
];

/** Integers of any width as their bytes: given as a number they would follow the size that lies about them. */
function verbatim(layout: StructItem, values: FieldValues): FieldValues {
  const { children } = compileStruct(layout)(encodeStruct(layout, values)).field;
  const wide = layout.items.filter((item) => item.kind === 'bytes' && item.as === 'little-endian-hex');
  const encoded = encodeStruct(layout, values);
  const bytes = wide.map((item) => {
    const { name, start, end } = children!.find(({ name }) => name === (item as { name: string }).name)!;
    return [name, encoded.slice(start, end)];
  });
  return { ...values, ...Object.fromEntries(bytes) };
}

describe.each(layouts)('generated messages of %s', (_, layout) => {
  const decode = compileStruct(layout);

  it('come back as they were', () => {
    fc.assert(
      fc.property(valuesOf(layout), (values) => {
        const encoded = encodeStruct(layout, values);
        const { field, problem, end } = decode(encoded);
        expect([problem, end]).toEqual([undefined, encoded.length]);
        expect(encodeStruct(layout, fieldToValues(field) as FieldValues)).toEqual(encoded);
      }),
      { numRuns: 40 },
    );
  });

  it('lie in any integer, and in nothing else', () => {
    const integers = layout.items.filter((item) => item.kind === 'uint');
    fc.assert(
      fc.property(valuesOf(layout), fc.nat(), fc.nat(255), (values, which, lie) => {
        const item = integers[which % integers.length]!;
        const honest = encodeStruct(layout, values);
        const place = decode(honest).field.children!.find(({ name }) => name === item.name)!;
        // Entries of a list are told apart by their own types.
        fc.pre(item.name !== 'type' || layout.name !== 'data');
        const told = encodeStruct(layout, { ...verbatim(layout, values), [item.name]: item.size === 8 ? BigInt(lie) : lie });
        expect(told.length).toBe(honest.length);
        expect(Number(BigInt(`0x${toHex(told.subarray(place.start, place.end))}`))).toBe(lie);
        told.set(honest.subarray(place.start, place.end), place.start);
        expect(told).toEqual(honest);
      }),
      { numRuns: 40 },
    );
  });
});
