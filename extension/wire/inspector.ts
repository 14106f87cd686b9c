/**
 * What the inspector webview, the extension host and the dissection worker say to each other. The worker owns the capture;
 * the host starts and ends it and gives it keys; the webview asks for rows and trees by range and never holds the capture.
 * Everything here survives both structured clone and the webview's JSON: no bigint, no Map, bytes as Uint8Array.
 */
import type { HookWatch } from '../capture/hookwatch.ts';
import type { Calls, Events } from './rpc.ts';
import type { ExportKind, ExportScope } from './tables.ts';
import type {
  CaptureSettings,
  CompletionsView,
  ExplanationView,
  FilterProblemView,
  FindKind,
  KeyLogText,
  KeyReport,
  Overview,
  Row,
  Scan,
  SettingsReport,
  Show,
  SortOrder,
  TreeView,
  WaitingMessage,
} from './views.ts';

export type * from './tables.ts';
export type * from './views.ts';

/** Webview → worker, by way of the host. */
export interface Questions extends Calls {
  /**
   * Rows of the list, or of what a filter leaves of it; then `total` grows until the scan is done. Of a sorted list there are none before it is
   * sorted; `order` grows when it was sorted anew.
   */
  rows: {
    params: { start: number; count: number; show: Show; filter?: string; sort?: SortOrder; columns?: readonly string[] };
    result: { rows: Row[]; total: number; generation: number; scan?: Scan; order?: number };
  };
  tree: { params: { row: number; show: Show; filter?: string; sort?: SortOrder }; result: TreeView };
  /** Which keys were tried for a row's message, and how far each came. */
  explain: { params: { row: number; show: Show; filter?: string; sort?: SortOrder }; result: ExplanationView };
  /** The list position of the first row at or after a frame number, or of message `n` in it. */
  locate: { params: { frame: number; n?: number; show: Show; filter?: string; sort?: SortOrder }; result: { row: number } };
  /** Looks for the next row from `from` on that holds something, for a moment; `next` is where to go on where it was not found. */
  find: {
    params: { show: Show; filter?: string; sort?: SortOrder; from: number; forward: boolean; kind: FindKind; text: string };
    result: { row?: number; frame?: number; next: number; total: number; problem?: string };
  };
  /** What a view asks of its own: the worker's answer to it knows the parameters, and the view what comes back. */
  view: { params: ViewQuestion; result: unknown };
  /** A message as a packet script, all messages of its conversation, or a section that plays one side of it again. */
  script: { params: { n: number; what: ScriptKind }; result: { text: string } };
  /** Rows of the list, half-open ranges of them, for the clipboard; `left` are not in the text. */
  copyRows: {
    params: {
      show: Show;
      filter?: string;
      sort?: SortOrder;
      ranges: readonly (readonly [number, number])[];
      as: 'json' | 'hexDump';
    };
    result: { text: string; left: number };
  };
  /** The values of a field of a row's tree, by its places among the children of the fields around it; the first is that of the layer. */
  fieldJson: {
    params: { row: number; show: Show; filter?: string; sort?: SortOrder; path: readonly number[] };
    result: { text: string };
  };
  checkFilter: { params: { text: string }; result: { problem?: FilterProblemView } };
  completeFilter: { params: { text: string; caret: number }; result: CompletionsView };
}

export const scriptKinds = ['message', 'conversation', 'section'] as const;
export type ScriptKind = (typeof scriptKinds)[number];

export type Question =
  | ('rows' | 'tree' | 'explain' | 'locate' | 'find' | 'view' | 'script' | 'copyRows' | 'fieldJson')
  | ('checkFilter' | 'completeFilter');

/** A question of a view, by the id of the view. */
export interface ViewQuestion {
  readonly view: string;
  readonly question: string;
  readonly params: unknown;
}

/** Webview → host: what the worker answers, and what the host does itself. */
export interface WebviewCalls extends Questions {
  ready: {
    params: Record<never, never>;
    result: {
      overview: Overview;
      remembered: unknown;
      reveal?: number;
      command?: PageCommand;
      /** The view that is asked for, by its id. */
      view?: string;
      /** Of a recording of nodes that are there: what they hold. */
      waiting?: readonly WaitingMessage[];
    };
  };
  /** How the capture is looked at, for the next time that it is opened. */
  remember: { params: { view: unknown }; result: Record<never, never> };
  /** Saves a drawing where the user says. */
  saveDrawing: { params: { name: string; svg: string }; result: { saved: boolean } };
  /** Asks how, and shows the conversation of a message as it was said. */
  follow: { params: { n: number }; result: { shown: boolean } };
  /** Asks what to write and where, and writes it. */
  export: { params: { scope: ExportScope; n?: number }; result: { saved: boolean } };
  /** Asks for a text in an input box; absent when it was cancelled. */
  askText: { params: { title: string; value: string }; result: { text?: string } };
  /** Lets every candidate of an open choice be tried again. */
  unpin: { params: { choice: string }; result: Record<never, never> };
  /** Whether the page has the focus: its keys are bound while it has. */
  focus: { params: { focused: boolean }; result: Record<never, never> };
  /** Puts a text on the clipboard. */
  copy: { params: { text: string }; result: { copied: boolean } };
  /** Starts a debug session on a conversation, by its number. */
  debug: { params: { conversation: number }; result: Record<never, never> };
  /** Asks where, and writes the baseline of a conversation, by its number. */
  saveBaseline: { params: { conversation: number }; result: { saved: boolean } };
  /** Adds keys from a file, or from the clipboard. */
  addKeys: { params: { from: 'file' | 'clipboard' }; result: { asked: boolean } };
}

