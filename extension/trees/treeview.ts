/** A decode tree as the inspector shows it: each value as text, all that a message between threads can carry. */

import type { Analysis } from '../../dissector/analysis/index.ts';
import { type Field, fieldText, originText, type Source, type Tree } from '../../dissector/bytes/index.ts';
import { type CaptureReader, timeText } from '../../dissector/capture/index.ts';
import { expressionOf, type FieldCatalog } from '../../dissector/filter/index.ts';
import type { FieldView, Show, SourceView, TreeView } from '../wire/inspector.ts';

export function treeView(analysis: Analysis, show: Show, row: number, catalog: FieldCatalog): TreeView {
  const { frame, n } = analysis.rowAt(show, row);
  const own = frameLayer(analysis.reader, frame - 1, catalog);
  if (n < 0) {
    const { sources, layers } = contents(analysis.frameTree(frame - 1), own, catalog);
    return { row, sources, layers: layers.map((layer) => told(layer, analysis, frame)), findings: [], missing: [], pins: [] };
  }
  const { tree, dissection } = analysis.dissect(n);
  const { findings, encrypted, decrypted, state } = analysis.message(n);
  const { missing } = dissection;
  const travelled = encrypted ? 'encrypted' : 'clear';
  // Of a broken one nobody can tell: its bytes are not what was sealed, or what was sealed is broken.
  const isKnown = state === 'decoded' || state === 'encrypted';
  const opened = isKnown ? { opened: decrypted === true } : {};
  const shown = contents(tree, own, catalog);
  // The message itself is open beside what it carries. The record of the capture stands before the layers.
  const layers = shown.layers.map((layer, at) =>
    tree.layers[at - 1] === dissection.layer ? { ...layer, isOpen: true as const } : layer,
  );
  return { row, ...shown, layers, findings, missing, pins: analysis.pins(n), travelled, ...opened };
}

function contents(tree: Tree, own: FieldView, catalog: FieldCatalog): Pick<TreeView, 'sources' | 'layers'> {
  return {
    sources: tree.sources.map((source) => sourceView(source, tree.sources)),
    layers: [own, ...tree.layers.map((layer) => fieldView(layer, catalog, layer.name, []))],
  };
}

/** What no message was made of is called by what it is; its bytes are beside it. */
function told(layer: FieldView, analysis: Analysis, frame: number): FieldView {
  if (layer.name !== 'payload') return layer;
  const length = layer.end - layer.start;
  const bytes = `${length} ${length === 1 ? 'byte' : 'bytes'}`;
  const whole = analysis.carriedBy(frame);
  if (whole !== undefined)
    return { ...layer, text: `Part of ${whole.protocol.id} ${whole.name}, frame ${whole.frame}, ${bytes}` };
  const conversation = analysis.conversationOf(frame)?.conversation;
  if (conversation === undefined) return { ...layer, text: `Data, ${bytes} that no protocol took` };
  const protocol = analysis.protocolOf(conversation);
  return {
    ...layer,
    text: `Data, ${bytes} ${protocol === undefined ? 'of no known protocol' : `that complete no message of ${protocol.id}`}`,
  };
}

/** What the capture's record says of the frame; no bytes of the frame itself. */
function frameLayer(reader: CaptureReader, index: number, catalog: FieldCatalog): FieldView {
  const { frames } = reader;
  const captured = frames.captured(index);
  const original = frames.original(index);
  /** `filter`: the field below `frame` that reads the same. */
  const field = (name: string, value: number | string, filter?: string, doc?: string): FieldView => ({
    ...{ name, text: String(value), source: 0, start: 0, end: captured, generated: true },
    ...(doc === undefined ? {} : { doc }),
    ...(filter === undefined ? {} : { filter: expressionOf(catalog, 'frame', [filter], { value })! }),
  });
  const { name } = reader.interfaces[frames.interfaceIndex(index)] ?? {};
  const children = [
    field('number', index + 1, 'number'),
    ...(frames.hasTime(index) ? [field('time', timeText(reader, index), 'time_epoch', 'seconds since 1970-01-01 UTC')] : []),
    field('captured_length', captured, 'cap_len', 'bytes that the capture holds'),
    field('original_length', original, 'len', 'bytes on the wire'),
    field('link_type', frames.linkType(index), undefined, 'LINKTYPE_ number'),
    ...(name === undefined ? [] : [field('interface', name, 'interface_name')]),
    ...reader.comments(index).map((comment) => field('comment', comment, 'comment')),
  ];
  const cut = captured < original ? ` of ${original}` : '';
  return { ...field('frame', `Frame ${index + 1}, ${captured}${cut} bytes`), children };
}

/** `path` are the names from the layer inwards, items of lists left out. */
function fieldView(field: Field, catalog: FieldCatalog, layer: string, path: readonly string[]): FieldView {
  const { name, kind, source, start, end, children, generated, doc, check, problem } = field;
  const filter = expressionOf(catalog, layer, path, field);
  const type = filter === undefined ? undefined : typeIn(catalog, filter);
  const inner = (child: Field): FieldView => fieldView(child, catalog, layer, kind === 'list' ? path : [...path, child.name]);
  return {
    ...{ name, text: valueText(field, type), source, start, end },
    ...(children === undefined ? {} : { children: children.map(inner) }),
    ...(generated === undefined ? {} : { generated }),
    ...(doc === undefined ? {} : { doc }),
    ...(check === undefined ? {} : { check }),
    ...(problem === undefined ? {} : { problem: problem.text }),
    ...(filter === undefined ? {} : { filter }),
    ...(type === undefined ? {} : { type }),
  };
}

/** An address is no text: it stands without quotes. */
function valueText(field: Field, type: string | undefined): string {
  const isAddress = type === 'address' || type === 'mac';
  return isAddress && typeof field.value === 'string' ? field.value : fieldText(field);
}

/** Of the field that a condition names; what is there or not has no values. */
function typeIn(catalog: FieldCatalog, condition: string): string | undefined {
  const type = catalog.find(/^[\w.]+/.exec(condition)?.[0] ?? '')?.type;
  return type === 'presence' ? undefined : type;
}

function sourceView({ id, name, bytes, origin }: Source, all: readonly Source[]): SourceView {
  // A part of a larger buffer would take all of that buffer to the other thread.
  const own = bytes.byteLength === bytes.buffer.byteLength ? bytes : bytes.slice();
  return { id, name, bytes: own, origin: originText(origin, all) };
}
