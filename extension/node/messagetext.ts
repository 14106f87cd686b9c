/** Messages of a running node in the packet language: as somebody edits them, and as one line. */
import type { Encodable, FieldValues } from '../../dissector/codec/index.ts';
import { isFieldValues } from '../../dissector/codec/index.ts';
import type { Protocol } from '../../dissector/protocol/index.ts';
import { lineText, NamedValue, type Printable, packetFields, recordText, valueText } from '../../dissector/script/index.ts';
import type { Held } from '../../dissector/testnode/index.ts';
import type { Speaker } from './driven.ts';

/** Characters of a line that stands for a message. */
const LONGEST_LINE = 160;
/** Bytes of which a line is made. */
const LINE_BYTES = 64;
/** Bytes of one value in a line. */
const VALUE_BYTES = 4;

type Message = Pick<Held, 'message' | 'values' | 'bytes'>;

/** A packet with all its fields; of bytes whose values cannot be changed, their definition. */
export function heldText(protocol: Protocol['id'], { message, values, bytes }: Message): string {
  if (values === undefined || message === undefined) return `@bytes = ${valueText(bytes ?? new Uint8Array(0), '')}\n`;
  return `${protocol} ${message} ${recordText(values)}\n`;
}

/** A message as the node would send it now; without fields, and with the reason, where it cannot be made yet. */
export function newText(
  { node, protocol }: Speaker,
  { link, message }: { readonly link: number; readonly message: string },
): string {
  try {
    return `${protocol} ${message} ${recordText(node.made(link, message))}\n`;
  } catch (error) {
    const why = (error instanceof Error ? error.message : String(error)).replace(/\s+/g, ' ');
    return `# Not yet known: ${why}\n${protocol} ${message} {\n}\n`;
  }
}

/** One line for a list: long bytes are cut short. */
export function heldSummary({ values, bytes }: Message): string {
  const line =
    values === undefined
      ? Buffer.from((bytes ?? new Uint8Array(0)).subarray(0, LINE_BYTES)).toString('hex')
      : packetFields(shortened(values));
  const isWhole = line.length <= LONGEST_LINE && (values !== undefined || (bytes?.length ?? 0) <= LINE_BYTES);
  return isWhole ? line : `${line.slice(0, LONGEST_LINE)}…`;
}

function shortened(values: FieldValues): { readonly [name: string]: Printable } {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, shortValue(value)]));
}

function shortValue(value: Encodable): Printable {
  if (value instanceof Uint8Array && value.length > VALUE_BYTES)
    return new NamedValue(`${lineText(value.subarray(0, VALUE_BYTES))} …`);
  if (Array.isArray(value)) return value.map(shortValue);
  return isFieldValues(value) ? shortened(value) : value;
}