/** How the bytes of a conversation are written. */
export type FollowAs = 'text' | 'hex' | 'c';

/** Commands that the page carries out; `peerscope.NAME` in VS Code. */
export const pageCommands = [
  ...(['applyAsFilter', 'filterAnd', 'filterNot', 'focusFilter'] as const),
  ...(['applyAsColumn', 'removeColumn', 'resetColumns'] as const),
  ...(['timeSinceStart', 'timeSincePrevious', 'timeSinceReference', 'timeAbsolute', 'setTimeReference'] as const),
  ...(['toggleMark', 'nextMark', 'previousMark', 'clearMarks'] as const),
  ...(['find', 'findNext', 'findPrevious', 'nextInConversation', 'previousInConversation'] as const),
  ...(['stepForward', 'stepBack', 'comment', 'export'] as const),
  ...(['copyText', 'copyValue', 'copyHex', 'copyHexDump', 'copyCArray', 'copyBase64', 'copyJson'] as const),
  ...(['copyScript', 'copyConversationScript', 'copySection'] as const),
  ...(['selectAllRows', 'filterConversation', 'filterSelected', 'followConversation'] as const),
  ...(['debugConversation', 'saveBaseline', 'toggleDetails'] as const),
] as const;
export type PageCommand = (typeof pageCommands)[number];

/** Host → webview. */
export interface WebviewEvents extends Events {
  overview: Overview;
  /** A command asks the webview to select a frame's first row. */
  reveal: { frame: number };
  /** A view is asked for, by its id. */
  view: { view: string };
  /** What waits at the nodes of which the capture is a recording; absent once there are none. */
  waiting: { messages?: readonly WaitingMessage[] };
  /** A command of a menu or a key; `place` is what VS Code says of where the menu was opened (`data-vscode-context`). */
  command: { name: PageCommand; place: unknown };
}

/** A capture: where it lies on a disk, or its bytes. With `parts` it is made of others. */
export interface CapturePart {
  readonly name: string;
  readonly path?: string;
  readonly bytes?: Uint8Array;
}

/** Host → worker. */
export interface WorkerCalls extends Questions {
  open: { params: CapturePart & { parts?: CapturePart[]; align?: boolean }; result: Overview };
  /** Instead of `open`, and again as the text changes: the message at an offset of a packet script, as a capture of it alone. */
  preview: { params: { name: string; text: string; at: number }; result: Overview };
  keys: { params: { logs: KeyLogText[] }; result: KeyReport };
  /** Before `open`, or later: then the capture is observed again from its start. */
  settings: { params: CaptureSettings; result: SettingsReport };
  /** The text of the `hosts` file beside the capture: how many names it has, and the numbers of the lines that could not be read. */
  hosts: { params: { text: string }; result: { names: number; wrongLines: readonly number[] } };
  overview: { params: Record<never, never>; result: Overview };
  /** Begins an export; what it writes is fetched piece by piece, so that it can be stopped and nothing is held twice. */
  export: { params: { kind: ExportKind; scope: ExportScope }; result: { id: number } };
  /** The text of the baseline of a conversation, in UTF-8. */
  baseline: { params: { conversation: number }; result: { bytes: Uint8Array } };
  /** The next bytes of an export, and how far it is, from 0 to 1. */
  exported: { params: { id: number }; result: { bytes: Uint8Array; progress: number; done: boolean } };
  stopExport: { params: { id: number }; result: Record<never, never> };
  /** A conversation as it was said: the messages of a direction or of both, decrypted where a key opened them. */
  follow: { params: { n: number; direction?: 0 | 1; as: FollowAs }; result: { title: string; text: string } };
  /** The number that Wireshark gives to a frame of the file, both from 1. */
  wiresharkFrame: { params: { frame: number }; result: { number: number } };
  /** A message after decryption. */
  payload: { params: { n: number }; result: { bytes: Uint8Array; name: string } };
}

/** Worker → host. */
export interface WorkerEvents extends Events {
  overview: Overview;
  /** Hooks of modules, before the first call of each: what the host sees when one does not return. */
  hooks: HookWatch;
}
