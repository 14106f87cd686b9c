/** A message that waits, or that somebody writes, as fields over bytes: what its text says now, and what had been made before. */
import { readFileSync, statSync } from 'node:fs';
import type { DecodeAs } from '../../dissector/analysis/index.ts';
import { enhancedPacket, memoryFile } from '../../dissector/capture/index.ts';
import type { FieldValues, MessageForm } from '../../dissector/codec/index.ts';
import { FieldCatalog } from '../../dissector/filter/index.ts';
import { linkType, PacketView, parsePacket, tcpFlag, tcpFrame, udpFrame } from '../../dissector/link/index.ts';
import type { Protocol } from '../../dissector/protocol/index.ts';
import { blank, overlaid, previewCapture, previewProtocol, withoutSecrets } from '../../dissector/script/index.ts';
import { type Held, SEGMENT } from '../../dissector/testnode/index.ts';
import { keyLogText } from '../capture/keylogtext.ts';
import { CaptureKeys, type KeyLog } from '../capture/keys.ts';
import { openFile, Pass } from '../capture/open.ts';
import { treeView } from '../trees/treeview.ts';
import type { NodeCalls, PendingView } from '../wire/node.ts';
import type { TreeView } from '../wire/views.ts';
import { type Before, recordedBefore } from './blocks.ts';
import type { Driven } from './driven.ts';
import { TextFault, type Written, writtenHeld, writtenPacket } from './scripts/written.ts';

/** Bytes of a recording that are decoded together with a message: that happens each time its text changes. */
const MOST_RECORDED = 0x0010_0000;
const STEP_FRAMES = 4096;
/** A call of `random` without a seed of its own. */
const UNSEEDED = /\brandom\([^,()]*\)/;
const noPlace = { start: 0, end: 0 };

interface LaidOut {
  readonly form: MessageForm;
  readonly bytes: Uint8Array;
  readonly isSealed: boolean;
  readonly note?: string | undefined;
}

/** The bytes of a message: before they are sealed, with their layout; or as they are on the wire. `note`: what is not known of them. */
type Made =
  | LaidOut
  | { readonly form?: undefined; readonly bytes: Uint8Array; readonly held: Held | undefined; readonly note?: undefined };

type Asked = Omit<NodeCalls['pending']['params'], 'node' | 'modules'>;
type Shown = NonNullable<PendingView['shown']>;
type Laid = Pick<Made, 'bytes' | 'note'>;

/** Of a text that no bytes can be made of, the failure. */
export async function pending(driven: Driven, { of, text, made }: Asked, protocols: readonly Protocol[]): Promise<PendingView> {
  const protocol = protocols.find(({ id }) => id === driven.protocol);
  if (protocol === undefined) throw new Error(`There is no protocol "${driven.protocol}".`);
  const bytesOf = (from: string | undefined): Made =>
    'held' in of ? heldBytes(driven, protocol, protocols, of.held, from) : newBytes(protocol, protocols, from ?? '', made ?? '');
  try {
    const now = bytesOf(text);
    const own = await shown(driven, protocol, protocols, now);
    const view = UNSEEDED.test(text ?? '')
      ? { ...own, note: withNote(own.note, 'What random gives is other bytes when it is sent.') }
      : own;
    const before = made === undefined || made === text ? undefined : earlier(() => bytesOf(made));
    if (before === undefined) return { shown: view };
    return { shown: { ...view, made: (await shown(driven, protocol, protocols, before)).tree } };
  } catch (error) {
    if (!(error instanceof TextFault)) throw error;
    const { start, end, message } = error;
    return { failure: { start, end, text: message } };
  }
}

/** What stood in the text first may have said that the message is not known yet. */
function earlier<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch (error) {
    if (error instanceof TextFault) return undefined;
    throw error;
  }
}

function heldBytes(
  driven: Driven,
  protocol: Protocol,
  protocols: readonly Protocol[],
  id: number,
  text: string | undefined,
): Made {
  const held = driven.controls.held.find((each) => each.id === id);
  if (held === undefined) throw new Error('The message is no longer held.');
  const laid = (values: FieldValues): Laid | undefined => {
    const bytes = driven.encoded(held, values);
    return bytes === undefined ? overBlank(protocol, held.message, values) : { bytes };
  };
  if (text === undefined)
    return held.values === undefined
      ? { bytes: held.bytes ?? new Uint8Array(0), held }
      : laidOut(protocol, held.message, noPlace, () => laid(held.values!));
  const written = writtenHeld({ text, folder: undefined, protocols, isShown: true }, protocol.id, held);
  return ofWritten(protocol, { ...written, message: held.message }, held, laid);
}

