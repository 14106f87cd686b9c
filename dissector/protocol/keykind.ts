import type { Limits } from '../bytes/index.ts';

/** One label of the key log. Fields are those after the label: the session, where there is one, then the value. */
export interface KeyKind<Secret = unknown> {
  readonly label: string;
  /** The fields as the reference shows them: `initiator's e, i2r key, r2i key`. */
  readonly form: string;
  readonly doc: string;
  /**
   * What `parse` computes for one line, as a part of an operation with a private key of 2048 bits (about ten milliseconds). Lines of a
   * capture's own secrets wait until a handshake asks for keys of this kind; those of a kind that computes nothing (0, or left out) do not.
   */
  readonly operations?: number;
  /** All secrets of one public value open the same: the first of them is kept. */
  readonly isSole?: boolean;
  /**
   * The secret and the public value (lower-case hex or text) by which sessions look it up, which people see and so holds nothing of
   * the secret; or what is wrong in a sentence without the value. The bytes of the secret belong to the ring, which overwrites them once the key is forgotten.
   */
  parse(fields: readonly string[], limits: Limits): { readonly index: string; readonly secret: Secret } | string;
}

const looksLikeLabel = /^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$/;

/** Not quoted: a key pasted without its label would be shown. */
export function unknownLabel(label: string): string {
  const hint = looksLikeLabel.test(label) ? '; is the module of its protocol missing?' : '';
  return `the line does not start with a known label${hint}`;
}
