import type { CaptureKeys } from '../capture/keys.ts';
import type { OpenFile } from '../capture/open.ts';
import type { Command } from './arguments.ts';
import type { Output } from './output.ts';

/** What a command works on. */
export interface Task {
  readonly command: Command;
  readonly file: OpenFile;
  readonly keys: CaptureKeys;
  readonly out: Output;
  /** A sentence about the capture on standard error. */
  tell(sentence: string): void;
}