/** What its session adds is known once it says the message. */
function overBlank(protocol: Protocol, message: string | undefined, values: FieldValues): Laid | undefined {
  const form = protocol.messages?.find(({ name }) => name === message);
  if (form === undefined) return undefined;
  const note = 'What the session with the other side decides is zero or empty here.';
  return { bytes: form.encode(overlaid(blank(form.fields), values)), note };
}

/**
 * A node that is asked what it would send takes a number for it: it is asked once, when the text is opened. `made`: the text that it gave
 * then.
 */
function newBytes(protocol: Protocol, protocols: readonly Protocol[], text: string, made: string): Made {
  const read = (from: string, fill: (given: FieldValues) => FieldValues): Written =>
    writtenPacket({ text: from, folder: undefined, protocols, isShown: true }, undefined, { protocol: protocol.id }, (_, given) =>
      fill(given),
    );
  const first = earlier(() => read(made, (given) => given));
  const base = first !== undefined && 'values' in first.said ? first.said.values : {};
  const written = read(text, (given) => overlaid(base, given));
  const form = protocol.messages?.find(({ name }) => name === written.message);
  return ofWritten(protocol, written, undefined, (values) => {
    const isSame = written.message === first?.message;
    const whole = isSame ? overlaid(base, values) : values;
    const isLeftOut = Object.keys(whole).length > Object.keys(values).length;
    const note = 'What the text leaves out is made when it is sent. Shown is what it was when the text was opened.';
    return form && { bytes: form.encode(whole), ...(isLeftOut ? { note } : {}) };
  });
}

function ofWritten(
  protocol: Protocol,
  { said, secrets, message, ...place }: Written,
  held: Held | undefined,
  encode: (values: FieldValues) => Laid | undefined,
): Made {
  const form = protocol.messages?.find(({ name }) => name === message);
  const isSealed = protocol.peer?.sealed.includes(message ?? '') === true;
  // What is written as raw bytes is not sealed any more.
  if ('bytes' in said)
    return form === undefined || isSealed ? { bytes: said.bytes, held } : { form, isSealed, bytes: said.bytes };
  const made = laidOut(protocol, message, place, () => withoutSecrets(message ?? '', secrets, () => encode(said.values)));
  return secrets.length === 0 ? made : { ...made, note: withNote(made.note, 'What env gives is empty here.') };
}

function withNote(note: string | undefined, more: string): string {
  return note === undefined ? more : `${note} ${more}`;
}

/** Throws a TextFault. */
function laidOut(
  protocol: Protocol,
  message: string | undefined,
  place: { readonly start: number; readonly end: number },
  encode: () => Laid | undefined,
): LaidOut {
  const form = protocol.messages?.find(({ name }) => name === message);
  try {
    const laid = form && encode();
    if (form === undefined || laid === undefined) throw new Error(`The bytes of ${message ?? 'it'} are known once it is sent.`);
    return { ...laid, form, isSealed: protocol.peer?.sealed.includes(form.name) === true };
  } catch (error) {
    throw new TextFault(error instanceof Error ? error.message : String(error), place);
  }
}

function shown(driven: Driven, protocol: Protocol, protocols: readonly Protocol[], made: Made): Promise<Shown> | Shown {
  if (made.form !== undefined) return alone(driven, protocol, made);
  const { held } = made;
  // Of a stream, only what has come to a node is known by its place.
  const isPlaced =
    held !== undefined && (driven.transport === 'udp' || (!driven.isRelay && driven.framesOf(held.id) !== undefined));
  if (held === undefined || !isPlaced) return { tree: bareTree(made.bytes) };
  return amongRecorded(driven, protocols, held, made.bytes);
}

/** Its layout over its bytes. Throws a TextFault for what is too long. */
async function alone(driven: Driven, protocol: Protocol, made: Made & { readonly form: MessageForm }): Promise<Shown> {
  const { form, bytes, isSealed, note } = made;
  const capture = previewCapture({ bytes, notes: [] });
  if (typeof capture === 'string') throw new TextFault(capture, noPlace);
  const only = previewProtocol({ protocol, form });
  const view = await viewOf(driven, capture, [only], 1);
  const [first, ...others] = view.sources;
  const name = isSealed ? 'Before encryption' : 'Message';
  const tree = { ...view, sources: [{ ...first!, name, origin: `${form.name}, as its fields say it` }, ...others] };
  return note === undefined ? { tree } : { tree, note };
}

