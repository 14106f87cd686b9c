/** What the views beside the list show: conversations, findings, sessions step by step, keys; and what can be exported. */
import type { FieldView, Row, Show } from './views.ts';

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
  /** The state of its newest session at the end, by name and in words; empty where its protocol has none. */
  readonly state: string;
  readonly stateDoc: string;
}

/** An endpoint as a line of its table; pairs are sent and received. */
export interface EndpointView {
  /** `127.0.0.1:7000`. */
  readonly endpoint: string;
  readonly transport: 'udp' | 'tcp';
  /** Protocols that it speaks, commas between them. */
  readonly protocol: string;
  readonly conversations: number;
  readonly packets: readonly [number, number];
  readonly bytes: readonly [number, number];
  readonly messages: number;
  readonly findings: number;
}

export type EndpointColumn = 'endpoint' | 'protocol' | 'conversations' | 'packets' | 'bytes' | 'messages' | 'findings';

/** A line of the table of findings: a rule, then its breaches. */
export type FindingLine =
  | {
      readonly kind: 'group';
      readonly rule: string;
      readonly severity: 'error' | 'warning' | 'note';
      readonly clause: string;
      /** In what the filter leaves, and in the whole capture. */
      readonly count: number;
      readonly of: number;
    }
  | {
      readonly kind: 'finding';
      readonly frame: number;
      readonly message: string;
      readonly text: string;
      readonly frames: readonly number[];
    };

/** A part of the table of findings: how many the filter leaves, and how many there are. */
export interface FindingPart extends TablePart<FindingLine> {
  readonly findings: { readonly count: number; readonly of: number };
}

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
  | 'state'
  | 'packets'
  | 'bytes'
  | 'start'
  | 'seconds'
  | 'messages'
  | 'encrypted'
  | 'findings';

/**
 * What happened over time. Bucket `i` begins (`first` + i) × `per` × 10^`exponent` seconds after the first frame and ends where
 * the next begins; the lists have an entry a bucket, from the first frame of the capture to its last.
 */
export interface TimeBucketsView {
  readonly first: number;
  readonly per: 1 | 2 | 5;
  readonly exponent: number;
  readonly packets: readonly number[];
  /** On the wire. */
  readonly bytes: readonly number[];
  /** Messages by the gravest of their findings. */
  readonly error: readonly number[];
  readonly warning: readonly number[];
  readonly note: readonly number[];
}

export interface TimelineView extends TimeBucketsView {
  readonly total: { readonly packets: number; readonly bytes: number };
  /** Frames that have no time and are in no bucket. */
  readonly timeless: number;
  /** From 0 to 1, until it is done; what was counted so far is there. */
  readonly progress: number;
  readonly done: boolean;
  readonly generation: number;
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
