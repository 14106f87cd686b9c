/** What the host and the thread of a debug session say to each other, beside the messages of the Debug Adapter Protocol. */
import type { CapturePart, CaptureSettings, KeyLogText } from './inspector.ts';

/** A capture that is debugged: a file on a disk, its bytes, or several captures as one. */
export type DebuggedCapture =
  | { readonly path: string }
  | { readonly bytes: Uint8Array }
  | { readonly parts: readonly CapturePart[]; readonly align: boolean };

/** A packet script as it stands in the editor. */
export interface DebuggedScript {
  readonly script: string;
  /** Where its files lie; undefined for a script that is not saved. */
  readonly folder: string | undefined;
  /** Where its traffic is recorded, with its keys. */
  readonly recording: string;
}

/** The first message to the thread: all that its session takes from the editor. */
export interface DebugSetup {
  readonly kind: 'setup';
  readonly program: DebuggedCapture | DebuggedScript;
  /** What a person answered to the questions of a script. */
  readonly answers: Readonly<Record<string, string>>;
  readonly settings: CaptureSettings;
  /** Those in force for the capture, and those that the launch configuration names. */
  readonly keyLogs: readonly KeyLogText[];
}

/** A message of the Debug Adapter Protocol, in both directions. */
export interface DebugMessage {
  readonly kind: 'dap';
  readonly message: unknown;
}

/** Which hooks of modules run, as the thread tells it: see extension/capture/hookwatch.ts. */
export interface DebugHooks {
  readonly kind: 'hooks';
  readonly watch: unknown;
}

export type ToDebugThread = DebugSetup | DebugMessage;
export type FromDebugThread = DebugMessage | DebugHooks;
