import { type Check, type Field, type Json, malformed, type Piece, verdictOf } from '../bytes/index.ts';
import { fieldToJson, generatedFields, type TreeField, undecoded } from '../codec/index.ts';
import { type Dissection, LazyDissection, type MessageInside, type MessageView, type PlacedBytes } from '../protocol/index.ts';
import { type Layer, valuesOfLayer } from './layer.ts';
import type { ShownMessage } from './readmessage.ts';
import { BYTES, type RowFacts } from './sink.ts';

/** Messages inside of a row that its line in the list tells of. */
const MOST_TOLD = 4;

/** The fields of a row that no layer claims. */
export const bytesField: TreeField = {
  name: BYTES,
  kind: { type: 'bytes' },
  wire: true,
  json: true,
  doc: 'Bytes of the stream.',
};

/** The second pass of a conversation that was defined: each layer of a row decoded again. */
export function dissect(protocol: string, message: MessageView<RowFacts>): Dissection {
  const { facts, limits } = message;
  const checks: Check[] = [];
  const place = (shown: ShownMessage, at: PlacedBytes): Field => layerField(protocol, shown, at, limits, checks);
  const layer = place(facts ?? { layer: undefined }, message);
  if (facts?.problem !== undefined) layer.problem = malformed(facts.problem, message.start);
  facts?.complete?.(layer);
  const inside = (facts?.inside ?? []).map((each) => place(each, message.place(each.pieces)));
  return new LazyDissection(
    layer,
    {
      info: () => infoOf(facts, layer, inside),
      fields: () => fieldsOf(layer, inside),
      whole: () => message.bytes.slice(message.start, message.end),
      missing: () => facts?.missing ?? [],
      within: () => withinOf(message, inside),
    },
    signatureOf(checks),
    inside,
  );
}

/** The messages inside of a row, then what it held of which no layer was read. */
function withinOf({ facts, place }: MessageView<RowFacts>, fields: readonly Field[]): readonly MessageInside[] {
  const opened = facts?.opened ?? [];
  const bytesOf = (pieces: readonly Piece[]): Uint8Array => {
    if (pieces.length === 0) return new Uint8Array(0);
    const { bytes, start, end } = place(pieces);
    return bytes.slice(start, end);
  };
  const isOf = (pieces: readonly Piece[], record: readonly Piece[]): boolean =>
    pieces[0] !== undefined && pieces[0].frame === record[0]?.frame;
  const messages = (facts?.inside ?? []).map(({ layer, pieces }, at) => ({
    name: layer.nameOf(valuesOfLayer(fields[at]!)),
    bytes: bytesOf(pieces),
    wasSealed: opened.some((record) => isOf(pieces, record)),
  }));
  const unclaimed = opened.filter((record) => !facts?.inside?.some(({ pieces }) => isOf(pieces, record)));
  return [...messages, ...unclaimed.map((record) => ({ name: '', bytes: bytesOf(record), wasSealed: true }))];
}

/** One verdict on all: false where one is invalid, null where one cannot be told. */
function signatureOf(checks: readonly Check[]): boolean | null | undefined {
  if (checks.length === 0) return undefined;
  const verdicts = checks.map(verdictOf);
  return verdicts.includes(false) ? false : verdicts.includes(null) ? null : true;
}

function layerField(
  protocol: string,
  { layer, checks, notes }: ShownMessage,
  { bytes, source, start, end }: PlacedBytes,
  limits: MessageView['limits'],
  verdicts: Check[],
): Field {
  if (layer === undefined) {
    const value = bytes.subarray(start, end);
    const child: Field = { name: BYTES, kind: 'value', value, doc: bytesField.doc, source, start, end };
    return { name: protocol, kind: 'struct', source, start, end, children: start === end ? [] : [child] };
  }
  const { field, end: stop, problem } = layer.decode(bytes, source, start, end, limits);
  const children = [...(field.children ?? [])];
  if (stop < end) children.push(undecoded(bytes, source, stop, end, 'Bytes that are no part of the message.'));
  for (const child of children) {
    const check = checks?.get(child.name);
    if (check === undefined) continue;
    child.check = check;
    verdicts.push(check);
  }
  const generated = generatedFields(layer.treeFields);
  for (const [name, value] of notes ?? []) children.push(generated(name, value, { source, start, end: start }));
  return { ...field, end, children, ...(problem === undefined ? {} : { problem }) };
}

function fieldsOf(layer: Field, inside: readonly Field[]): Json {
  const fields: { [name: string]: Json } = { ...(fieldToJson(layer) as { [name: string]: Json }) };
  for (const each of inside) {
    const before = fields[each.name];
    const own = fieldToJson(each);
    fields[each.name] = before === undefined ? own : [...(Array.isArray(before) ? before : [before]), own];
  }
  return fields;
}

function infoOf(facts: RowFacts | undefined, layer: Field, inside: readonly Field[]): string {
  if (facts?.problem !== undefined) return facts.problem;
  if (facts?.layer === undefined) return `${layer.end - layer.start} bytes`;
  const own = lineOf(facts.layer, layer);
  const within = (facts.inside ?? []).slice(0, MOST_TOLD).map(({ layer: each }, at) => {
    const text = lineOf(each, inside[at]!);
    return text === '' ? each.title : `${each.title} ${text}`;
  });
  const more = (facts.inside?.length ?? 0) + (facts.unshown ?? 0) - within.length;
  if (more > 0) within.push(`${more} more`);
  return [own, ...within].filter((text) => text !== '').join(', ');
}

/** What an author writes of a message may rely on all of its fields being there. */
function lineOf(layer: Layer, { problem, ...field }: Field): string {
  return problem === undefined ? layer.infoOf(valuesOfLayer(field)) : problem.text;
}
