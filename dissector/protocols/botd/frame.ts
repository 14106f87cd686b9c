import type { Piece } from '../../bytes/index.ts';
import type { Rule } from '../../protocol/index.ts';

export interface RuleBreach {
  readonly rule: Rule;
  readonly text: string;
}

/**
 * What one direction of a stream falls into. `bytes` of `clear` are the whole frame, those of `sealed` what is encrypted,
 * valid until the stream goes on.
 */
export interface StreamFrame {
  readonly kind: 'clear' | 'sealed' | 'partial' | 'stretch';
  readonly bytes: Uint8Array;
  readonly pieces: readonly Piece[];
  readonly breaches: readonly RuleBreach[];
  /** A partial frame that is one in clear. */
  readonly clear?: boolean;
  /** A partial frame whose missing bytes lie in its middle. */
  readonly torn?: true;
  /** Why the frame borders of a stretch are not known. */
  readonly note?: string;
}

/** How a direction learns what its connection knows. */
export interface Knowledge {
  /** The first frame of the connection is in the capture, so that it is known to be one in clear. */
  readonly opened: boolean;
  /** A tag could tell where a frame begins. */
  canAnchor(): boolean;
  anchors(encrypted: Uint8Array): boolean;
}
