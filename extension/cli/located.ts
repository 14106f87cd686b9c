import type { Finding, Severity } from '../../dissector/protocol/index.ts';

/** A finding with the capture, and the message that carries it with its frame. */
export interface Located extends Finding {
  readonly file: string;
  readonly frame: number;
  readonly n: number;
}

/** What is to be said about the capture as a whole, or about what was found in it. */
export interface Notice {
  readonly level: Severity;
  readonly text: string;
}
