/** What the ends of the inspector show each other: rows, trees, tables, the state of a capture. Plain data, see inspector.ts. */

/** One line of the packet list: a message, or a frame that carries none (then `protocol` names its highest lower layer). */
export interface Row {
  /** Position in the list, from 0. */
  readonly row: number;
  /** 1-based number of the frame that completed it. */
  readonly frame: number;
  /** `n` of `decode --json`; absent for a bare frame. */
  readonly n?: number;
  /** Its conversation, by number, and what that goes over; absent for what belongs to none. */
  readonly conversation?: number;
  readonly transport?: 'udp' | 'tcp';
  /** Seconds since 1970 UTC (whole) and nanoseconds within the second. */
  readonly seconds: number;
  readonly nanos: number;
  readonly source: string;
  readonly destination: string;
  readonly protocol: string;
  readonly message: string;
  readonly info: string;
  readonly state: 'decoded' | 'encrypted' | 'malformed' | 'incomplete' | 'none';
  /** How it travelled, not whether it was opened. */
  readonly encrypted: boolean;
  /** The worst of its findings. */
  readonly severity?: 'error' | 'warning' | 'note';
  /** Nanoseconds from the row before it in this list; absent for the first, and where a time is missing. */
  readonly gap?: number;
  /** The values of the fields that were asked for as columns, in their order; empty where the row has none. */
  readonly cells?: readonly string[];
  /** The theme colour that a rule of the user's own gives it. */
  readonly colour?: string;
}

export interface FieldView {
  readonly name: string;
  readonly text: string;
  readonly source: number;
  readonly start: number;
  readonly end: number;
  readonly children?: readonly FieldView[];
  readonly generated?: true;
  readonly doc?: string;
  readonly check?: { readonly state: 'valid' | 'invalid' | 'unchecked'; readonly why: string };
  readonly problem?: string;
  /** The condition that this field fulfils, for "Apply as filter". */
  readonly filter?: string;
}

export interface SourceView {
  readonly id: number;
  readonly name: string;
  readonly bytes: Uint8Array;
  /** "Frame 12", "derived from Frame, bytes 42..90: ChaCha20-Poly1305 …". */
  readonly origin: string;
}

export interface FindingView {
  readonly rule: string;
  readonly severity: 'error' | 'warning' | 'note';
  readonly text: string;
  readonly clause: string;
  readonly frames: readonly number[];
}

export interface TreeView {
  readonly row: number;
  readonly sources: readonly SourceView[];
  readonly layers: readonly FieldView[];
  readonly findings: readonly FindingView[];
  /** For an encrypted message: which key would open it and how to give it, a sentence each. */
  readonly missing: readonly string[];
  /** How the message travelled; absent for a frame that completes none. */
  readonly travelled?: 'clear' | 'encrypted';
  /** A key opened what travelled encrypted. */
  readonly opened?: boolean;
}

/** What each key did for a message, with public values only. */
export interface ExplanationView {
  readonly keys: readonly {
    readonly label: string;
    readonly fingerprint: string;
    readonly steps: readonly {
      readonly name: string;
      readonly inputs: readonly (readonly [string, string])[];
      readonly result: string;
      readonly ok: boolean;
    }[];
  }[];
}

/** The state of the whole capture; sent again whenever it changes. */
export interface Overview {
  readonly name: string;
  readonly format: string;
  readonly frames: number;
  readonly bytes: number;
  readonly rows: number;
  readonly messages: number;
  readonly encrypted: number;
  readonly findings: number;
  readonly keys: number;
  /** Bytes of the file read so far, of `bytes`; `done` when the pass has ended. */
  readonly read: number;
  readonly done: boolean;
  /** The file grows, and what comes is read: what a capture's end would tell is not known yet. */
  readonly live?: true;
  /** Ids of the protocols that there are, the user's own among them. */
  readonly protocols: readonly string[];
  /** Counts the times that existing rows changed (a key came, a conversation was recognised late): cached rows are stale. */
  readonly generation: number;
  /** Sentences about the capture as a whole: cut short, a bad block, a limit passed. */
  readonly notices: readonly string[];
  /** Set when the file cannot be read as a capture: one sentence; nothing else is meaningful then. */
  readonly failure?: string;
}

export interface KeyLogText {
  readonly name: string;
  readonly text: string;
}

export interface KeyReport {
  /** Secrets added that were not there before. */
  readonly added: number;
  /** `name:line: what is wrong`, never with key material. */
  readonly problems: readonly string[];
}

/** What a person decided about a capture; only its shape is checked before the worker reads it. */
export interface CaptureSettings {
  /** Modules of the user's own protocols, by absolute path. */
  readonly modules: readonly string[];
  /** Rules like `udp.port == 7000 → p2pke`. */
  readonly decodeAs: readonly unknown[];
  /** Rules like `{ filter, colour }`. */
  readonly colours: readonly unknown[];
  /** The settings below `peerscope`: the open choices of every protocol are among them, and only the worker knows which. */
  readonly tree: Readonly<Record<string, unknown>>;
}

