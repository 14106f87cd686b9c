/** One message as somebody has written it in the packet language, beside a node that runs. */
import { randomInt } from 'node:crypto';
import type { Encodable, FieldValues } from '../../../dissector/codec/index.ts';
import { editedMessages, type Protocol } from '../../../dissector/protocol/index.ts';
import {
  checkScript,
  encodable,
  omittedIn,
  overlaid,
  packetAt,
  parseScript,
  type Span,
  type Statement,
  secretFields,
  valuesOf,
  valuesToSend,
  without,
  withoutSecrets,
} from '../../../dissector/script/index.ts';
import { ScriptScope } from './scope.ts';

/** What is wrong with a text, and where, as offsets of UTF-16 code units. */
export class TextFault extends Error {
  readonly start: number;
  readonly end: number;

  constructor(text: string, { start, end }: Span) {
    super(text);
    this.start = start;
    this.end = end;
  }
}

export interface WrittenText {
  readonly text: string;
  /** Where its files lie; undefined for a text that is not saved. */
  readonly folder: string | undefined;
  readonly protocols: readonly Protocol[];
  /** It is made to be looked at: what `env` gives is empty, and `random` gives the same each time. */
  readonly isShown?: boolean;
}

/** What somebody wrote for a message. */
export interface Written extends Span {
  /** Its name; undefined of bytes whose message is not known. */
  readonly message: string | undefined;
  /** Its fields, or all of its bytes. */
  readonly said: { readonly values: FieldValues } | { readonly bytes: Uint8Array };
  /** Names of fields that hold secrets. */
  readonly secrets: ReturnType<typeof secretFields>;
}

type PacketStatement = Statement & { readonly kind: 'packet' };

/** Name of the definition that stands for bytes whose message is not known. */
const BYTES = 'bytes';

/**
 * The packet at a place, or the only one. `fill`: the values of its message with those that are given, as the node would send it. Throws
 * a TextFault.
 */
export function writtenPacket(
  { text, folder, protocols, isShown }: WrittenText,
  at: number | undefined,
  wanted: { readonly protocol: string; readonly message?: string },
  fill: (message: string, given: FieldValues) => FieldValues,
): Written {
  const { statements } = parseScript(text);
  const statement = packetIn(statements, at);
  whole(text, protocols, at === undefined ? undefined : statement);
  const { packet } = statement;
  const { protocol, message, fields } = packet;
  if (protocol.text !== wanted.protocol)
    throw new TextFault(`The node speaks ${wanted.protocol}, and the packet is of ${protocol.text}.`, protocol);
  if (wanted.message !== undefined && message.text !== wanted.message)
    throw new TextFault(`What waits is ${wanted.message}, and the packet is ${message.text}.`, message);
  const around = new ScriptScope(protocols, surroundings(folder, isShown));
  const scope = (made?: FieldValues) => packetAt(text, packet.start, protocols, around.with(made)).scope;
  return located(message, message.text, () => {
    const secrets = secretFields(fields, scope());
    const raw = fields.filter(({ name }) => name.text === 'raw');
    if (raw.length > 0) return { said: { bytes: bytesOf(valuesOf(raw, scope()).raw, 'raw') }, secrets };
    const filled = (given: FieldValues) => withoutSecrets(message.text, secrets, () => fill(message.text, given));
    const values = valuesToSend(fields, scope, filled);
    return { said: { values }, secrets };
  });
}

/** What was made of a message that waits: what the text leaves out stays as it is. Throws a TextFault. */
export function writtenHeld(
  written: WrittenText,
  protocol: string,
  { message, values: held }: { readonly message: string | undefined; readonly values: FieldValues | undefined },
): Written {
  if (held === undefined) return writtenBytes(written);
  const wanted = { protocol, ...(message === undefined ? {} : { message }) };
  const protocols = written.protocols.map((each) => editedMessages(each, written.protocols));
  const found = writtenPacket({ ...written, protocols }, undefined, wanted, (_, given) => overlaid(held, given));
  if ('bytes' in found.said) return found;
  const { fields } = packetIn(parseScript(written.text).statements, undefined).packet;
  return { ...found, said: { values: without(overlaid(held, found.said.values), omittedIn(fields)) } };
}

/** `@bytes = …`. */
function writtenBytes({ text, folder, protocols, isShown }: WrittenText): Written {
  whole(text, protocols, undefined);
  const defined = parseScript(text).statements.findLast((each) => each.kind === 'define' && each.name.text === BYTES);
  if (defined?.kind !== 'define' || defined.value === undefined)
    throw new TextFault(`No "@${BYTES} = …" stands here: that is what goes on.`, { start: 0, end: text.length });
  const { value } = defined;
  const { scope } = packetAt(text, defined.start, protocols, new ScriptScope(protocols, surroundings(folder, isShown)).with());
  return located(defined, undefined, () => ({ said: { bytes: bytesOf(encodable(value, scope, [BYTES]), BYTES) }, secrets: [] }));
}

function packetIn(statements: readonly Statement[], at: number | undefined): PacketStatement {
  const packets = statements.filter((each): each is PacketStatement => each.kind === 'packet');
  if (at !== undefined) {
    const found = packets.find(({ start, end }) => start <= at && at <= end);
    if (found === undefined) throw new TextFault('No packet stands here.', { start: at, end: at });
    return found;
  }
  const [first, second] = packets;
  if (first === undefined) throw new TextFault('No packet stands here.', statements[0] ?? { start: 0, end: 0 });
  if (second !== undefined) throw new TextFault('One packet is sent from here: this is another one.', second);
  return first;
}

/** What cannot be read, or is wrongly named, would else be left out in silence. */
function whole(text: string, protocols: readonly Protocol[], within: Span | undefined): void {
  const { statements, problems } = parseScript(text);
  const wrong = [...problems, ...checkScript(statements, protocols)].find(
    ({ start, end, severity }) => severity === undefined && (within === undefined || (start < within.end && end >= within.start)),
  );
  if (wrong !== undefined) throw new TextFault(/[.?!]$/.test(wrong.text) ? wrong.text : `${wrong.text}.`, wrong);
}

/** What no value can be made of is told at the name of the message. */
function located({ start, end }: Span, message: string | undefined, make: () => Pick<Written, 'said' | 'secrets'>): Written {
  try {
    return { ...make(), message, start, end };
  } catch (error) {
    throw new TextFault(error instanceof Error ? error.message : String(error), { start, end });
  }
}

function bytesOf(value: Encodable | undefined, name: string): Uint8Array {
  if (value instanceof Uint8Array) return value;
  throw new Error(`${name} is bytes.`);
}

function surroundings(folder: string | undefined, isShown = false) {
  const { env } = process;
  const environment = isShown ? Object.fromEntries(Object.keys(env).map((name) => [name, ''])) : env;
  return { folder, environment, answered: {}, seed: isShown ? 1 : randomInt(2 ** 32) };
}
