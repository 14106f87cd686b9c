/** What the page of a comparison, the extension host and the worker say of two captures that are compared. */
import type { CapturePart, CaptureSettings, KeyLogText } from './inspector.ts';
import type { Calls, Events } from './rpc.ts';

/** One of the two captures; the first one is A. */
export type Side = 'a' | 'b';

/** Lines that one `unfold` brings; the rest of a longer run stays folded. */
export const UNFOLDED = 500;

/** A capture as the worker opens it: where it lies, and what it is decoded with. */
export interface ComparedCapture extends CapturePart {
  readonly parts?: CapturePart[];
  readonly align?: boolean;
  readonly settings: CaptureSettings;
  readonly logs: readonly KeyLogText[];
}

/** A baseline as the worker reads it. */
export interface ComparedBaseline extends CapturePart {
  readonly isBaseline: true;
}

export interface ComparedMessage {
  /** Of a capture, 1-based. */
  readonly frame?: number;
  /** Of a baseline, 1-based: where the message begins. */
  readonly line?: number;
  readonly name: string;
  /** 0 is the direction of the first frame of the conversation; in a baseline, of who opened it. */
  readonly direction: 0 | 1;
  /** Nanoseconds since the first frame of the capture; absent where a frame has no time. */
  readonly nanos?: number;
}

/** A field in one of the captures; a secret one has neither text nor bytes. */
export interface ComparedField {
  readonly name: string;
  readonly text?: string;
  /** The first bytes in hexadecimal digits, and how many there are. */
  readonly bytes?: string;
  readonly length?: number;
  readonly isSecret: boolean;
}

/** What stands in a line. A line with `text` is a difference, and `text` the sentence that tells it. */
export type ComparedLine =
  /** Begins a conversation; the ends of a side that has none are absent. */
  | { readonly kind: 'conversation'; readonly protocol: string; readonly a?: string; readonly b?: string }
  /** A message beside that which it is; one of them where the other capture has none. */
  | { readonly kind: 'message'; readonly a?: ComparedMessage; readonly b?: ComparedMessage; readonly text?: string }
  /** A field that differs, or what else does, in the message above it. */
  | {
      readonly kind: 'field';
      readonly text: string;
      readonly field: string;
      readonly a?: ComparedField;
      readonly b?: ComparedField;
    }
  /** Messages that are not listed: `count` pairs from `start` on. */
  | {
      readonly kind: 'fold';
      readonly start: number;
      readonly count: number;
      readonly conversations: number;
      readonly of: Folded;
    };

/** Why messages are folded: nothing differs in them; a side has them as the rest of a difference; the limit `differences` was passed. */
export type Folded = 'equal' | 'a' | 'b' | 'unlisted';

export interface ComparisonView {
  readonly summary: string;
  readonly differences: number;
  /** Differences beyond the limit `differences`. */
  readonly unlisted: number;
  /** Names of the captures. */
  readonly names: readonly [string, string];
  readonly messages: readonly [number, number];
  /** What is to be said of the captures and of what decodes them, a sentence each. */
  readonly notices: readonly string[];
  readonly lines: readonly ComparedLine[];
}

export interface Unfolding {
  readonly start: number;
  readonly count: number;
  readonly of: Folded;
}

/** Host → worker. */
export interface ComparingCalls extends Calls {
  compare: { params: { a: ComparedCapture | ComparedBaseline; b: ComparedCapture }; result: ComparisonView };
  /** The first messages of a fold, and the rest of it. */
  unfold: { params: Unfolding; result: { lines: readonly ComparedLine[] } };
}

/** Page → host. */
export interface ComparisonPageCalls extends Calls {
  /** `again`: the captures and keys are read anew. */
  ready: { params: { again: boolean }; result: ComparisonView };
  unfold: ComparingCalls['unfold'];
  /** Shows a frame of a capture in its inspector, or a line of a baseline in its editor. */
  showPlace: { params: { side: Side; at: number }; result: Record<never, never> };
}

/** Host → page. */
export interface ComparisonEvents extends Events {
  /** A command: the next difference, or the one before. */
  go: { forward: boolean };
  /** The captures have changed. */
  again: Record<never, never>;
}
