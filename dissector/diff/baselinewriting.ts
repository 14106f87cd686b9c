import { type Limits, toHex } from '../bytes/index.ts';
import type { Fresh } from '../codec/index.ts';
import { BASELINE_VERSION } from './baselinelines.ts';
import { type Content, isNothing, lengthOf, type Withheld } from './content.ts';
import { DeclaredFields } from './declared.ts';
import { nameOf } from './renaming.ts';
import { freshRules, toldVerdict } from './rules.ts';
import type { DiffSide } from './side.ts';
import { Tokens } from './tokens.ts';

/** What is said of a baseline in its first line. */
export interface BaselineHead {
  /** The display filter that chose the messages. */
  readonly filter?: string;
  /** It holds some conversations of the capture: what else a capture has is no difference. */
  readonly isPart?: boolean;
}

/**
 * The lines of a baseline of a capture, without their line feeds: what a comparison with this capture compares, and nothing else. The same
 * capture gives the same lines. Values that are new in each run are left out, and with them all that is declared as a key or a secret.
 */
export function* baselineLines(side: DiffSide, { filter, isPart }: BaselineHead = {}): Generator<string> {
  const declared = new DeclaredFields(side.protocols);
  yield line(0, { peerscope: 'baseline', version: BASELINE_VERSION, filter, part: isPart || undefined });
  const fields = new FieldLines();
  for (const { conversation, protocol, areRolesKnown, periodic, messages } of side.sequences(declared, new Tokens())) {
    const names = [...periodic].sort();
    yield line(0, { conversation: protocol, opened: areRolesKnown, periodic: names.length === 0 ? undefined : names });
    for (const { n, name, role } of messages) {
      const { state, isDecrypted, contents } = side.message(n, declared);
      yield line(1, { message: name, role, state, decrypted: isDecrypted || undefined });
      for (const content of contents) yield* fields.of(content, 2, conversation);
    }
  }
}

/** The text of a baseline, in UTF-8. `problem` says why there is none, in a sentence. */
export function baselineBytes(
  side: DiffSide,
  head: BaselineHead,
  { baselineSize }: Limits,
): { readonly bytes: Uint8Array } | { readonly problem: string } {
  const utf8 = new TextEncoder();
  const parts: Uint8Array[] = [];
  let size = 0;
  for (const text of baselineLines(side, head)) {
    const part = utf8.encode(`${text}\n`);
    parts.push(part);
    size += part.length;
    if (size > baselineSize) return { problem: `The baseline is over the limit baselineSize of ${baselineSize} bytes.` };
  }
  if (parts.length === 1) return { problem: 'There is no message to put into a baseline.' };
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return { bytes };
}

class FieldLines {
  readonly #ordinals = new Map<string, number>();

  *of(content: Content, depth: number, conversation: number): Generator<string> {
    const { name, parts, isList, measure: measuredBy } = content;
    if (parts === undefined) {
      yield line(depth, { field: name, ...this.#value(content, conversation), measuredBy });
      return;
    }
    yield line(depth, { [isList ? 'list' : 'record']: name, ...freshOf(content.fresh), measuredBy });
    for (const part of parts) yield* this.of(part, depth + 1, conversation);
    yield line(depth, { end: name });
  }

  #value({ field, fresh }: Content, conversation: number): Readonly<Record<string, unknown>> {
    const { raw, text } = field;
    const value = field.value as Exclude<typeof field.value, Withheld>;
    const verdict = toldVerdict(field.check);
    if (fresh === undefined) return { ...plain(value), ...(raw === undefined ? {} : { raw: toHex(raw) }), text, verdict };
    const { history } = freshRules[fresh.as];
    const isEmpty = isNothing(value);
    return {
      ...freshOf(fresh),
      ...(history === 'sequence' && fresh.secret !== true ? plain(value) : {}),
      ...{ length: lengthOf(field), empty: isEmpty || undefined, verdict },
      ...(history === 'renaming' && !isEmpty ? { ordinal: this.#ordinal(nameOf(value, conversation)) } : {}),
    };
  }

  #ordinal(name: string): number {
    const known = this.#ordinals.get(name) ?? this.#ordinals.size + 1;
    this.#ordinals.set(name, known);
    return known;
  }
}

function plain(value: Exclude<Content['field']['value'], Withheld>): Readonly<Record<string, unknown>> {
  if (value instanceof Uint8Array) return { bytes: toHex(value) };
  if (typeof value === 'bigint') return { integer: String(value) };
  if (typeof value === 'number' && !Number.isFinite(value)) return { number: String(value) };
  return { value };
}

function freshOf(fresh: Fresh | undefined): Readonly<Record<string, unknown>> {
  if (fresh === undefined) return {};
  return { fresh: fresh.as, varies: fresh.length === 'varies' || undefined, secret: fresh.secret };
}

/** Members that are undefined are left out. Characters that steer what shows them are escaped. */
function line(depth: number, members: Readonly<Record<string, unknown>>): string {
  const text = Object.entries(members)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${JSON.stringify(name)}: ${JSON.stringify(value)}`)
    .join(', ');
  return `${'  '.repeat(depth)}{ ${escaped(text)} }`;
}

const steering = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

function escaped(text: string): string {
  return text.replace(steering, (character) =>
    Array.from({ length: character.length }, (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`).join(''),
  );
}