export interface SettingsReport {
  /** A sentence for each setting that cannot be used. */
  readonly problems: readonly string[];
}

/** Which rows the list shows: every frame, or messages only. */
export type Show = 'all' | 'messages';

/** A conversation as a line of its table; pairs are by direction, `a` to `b` first. */
export interface ConversationView {
  readonly id: number;
  readonly a: string;
  readonly b: string;
  readonly transport: 'udp' | 'tcp';
  /** Empty for one that no protocol knows. */
  readonly protocol: string;
  readonly packets: readonly [number, number];
  readonly bytes: readonly [number, number];
  /** Frames. */
  readonly first: number;
  readonly last: number;
  /** Seconds from the first frame of the capture to its own, and from its first to its last; null without times. */
  readonly start: number | null;
  readonly seconds: number | null;
  readonly messages: number;
  readonly encrypted: number;
  readonly opened: number;
  readonly findings: number;
}

/** A line of the table of findings: a rule, then its breaches. */
export type FindingLine =
  | {
      readonly kind: 'group';
      readonly rule: string;
      readonly severity: 'error' | 'warning' | 'note';
      readonly clause: string;
      readonly count: number;
    }
  | {
      readonly kind: 'finding';
      readonly frame: number;
      readonly message: string;
      readonly text: string;
      readonly frames: readonly number[];
    };

/** A part of a table; not `ready` while the capture is being read. */
export interface TablePart<T> {
  readonly rows: readonly T[];
  readonly total: number;
  readonly generation: number;
  readonly ready: boolean;
}

export type ConversationColumn =
  | 'id'
  | 'a'
  | 'b'
  | 'protocol'
  | 'packets'
  | 'bytes'
  | 'start'
  | 'seconds'
  | 'messages'
  | 'encrypted'
  | 'findings';

/** What a search looks at: the line of the list, the values of all fields, the bytes of every Source, a filter, the same conversation. */
export type FindKind = 'list' | 'fields' | 'bytes' | 'filter' | 'conversation';

/** How far a filter has looked through the list. */
export interface Scan {
  readonly scanned: number;
  readonly of: number;
  readonly done: boolean;
}

/** What is wrong with a filter, at its place in the text (UTF-16 units, half-open). */
export interface FilterProblemView {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** What may stand in place of `[start, end)` of a filter. */
export interface CompletionsView {
  readonly start: number;
  readonly end: number;
  readonly items: readonly { readonly insert: string; readonly kind: string; readonly detail: string; readonly doc: string }[];
}

/** A session that can be stepped through. */
export interface SessionView {
  /** `n` of its first message, which names it. */
  readonly first: number;
  readonly title: string;
  readonly protocol: string;
  readonly endpoints: readonly [opener: string, answerer: string];
  readonly steps: number;
}

export interface StepView {
  readonly n: number;
  readonly frame: number;
  readonly message: string;
  readonly by: 'opener' | 'answerer';
  /** States of the session's machine around it, by id. */
  readonly before: string;
  readonly after: string;
  readonly allowed: boolean;
  readonly state: Row['state'];
  readonly severity?: Row['severity'];
}

/** A state in words, and as each side sees it where the specification gives each its own. */
export interface StateView {
  readonly id: string;
  readonly words: string;
  readonly sides?: readonly [opener: string, answerer: string];
}

export interface QuantityView {
  readonly name: string;
  /** Absent for what is unknown, and for a secret that was not asked for. */
  readonly value?: string;
  /** Bytes of the value, where it is made of bytes. */
  readonly length?: number;
  readonly unknown?: string;
  readonly secret?: true;
}

export interface ComputationView {
  readonly formula: string;
  readonly clause: string;
  readonly inputs: readonly QuantityView[];
  readonly results: readonly QuantityView[];
  readonly check?: FieldView['check'];
}

/** What can be written of the list: messages as JSON lines or CSV, frames as a capture, with or without the keys that were given. */
export type ExportKind = 'json' | 'csv' | 'pcapng' | 'pcapng-with-secrets';

/** Which rows of which list, as the page shows it. */
export interface ExportScope {
  readonly show: Show;
  readonly filter?: string;
  readonly columns: readonly string[];
  /** One row alone. */
  readonly row?: number;
  /** Comments of the user's own, by frame; they go into captures. */
  readonly comments: readonly (readonly [frame: number, text: string])[];
}

/** A key of the ring: never the key itself. */
export interface KeyView {
  readonly label: string;
  readonly fingerprint: string;
  /** The public value, or the session, that it belongs to. */
  readonly belongsTo: string;
  /** `file:line`. */
  readonly where: string;
  /** What it was seen to open: the first message of each kind in each session. */
  readonly opens: readonly KeyUse[];
}

export interface KeyUse {
  readonly n: number;
  readonly frame: number;
  readonly protocol: string;
  readonly message: string;
  /** The session, or the two endpoints. */
  readonly of: string;
}

/** Something that no key opens, and a sentence for each key that would. */
export interface LockedView extends KeyUse {
  readonly missing: readonly string[];
}
