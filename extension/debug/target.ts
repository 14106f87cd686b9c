import type { Arguments, Handlers } from './requests.ts';

/** What a target tells its client. */
export interface Client {
  event(name: string, body?: unknown): void;
  /** A line of the Debug Console. */
  output(line: string, category?: 'console' | 'stderr' | 'important'): void;
}

/** What is debugged in a session: a capture, or a section of a packet script. */
export interface Target {
  readonly handlers: Handlers;
  /** Nothing of it runs afterwards. */
  end(): void | Promise<void>;
}

/** Makes a target of the arguments of "launch"; throws a Refusal, or an Error with a sentence. */
export type Opener = (given: Arguments, client: Client) => Promise<Target>;
