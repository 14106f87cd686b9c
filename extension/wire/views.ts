/** What the ends of the inspector show each other: rows, trees, tables, the state of a capture. Plain data, see inspector.ts. */
import type { Show } from '../../dissector/analysis/index.ts';

/** A message that waits at a node of this window, and has yet to be sent on. */
export interface WaitingMessage {
  readonly source: string;
  readonly destination: string;
  readonly message: string;
  readonly info: string;
}

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
  /** Names of the addresses of both, where the capture has them. */
  readonly sourceName?: string;
  readonly destinationName?: string;
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
  /** It is open until a person closes it: the layer of the message itself. */
  readonly isOpen?: true;
  readonly doc?: string;
  readonly check?: { readonly state: 'valid' | 'invalid' | 'unchecked'; readonly why: string };
  readonly problem?: string;
  /** The condition that this field fulfils, for "Apply as filter". */
  readonly filter?: string;
  /** Type of its values in filters: `integer`, `bytes`. */
  readonly type?: string;
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
  /** For an encrypted message: open choices of which no other candidate was tried. */
  readonly pins: readonly { readonly choice: string; readonly candidate: string }[];
  /** How the message travelled; absent for a frame that completes none. */
  readonly travelled?: 'clear' | 'encrypted';
  /** A key opened what travelled encrypted; absent for what is broken. */
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
  /** Of these rows: TCP segments that only open or acknowledge, or carry a part of a message that is listed. */
  readonly bareSegments: number;
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

/** An open choice, for a menu. */
export interface CandidateChoice {
  readonly id: string;
  readonly doc: string;
  readonly candidates: readonly { readonly id: string; readonly doc: string }[];
}

export interface SettingsReport {
  /** A sentence for each setting that cannot be used. */
  readonly problems: readonly string[];
  /** What is wrong with modules, by its place. */
  readonly faults: readonly ModuleFaultLine[];
  /** Paths of the modules and of what they import. */
  readonly files: readonly string[];
  /** What the specifications of the user's own protocols leave open. Those of the built-in ones are settings of their own. */
  readonly choices: readonly CandidateChoice[];
}

/** A mistake in a protocol module; line and column count from 1. */
export interface ModuleFaultLine {
  readonly path: string;
  readonly line: number;
  readonly column: number;
  readonly text: string;
}

/** Which rows the list shows: every frame, those that are no bare TCP segments, or messages only. */
export const shows = ['all', 'withoutBareSegments', 'messages'] as const satisfies readonly Show[];
export type { Show };

/** What a search looks at: the line of the list, the values of all fields, the bytes of every Source, a filter, the same conversation. */
export type FindKind = 'list' | 'fields' | 'bytes' | 'filter' | 'conversation';

/** The order of a list: `by` is the id of a column, or the field that it shows. */
export interface SortOrder {
  readonly by: string;
  readonly descending: boolean;
}

/** How far a filter has looked through the list, or how much of it is sorted. */
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
