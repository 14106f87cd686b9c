import type { CaptureKeys } from '../capture/keys.ts';
import type { OpenFile } from '../capture/open.ts';
import type { Command } from './arguments.ts';
import type { ThreadSettings } from './io.ts';
import type { Notices } from './notices.ts';
import type { Output } from './output.ts';
import type { Progress } from './progress.ts';
import type { Setup } from './setup.ts';
import type { Incoming } from './stdin.ts';

/** What a command works on. */
export interface Task {
  readonly command: Command;
  readonly setup: Setup;
  readonly file: OpenFile;
  /** Why not everything that a pipe brought was taken. */
  readonly left: string | undefined;
  /** A pipe that may bring more of the capture. */
  readonly incoming?: Incoming;
  /** Of several captures: how their clocks differ, a sentence each. */
  readonly clocks: readonly string[];
  readonly keys: CaptureKeys;
  readonly out: Output;
  /** What modules do wrong. */
  readonly notices: Notices;
  readonly threads?: ThreadSettings;
  readonly progress: Progress;
  /** This program's own. */
  readonly version: () => string;
  /** Of tables: the folder that they are written to. */
  readonly folder?: string;
  /** A sentence about the capture on standard error. */
  tell(sentence: string): void;
}
