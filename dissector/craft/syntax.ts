/**
 * A packet script as a tree. Places are offsets of UTF-16 code units, half-open; what could not be read is a problem and the
 * rest is there.
 */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** `protocol message { name: value … }`: what is left out is filled in by whoever sends it. */
export interface PacketNode extends Span {
  readonly protocol: Word;
  readonly message: Word;
  readonly fields: readonly FieldNode[];
}

export interface FieldNode extends Span {
  readonly name: Word;
  readonly value: ValueNode | undefined;
}

/** A name as it stands, quotes taken off. */
export interface Word extends Span {
  readonly text: string;
}

export type ValueNode =
  | (Span & { readonly kind: 'number'; readonly value: number | bigint })
  | (Span & { readonly kind: 'text'; readonly value: string })
  | (Span & { readonly kind: 'bytes'; readonly value: Uint8Array })
  | (Span & { readonly kind: 'constant'; readonly value: boolean | null })
  | (Span & { readonly kind: 'list'; readonly values: readonly ValueNode[] })
  | (Span & { readonly kind: 'record'; readonly fields: readonly FieldNode[] });

export interface CraftProblem extends Span {
  readonly text: string;
}

export interface Script {
  readonly packets: readonly PacketNode[];
  readonly problems: readonly CraftProblem[];
}

/** What a script controls. */
export const craftLimits = Object.freeze({
  /** Characters of one script. */
  scriptLength: 0x0100_0000,
  /** Records and lists inside each other. */
  depth: 64,
  problems: 1_000,
});
