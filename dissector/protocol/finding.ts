export type Severity = 'error' | 'warning' | 'note';

export type State = 'decoded' | 'encrypted' | 'malformed' | 'incomplete';

/** Of what travelled encrypted in a message: keys decrypted all of it, none, or `partly`: a part is still encrypted. */
export type Decrypted = boolean | 'partly';

/** What the specification would say about a message. `frames` are 1-based. */
export interface Finding {
  readonly rule: string;
  readonly severity: Severity;
  readonly text: string;
  readonly clause: string;
  readonly frames: readonly number[];
}

/** A rule that a protocol checks, declared once; a Finding is one breach of it. */
export interface Rule {
  readonly id: string;
  readonly severity: Severity;
  readonly clause: string;
  /** It speaks of which message was before another: it is silent where equal or missing times leave that open. */
  readonly isAboutOrder?: true;
}
