import { type Budget, bytesIn, type Field, movedField } from '../bytes/index.ts';
import {
  type Encodable,
  type FieldValues,
  fieldToValues,
  generatedFields,
  type MessageForm,
  type TreeField,
} from '../codec/index.ts';
import {
  type Key,
  type KeyKind,
  type KeyRing,
  KeyTrial,
  type Members,
  type MessageView,
  type TriedKey,
  unknownMember,
} from '../protocol/index.ts';

/** How a field of a message is encrypted, with a key that the key log holds. */
export interface SealedField {
  /** Name of the field, which holds bytes. */
  readonly field: string;
  /** Label of the keys that are tried, one of `keys`. */
  readonly key: string;
  /** How, in words: `AES-256-GCM`. */
  readonly how: string;
  /** The plaintext; undefined where the key is another. Pure, and sure of it: a tag, or bytes that are always there. `values`: those in clear. */
  readonly open: (sent: Uint8Array, key: Uint8Array, values: FieldValues) => Uint8Array | undefined;
  /** What it holds: a field of text or bytes, or a message whose fields stand in a field of its name. */
  readonly holds: TreeField | MessageForm;
}

/** Encrypted fields by the name of their message. */
export type SealedFields = Readonly<Record<string, SealedField>>;

const members: Members<SealedField> = { field: true, key: true, how: true, open: true, holds: true };

/** What is wrong with a definition of encrypted fields, in a sentence. */
export function sealedProblem(
  sealed: SealedFields,
  messages: readonly MessageForm[],
  keys: readonly KeyKind[],
): string | undefined {
  for (const [name, each] of Object.entries(sealed)) {
    const unknown = unknownMember(each, members, `"sealed" of ${name}`);
    if (unknown !== undefined) return unknown;
    const form = messages.find((message) => message.name === name);
    if (form === undefined) return `"sealed" has a message ${name}, and "messages" has none`;
    if (!form.fields.some((field) => field.name === each.field)) return `"sealed": ${name} has no field "${each.field}"`;
    if (!keys.some(({ label }) => label === each.key)) return `"sealed" of ${name}: "${each.key}" is the label of none of "keys"`;
    if (typeof each.open !== 'function' || typeof each.holds?.name !== 'string')
      return `"sealed" of ${name} has a function "open" and what it "holds"`;
  }
  return undefined;
}

/** The fields that encrypted ones hold. */
export function heldFields(sealed: SealedFields): readonly TreeField[] {
  return Object.entries(sealed).map(([message, { holds }]) => {
    const held: TreeField =
      'decode' in holds ? { name: holds.name, kind: { type: 'record' }, doc: holds.doc, fields: holds.fields } : holds;
    return { ...held, json: true, messages: [message] };
  });
}

/** The key that opens a message, and what is in it. */
export interface Opened {
  readonly secret: Uint8Array;
  readonly plaintext: Uint8Array;
}

/** Tries the keys of a ring on the encrypted field of a message. Budget: `trialBytes`. */
export function opened(
  { field, key, open }: SealedField,
  tree: Field,
  values: FieldValues,
  ring: KeyRing,
  budget: Budget,
): Opened | undefined {
  const sent = bytesIn(tree, field);
  if (sent === undefined) return undefined;
  for (const { secret, origin } of ring.all(key)) {
    if (!(secret instanceof Uint8Array)) continue;
    if (!budget.mayTry(origin, sent.length)) return undefined;
    const plaintext = open(sent, secret, values);
    if (plaintext === undefined) continue;
    budget.opened(origin, sent.length);
    return { secret, plaintext };
  }
  return undefined;
}

/** What an encrypted field holds, as a field of the message. `tree`: the message, moved to its place. */
export function heldField(
  message: Pick<MessageView, 'derive'>,
  sealed: SealedField,
  tree: Field,
  plaintext: Uint8Array,
  limits: MessageView['limits'],
): Field | undefined {
  const sent = tree.children?.find(({ name }) => name === sealed.field);
  if (sent === undefined) return undefined;
  const { holds, how } = sealed;
  sent.check = { state: 'valid', why: `It was decrypted: ${how}.` };
  const from = { kind: 'derived', from: sent.source, start: sent.start, end: sent.end, how } as const;
  const { id } = message.derive('Decrypted', plaintext, from);
  if ('decode' in holds) {
    const inside = holds.tree?.(plaintext, limits);
    return inside && { ...movedField(inside, id, 0), name: holds.name };
  }
  const value = holds.kind.type === 'text' ? new TextDecoder().decode(plaintext) : plaintext;
  return generatedFields([{ ...holds, json: true }])(holds.name, value, { source: id, start: 0, end: plaintext.length });
}

/** The values of it, by its name. */
export function heldValues({ holds }: SealedField, plaintext: Uint8Array, limits: MessageView['limits']): FieldValues {
  const tree = 'decode' in holds ? holds.tree?.(plaintext, limits) : undefined;
  const value: Encodable =
    tree !== undefined
      ? fieldToValues(tree)
      : 'kind' in holds && holds.kind.type === 'text'
        ? new TextDecoder().decode(plaintext)
        : plaintext;
  return { [holds.name]: value };
}

/** What each key did for a message. */
export function triedOn(
  { field, key: label, open, how }: SealedField,
  sent: Uint8Array,
  values: FieldValues,
  ring: KeyRing,
): readonly TriedKey[] {
  return ring.all(label).map((key: Key) => {
    const trial = new KeyTrial(key);
    const opens = key.secret instanceof Uint8Array && open(sent, key.secret, values) !== undefined;
    trial.step(`decrypt ${field}: ${how}`, { [field]: `${sent.length} bytes` }, opens ? 'it opens' : 'it does not open', opens);
    return trial.tried;
  });
}
