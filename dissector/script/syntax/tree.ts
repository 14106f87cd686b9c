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
  /** `payload`, `retry.cookie`: a value that was defined, or a field of a message that was expected before under that name. */
  | (Span & { readonly kind: 'reference'; readonly path: readonly string[] })
  /** `valid`: what the node itself would send there. */
  | (Span & { readonly kind: 'valid' })
  /** `flip(valid, 3)`: what a function makes of values. */
  | (Span & { readonly kind: 'call'; readonly name: Word; readonly values: readonly ValueNode[] })
  /** `none`: a field that is left out where the node would say it. */
  | (Span & { readonly kind: 'none' })
  /** `any`: in an expectation, whatever it is. */
  | (Span & { readonly kind: 'any' })
  | (Span & { readonly kind: 'list'; readonly values: readonly ValueNode[] })
  | (Span & { readonly kind: 'record'; readonly fields: readonly FieldNode[] });

export interface ScriptProblem extends Span {
  readonly text: string;
  /** What can be run all the same, and is probably not meant. */
  readonly severity?: 'warning';
  /** The word that was probably meant in its place. */
  readonly meant?: string;
}

/** A replacement of the text in [start, end). */
export interface Edit extends Span {
  readonly text: string;
}

/** What a script says, one after the other; those of a block stand between its first and its `end`. Times are in milliseconds. */
export type Statement =
  /** `### title`: what follows runs by itself. */
  | (Span & { readonly kind: 'section'; readonly title: string })
  /** `node a = p2pke listen 127.0.0.1:7000`, `node b = p2pke dial a manual as initiator`, `node r = p2pke relay 127.0.0.1:0 to a`. */
  | (Span & {
      readonly kind: 'node';
      readonly name: Word;
      readonly protocol: Word;
      readonly direction: 'listen' | 'dial' | 'relay';
      /** `host:port`, or the name of a node that listens. */
      readonly address: Word;
      /** Where a relay passes on to, written in the same way. */
      readonly forward: Word | undefined;
      /** A relay that has a session of its own with each side. */
      readonly terminated: boolean;
      /** Of a relay: the path of a key log beside the script. */
      readonly keys: Word | undefined;
      /** It sends nothing of itself. */
      readonly manual: boolean;
      readonly role: Word | undefined;
    })
  /** `@payload = 01 02`: the value of a name from here on. */
  | (Span & { readonly kind: 'define'; readonly name: Word; readonly value: ValueNode | undefined })
  /** `fault a flip=3 data nth 2`, `fault r back drop data`: what the node does wrong from here on. The words are as they stand. */
  | (Span & {
      readonly kind: 'fault';
      readonly node: Word;
      /** Of a relay: one of `ways`. */
      readonly way: Word | undefined;
      readonly fault: Word;
      readonly amount: Word | undefined;
      readonly message: Word | undefined;
      readonly nth: Word | undefined;
      readonly probability: Word | undefined;
    })
  /** `edit r data { data: 01 }`: of the next message of that name which passes a relay, on one of `ways` or on both, these fields are changed. */
  | (Span & {
      readonly kind: 'edit';
      readonly node: Word;
      readonly way: Word | undefined;
      readonly message: Word;
      readonly fields: readonly FieldNode[];
    })
  | (Span & { readonly kind: 'send'; readonly node: Word; readonly message: Word; readonly fields: readonly FieldNode[] })
  | (Span & {
      readonly kind: 'expect';
      readonly node: Word;
      readonly message: Word;
      /** The state in which it may come; without it, it is whole and readable. */
      readonly state: Word | undefined;
      readonly as: Word | undefined;
      readonly within: number;
      readonly fields: readonly FieldNode[];
    })
  /** `message`: what may not come; nothing may without it. */
  | (Span & { readonly kind: 'silence'; readonly node: Word; readonly message: Word | undefined; readonly time: number })
  | (Span & { readonly kind: 'close'; readonly node: Word; readonly within: number })
  | (Span & { readonly kind: 'wait'; readonly time: number })
  /** `repeat 10 {`: the statements up to its `end` run so many times. */
  | (Span & { readonly kind: 'repeat'; readonly count: ValueNode | undefined })
  /** `for n in range(10) {`: the statements up to its `end` run for each value of a list, which has the name there. */
  | (Span & { readonly kind: 'for'; readonly name: Word; readonly values: ValueNode | undefined })
  /** `}` of a block. */
  | (Span & { readonly kind: 'end' })
  /** A packet by itself, which nobody sends. */
  | (Span & { readonly kind: 'packet'; readonly packet: PacketNode });

export interface Script {
  readonly statements: readonly Statement[];
  /** The packets that stand by themselves. */
  readonly packets: readonly PacketNode[];
  readonly problems: readonly ScriptProblem[];
}

/** States of a message in which an expectation can take it; `any` is each of them. */
export const expectedStates = ['decoded', 'encrypted', 'malformed', 'incomplete', 'any'] as const;

/** The ways through a relay: to its forward address, and back. */
export const ways = ['forward', 'back'] as const;

/** How long an expectation waits that does not say it, in milliseconds. */
export const patience = 2000;

/** What a script controls. */
export const scriptLimits = Object.freeze({
  /** Characters of one script. */
  scriptLength: 0x0100_0000,
  /** Records and lists inside each other. */
  depth: 64,
  /** Statements that one section runs, those of every round of a block counted. */
  statements: 1_000_000,
  problems: 1_000,
  /** Bytes, or parts of a list, that one function gives. */
  madeSize: 0x0100_0000,
  /** Of an integer that functions make. */
  integerBits: 16_384,
  /** Bytes that all functions and names of one message give together. */
  evaluatedSize: 0x0400_0000,
  /** Names that an unknown one is compared with. */
  comparedNames: 500,
  /** Names and characters of one that a problem tells. */
  toldNames: 12,
  toldLength: 80,
});
