import type { Readable, Writable } from 'node:stream';

export interface ThreadSettings {
  /** What such a thread runs. */
  readonly program: string | URL;
  /** Threads in all, where nobody says how many. */
  readonly count: number;
  /** Bytes of a capture from which on they gain more than they cost. */
  readonly fromBytes: number;
  /** Messages that a thread is given at a time. */
  readonly messages: number;
  /** The first thread makes only what no other one makes. */
  readonly isElsewhere?: true;
}

export interface Io {
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
  readonly version: () => string;
  /** The folder that this program is installed in. */
  readonly root: string;
  /** The program and its first arguments, as another process starts this command line. Without it all is done in this process. */
  readonly self?: readonly [string, ...string[]];
  /** How further threads are started that make lines. Without it this thread makes all of them. */
  readonly threads?: ThreadSettings;
  /** Called before whatever may need cryptography: that of the platform is put in place. */
  readonly prepare?: () => Promise<void>;
  /** Comes true when whoever called wants an end: a signal. */
  interrupted(): Promise<unknown>;
}

/** Tells a sentence on standard error. */
export type Tell = (sentence: string) => void;