/** As the session that it belongs to reads it: behind what was recorded before it. */
async function amongRecorded(driven: Driven, protocols: readonly Protocol[], held: Held, bytes: Uint8Array): Promise<Shown> {
  driven.flush();
  if (statSync(driven.recording).size > MOST_RECORDED)
    return {
      tree: bareTree(bytes),
      note: `The recording has more than ${MOST_RECORDED} bytes: the fields of what comes are in the traffic once it has passed.`,
    };
  const before = recordedBefore(readFileSync(driven.recording), driven.framesOf(held.id)?.first);
  const now = BigInt(Date.now());
  const time = { seconds: Number(now / 1000n), nanos: Number(now % 1000n) * 1_000_000 };
  const frames = framesWith(driven, held, bytes, before).map((each) => enhancedPacket({ bytes: each, ...time }));
  const decodeAs = [{ text: 'the test node', protocol: driven.protocol, matches: () => true }];
  if (frames.length === 0) return { tree: bareTree(bytes) };
  const capture = Buffer.concat([...before.blocks, ...frames]);
  const last = before.frames + frames.length;
  return { tree: await viewOf(driven, capture, protocols, last, keyLogsOf(driven), decodeAs) };
}

/** The frames that would have brought these bytes. A node is at one end; what goes out of a relay has come from the link. */
function framesWith(
  { isRelay, transport }: Driven,
  { link: { local, remote }, direction }: Held,
  bytes: Uint8Array,
  { next }: Before,
): readonly Uint8Array[] {
  const comes = isRelay ? direction === 'out' : direction === 'in';
  const [from, to] = comes ? [remote, local] : [local, remote];
  if (transport === 'udp') return [udpFrame(from, to, bytes)];
  const view = new PacketView();
  if (next === undefined || !parsePacket(next, linkType.ethernet, view, undefined, next.length)) return [];
  const pieces = Array.from({ length: Math.ceil(bytes.length / SEGMENT) }, (_, at) =>
    bytes.subarray(at * SEGMENT, (at + 1) * SEGMENT),
  );
  return pieces.map((piece, at) =>
    tcpFrame(from, to, { sequence: view.seq + at * SEGMENT, acknowledgement: view.ack, flags: tcpFlag.psh }, piece),
  );
}

function keyLogsOf({ keyLogs, decoding }: Driven): KeyLog[] {
  return keyLogs.flatMap((path) => {
    try {
      return statSync(path).size > decoding.limits.keyLogSize ? [] : [{ name: path, text: keyLogText(readFileSync(path)) }];
    } catch {
      // The log of the relay says so.
      return [];
    }
  });
}

/** What the inspector shows of the first row of a frame, without what no message has before it is sent: its record in a capture. */
async function viewOf(
  { decoding: { choices, limits } }: Driven,
  capture: Uint8Array,
  protocols: readonly Protocol[],
  frame: number,
  logs: readonly KeyLog[] = [],
  decodeAs: readonly DecodeAs[] = [],
): Promise<TreeView> {
  const keys = new CaptureKeys(protocols, limits);
  keys.replace(logs);
  const file = await openFile(memoryFile(capture), limits);
  const pass = new Pass(file, keys, protocols, { choices, limits, decodeAs });
  while (pass.step(STEP_FRAMES));
  const { analysis } = pass;
  const view = treeView(analysis, 'all', analysis.rowOfFrame('all', frame), new FieldCatalog(protocols));
  return { ...view, row: 0, layers: view.layers.slice(1), findings: [], missing: [], pins: [] };
}

/** Bytes of which no fields are known. */
function bareTree(bytes: Uint8Array): TreeView {
  const text = `${bytes.length} ${bytes.length === 1 ? 'byte' : 'bytes'}`;
  const layers = [{ name: 'bytes', text, source: 0, start: 0, end: bytes.length }];
  const sources = [{ id: 0, name: 'Message', bytes: bytes.slice(), origin: 'as they are on the wire' }];
  return { row: 0, sources, layers, findings: [], missing: [], pins: [] };
}
