/** What the host and the thread of the agents' tools say to each other. */
import type { CaptureSettings, KeyLogText } from './inspector.ts';

/** All that the tools take from the editor. */
export interface AgentSetup {
  /** Folders of the workspace that lie on a disk. */
  readonly roots: readonly string[];
  readonly settings: Omit<CaptureSettings, 'colours'>;
  readonly keyLogs: readonly KeyLogText[];
  /** Why nothing may be sent, a sentence; undefined where a person is asked each time. */
  readonly sendingRefused: string | undefined;
}

/** A call of a tool with what an agent gives it. */
interface AgentCall {
  readonly name: string;
  readonly input: unknown;
}

export type AgentCalls = {
  /** Before anything else; what is wrong with the settings, a sentence each. */
  setup: { params: AgentSetup; result: { problems: readonly string[] } };
  /** What a person is asked before a call; neither where nothing is asked. */
  question: { params: AgentCall; result: { question?: string; refused?: string } };
  /** `isAllowed`: a person has said yes to the question of this call. */
  call: { params: AgentCall & { call: number; isAllowed: boolean }; result: { text: string; isError: boolean } };
  cancel: { params: { call: number }; result: Record<never, never> };
};

/** Which hooks of modules run: see extension/capture/hookwatch.ts. */
export type AgentEvents = { hooks: unknown };
