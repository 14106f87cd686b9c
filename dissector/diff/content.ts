import { type Field, toHex, type Value } from '../bytes/index.ts';
import type { FieldForm, Fresh } from '../codec/index.ts';
import type { DeclaredFields, DeclaredPlace } from './declared.ts';

/** A value that a baseline does not hold, since it is new in each run: that there is one, and which one it is of keys and ids. */
export class Withheld {
  /** Counts the keys and ids of a baseline: equal for those that are the same. */
  readonly ordinal: number | undefined;

  constructor(ordinal?: number) {
    this.ordinal = ordinal;
  }
}

export type ComparedValue = Value | Withheld;

/** What a comparison reads of a field. */
export interface ComparedField extends Pick<Field, 'name' | 'raw' | 'text' | 'check' | 'start' | 'end'> {
  readonly value?: ComparedValue;
  /** Of a baseline there is none. */
  readonly source?: number;
}

/** What of a message is compared: its fields without what the dissector adds of its own, such as numbers of frames. */
export interface Content<Compared extends ComparedField = ComparedField> {
  /** As the filter has it: `p2pke.payload.auth_claim.sig`; of a layer its id. */
  readonly path: string;
  readonly name: string;
  readonly field: Compared;
  readonly fresh: Fresh | undefined;
  /** Of a list or a record. */
  readonly parts: readonly Content<Compared>[] | undefined;
  readonly isList: boolean;
  /** The name of the field beside it that says how long it is, or how many it holds. */
  readonly measure: string | undefined;
}

/** What a message says, as it is compared. */
export interface MessageContent {
  /** The id of its protocol. */
  readonly protocol: string;
  readonly state: string;
  /** Nothing in it is closed. */
  readonly isDecrypted: boolean;
  /** Its layers. */
  readonly contents: readonly Content[];
}

/** The content of the layers of one message. */
export function contentOf(layers: readonly Field[], message: string, declared: DeclaredFields): Content<Field>[] {
  return layers.map((layer, at) => content(layer, declared.of(layer.name, message), { inside: layers.slice(at + 1) }));
}

/** Bytes that nothing decodes may be new in each run: nobody can tell. */
const UNDECODED = 'undecoded';
/** Only their length is compared: of bytes that carry a layer that layer says more. */
const opaque: Fresh = { as: 'ciphertext' };

function carries({ value, source, start, end }: Field, layers: readonly Field[]): boolean {
  return value instanceof Uint8Array && layers.some((one) => one.source === source && one.start < end && one.end > start);
}

interface Around {
  /** The layers that it carries. */
  readonly inside: readonly Field[];
  /** Of the key or secret that it is a part of. */
  readonly within?: Fresh;
}

function content(field: Field, place: DeclaredPlace, around: Around): Content<Field> {
  const { name, children, kind } = field;
  const isList = kind === 'list';
  const own = place.form?.fresh ?? around.within;
  const isClosed = own?.as === 'key' || own?.secret === true;
  const parts = children && partsOf(children, isList, place, isClosed ? { ...around, within: own } : around);
  const isLeaf = parts === undefined || (parts.length === 0 && kind === 'value');
  const fresh = own ?? (name === UNDECODED || (isLeaf && carries(field, around.inside)) ? opaque : undefined);
  return { path: place.shown, name, field, fresh, parts: isLeaf ? undefined : parts, isList, measure: place.measure };
}

function partsOf(children: readonly Field[], isList: boolean, place: DeclaredPlace, around: Around): Content<Field>[] {
  const parts: Content<Field>[] = [];
  for (const child of children) {
    const at = isList ? place.element : place.part(child.name);
    if (isCompared(child, at.form)) parts.push(content(child, at, around));
  }
  return parts;
}

/** What is computed is compared only where it is what a field holds: notes, states and numbers of frames follow from the rest. */
function isCompared({ generated, json }: Field, form: FieldForm | undefined): boolean {
  if (generated !== true) return true;
  if (form?.kind.type === 'frame') return false;
  return json !== false || (form as { readonly plaintext?: true } | undefined)?.plaintext === true;
}

/** The bytes or digits of a value that is not withheld; equal texts are equal values of one field. */
export function valueText(value: ComparedValue | undefined): string {
  if (value instanceof Uint8Array) return toHex(value);
  return value === undefined ? '' : String(value);
}

/** Bytes of a value as it stands, digits or characters where it is none. */
export function lengthOf({ value, raw, start, end }: ComparedField): number {
  if (raw !== undefined) return raw.length;
  if (value instanceof Uint8Array || typeof value === 'string') return value.length;
  return end - start;
}

/** Nothing is there: zeros and empty values stand for that in all protocols, and are never a name for something else. */
export function isNothing(value: ComparedValue | undefined): boolean {
  if (value instanceof Uint8Array) return value.every((byte) => byte === 0);
  return value === undefined || value === null || value === '' || value === 0 || value === 0n;
}
