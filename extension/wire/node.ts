/** What the page of the test nodes, the extension host and the node's thread say to each other. */
import type { State } from '../../dissector/protocol/index.ts';
import type { ProtocolPlan } from '../author/plan.ts';
import type { TreeView } from './views.ts';

export type NodeMode = 'automatic' | 'step' | 'intercept';

/** A relay listens too, and passes on what comes: it has no role, and an identity only where it terminates sessions. */
export type NodeAction = 'listen' | 'connect' | 'relay';

/** A protocol that has a test node. */
export interface SpokenProtocol {
  readonly id: string;
  readonly title: string;
  readonly transports: readonly ('udp' | 'tcp')[];
  /** The port that is proposed. */
  readonly port: number;
  readonly roles: readonly { readonly id: string; readonly doc: string }[];
  readonly messages: readonly string[];
  /** Kinds of keys that a new identity can have, where there are several. */
  readonly identityKinds: readonly string[];
}

/** What a person asks for when they start a node; all of it is checked where it is used. */
export interface NodeWish {
  readonly protocol: string;
  readonly transport: 'udp' | 'tcp';
  readonly direction: NodeAction;
  /** `127.0.0.1:7000`. */
  readonly address: string;
  /** Of a relay: where it passes on to, and files with keys of the programs at its ends, which may still be written. */
  readonly forward?: string;
  readonly keyLogs?: readonly string[];
  /** Of a relay: it is a node towards each side, with a session of its own, and with `identity`. */
  readonly terminates?: boolean;
  /** Empty: by the direction. */
  readonly role: string;
  readonly mode: NodeMode;
  /** Each in the words of a packet script, or as nodes read it. */
  readonly faults: readonly string[];
  /** JSON, or what else the protocol reads; empty: one is made. */
  readonly identity: string;
  /** Of the one that is made; empty: the first of its kinds. */
  readonly identityKind: string;
}

export interface LinkState {
  readonly id: number;
  readonly remote: string;
  readonly dialled: boolean;
  readonly state: string;
  readonly doc: string;
  readonly ready: boolean;
  /** Messages that the machine allows now, and those that it does not. */
  readonly offers: readonly string[];
  readonly others: readonly { readonly name: string; readonly why: string }[];
}

/** A message that waits for a person. */
export interface HeldState {
  readonly id: number;
  readonly remote: string;
  /** Between which addresses it goes on, as captures write them. */
  readonly from: string;
  readonly to: string;
  readonly direction: 'out' | 'in';
  readonly message: string;
  /** Its fields as a packet script writes them, on one line that may be cut short; of bytes that are no known message, hexadecimal. */
  readonly summary: string;
  /** A person has begun to change it in a document that is open. */
  readonly isEdited?: boolean;
  /** Why its values cannot be changed, where a relay would have liked to. */
  readonly note?: string;
}

export interface ToldState {
  readonly n: number;
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly text: string;
  readonly grave: boolean;
  /** Of the recording, from 1. */
  readonly frame?: number;
}

/** Whose faults they are: of a node, or of a relay. */
export interface FaultOwner {
  readonly protocol: string;
  readonly transport: 'udp' | 'tcp';
  readonly isRelay: boolean;
}

/** What a node does wrong on purpose. */
export interface FaultState {
  readonly id: number;
  /** As a packet script says it. */
  readonly text: string;
  /** It was to happen once, and has. */
  readonly isSpent: boolean;
}

export interface NodeState {
  readonly id: number;
  readonly kind: 'node' | 'relay';
  readonly protocol: string;
  readonly transport: 'udp' | 'tcp';
  readonly action: NodeAction;
  /** `listens on 127.0.0.1:7000`. */
  readonly where: string;
  /** When its run began, in milliseconds since 1970. */
  readonly began: number;
  /** Why nobody could be dialled; until somebody is. */
  readonly refused?: string;
  readonly running: boolean;
  readonly mode: NodeMode;
  readonly paused: boolean;
  /** The debug session that is stopped, by its name: the clock of the node stands still until it goes on. */
  readonly stillFor?: string;
  readonly seed: number;
  readonly received: number;
  readonly sent: number;
  /** Datagrams or messages that a limit, a full queue or the system has dropped. */
  readonly dropped: number;
  /** Messages a second, of the last second. */
  readonly rate: number;
  readonly links: readonly LinkState[];
  /** The first of those that wait, and how many there are. */
  readonly held: readonly HeldState[];
  readonly heldCount: number;
  /** New messages that somebody writes in a document that is open. */
  readonly drafts?: readonly { readonly link: number; readonly message: string }[];
  readonly told: readonly ToldState[];
  readonly faults: readonly FaultState[];
  readonly recording: string;
  /** The recording of the run before is kept: see `previousOf`. */
  readonly hasPrevious: boolean;
}

/** A command for a node, by its id. */
interface OfNode {
  readonly node: number;
}

/** What a page may ask of the thread; the host passes it on. */
export interface NodeCommands {
  [method: string]: { params: unknown; result: unknown };
  stop: { params: OfNode; result: Done };
  forget: { params: OfNode; result: Done };
  mode: { params: OfNode & { readonly mode: NodeMode }; result: Done };
  pause: { params: OfNode & { readonly paused: boolean }; result: Done };
  drop: { params: OfNode & { readonly held: number }; result: Done };
  disconnect: { params: OfNode & { readonly link: number }; result: Done };
  /** As a packet script says it behind the name of the node. */
  fault: { params: OfNode & { readonly spec: string }; result: Done };
  removeFault: { params: OfNode & { readonly fault: number }; result: Done };
}

export type Done = Record<never, never>;

/** What becomes of a message that waits: it goes so many times, later, or goes on waiting as it was written. */
export type HeldAction =
  | { readonly kind: 'send'; readonly times: number }
  | { readonly kind: 'delay'; readonly milliseconds: number }
  | { readonly kind: 'replace' };

/** What is wrong with a text, and where, as offsets of UTF-16 code units. Nothing was sent. */
export interface TextFailure {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** A message that waits at a node, or a new one that somebody writes for a link. */
export type PendingMessage = { readonly held: number } | { readonly link: number; readonly message: string };

/** Which one, and of which node. */
export interface PendingOf {
  readonly node: number;
  readonly of: PendingMessage;
}

/** A pending message as fields over bytes. */
export interface PendingView {
  readonly shown?: {
    readonly tree: TreeView;
    /** As its node or its sender had made it, where its text says something else by now. */
    readonly made?: TreeView;
    /** What else is to be said of it, in a sentence. */
    readonly note?: string;
  };
  /** Why no bytes can be made of the text. */
  readonly failure?: TextFailure;
}

/** Paths of the user's protocol modules, which are there beside the built-in protocols. */
export interface OfModules {
  readonly modules: readonly string[];
}

/** What a new protocol is to be. */
export type PlannedProtocol = ProtocolPlan;

/** A message that a node received. */
export interface HeardMessage {
  /** Of the node's recording, from 1. */
  readonly frame: number;
  readonly message: string;
  readonly state: State;
  /** Its fields as a packet script writes them, on one line; empty where they cannot be read. */
  readonly text: string;
}

/** What the host asks of the thread. */
export interface NodeCalls extends NodeCommands {
  /** Writes the files of a new protocol into a folder; `types`: where the declarations of the library lie. */
  newProtocol: { params: { readonly plan: PlannedProtocol; readonly folder: string; readonly types: string }; result: Done };
  /** The reference page of every protocol, in Markdown. */
  references: {
    params: OfModules;
    result: { readonly pages: readonly { readonly id: string; readonly title: string; readonly text: string }[] };
  };
  /** The dissector for Wireshark of every protocol that has one, in Lua. */
  wiresharkDissectors: {
    params: OfModules;
    result: { readonly dissectors: readonly { readonly id: string; readonly title: string; readonly lua: string }[] };
  };
  protocols: { params: OfModules; result: { readonly protocols: readonly SpokenProtocol[] } };
  start: {
    /** `allow`: hosts beyond this machine that a person has confirmed. `tree`: the settings below `peerscope`, for the open choices. */
    params: OfModules & {
      readonly wish: NodeWish;
      readonly allow: readonly string[];
      readonly tree: Readonly<Record<string, unknown>>;
      readonly recording: string;
      /** Where all nodes of the window are recorded together. */
      readonly together: string;
    };
    result: { readonly node: number };
  };
  /** Runs a section of a packet script, by its place among them; `at` is an offset in the text. */
  runSection: {
    params: OfModules & {
      /** A number of its own, by which it is stopped. */
      readonly run: number;
      readonly text: string;
      readonly section: number;
      readonly tree: Readonly<Record<string, unknown>>;
      /** Where its files lie; undefined for a script that is not saved. */
      readonly folder: string | undefined;
      /** What a person answered, by question. */
      readonly answered: Readonly<Record<string, string>>;
      /** Up to the message that is sent at this offset, and what is expected right after it; undefined: all of it. */
      readonly until: number | undefined;
      /** Where a recording of it is written, with its keys. */
      readonly recording: string;
    };
    result: {
      readonly seconds: number;
      readonly failure?: {
        readonly at: number;
        readonly text: string;
        /** What came instead, in the place of the value that was expected. */
        readonly mended?: { readonly start: number; readonly end: number; readonly text: string };
      };
      /** Where it was stopped by a person, as an offset. */
      readonly stopped?: number;
      /** Something was sent or received, and is in the recording. */
      readonly recorded: boolean;
      /** Why there is no recording of it, in a sentence; what the section said and heard counts all the same. */
      readonly unrecorded?: string;
    };
  };
  /** Sends the packet at an offset of a script on a link, or the only one; definitions before it count. */
  sendPacket: {
    params: OfNode &
      OfModules & {
        readonly link: number;
        readonly text: string;
        readonly at: number | undefined;
        readonly folder: string | undefined;
      };
    /** The length of the recording before it, in bytes. */
    result: { readonly mark: number; readonly failure?: TextFailure };
  };
  /** A message that waits, or one that the node would send now, in the packet language. */
  heldText: { params: OfNode & { readonly held: number }; result: { readonly message: string; readonly text: string } };
  newText: { params: OfNode & { readonly link: number; readonly message: string }; result: { readonly text: string } };
  /** `text`: what a person has made of it in the packet language, where they changed it. */
  actOnHeld: {
    params: OfNode & OfModules & { readonly held: number; readonly action: HeldAction; readonly text?: string };
    result: { readonly failure?: TextFailure };
  };
  /** `text`: what stands in its document; `made`: what stood there first. */
  pending: {
    params: OfNode & OfModules & { readonly of: PendingMessage; readonly text?: string; readonly made?: string };
    result: PendingView;
  };
  /** A message as the node would send it now: the fields of a packet, on one line. */
  packetLine: { params: OfNode & { readonly link: number; readonly message: string }; result: { readonly text: string } };
  /** What may stand at the caret of such a line, each as the line that it makes, and what is wrong with the line. */
  suggest: {
    params: OfNode & OfModules & { readonly message: string; readonly text: string; readonly caret: number };
    result: {
      readonly items: readonly { readonly label: string; readonly detail: string; readonly text: string }[];
      readonly problem?: string;
    };
  };
  /** What may stand behind a begun fault, as a packet script says it. */
  suggestFault: { params: FaultOwner & OfModules & { readonly text: string }; result: NodeCalls['suggest']['result'] };
  /** The words of a packet script for a fault that somebody has written; an error for one that the node would not take. */
  faultWords: { params: FaultOwner & OfModules & { readonly text: string }; result: { readonly text: string } };
  /** Dials again, or begins a new run of a node that is stopped, in its recording. */
  again: { params: OfNode; result: Done };
  /** What came on a link after a mark, the last first. */
  heard: {
    params: OfNode & OfModules & { readonly link: number; readonly mark: number };
    result: { readonly messages: readonly HeardMessage[] };
  };
  /** Stops a run wherever it is; no mistake where it is over. */
  stopSection: { params: { readonly run: number }; result: Done };
  /** Ends the nodes of scripts that stayed open. */
  closeScripts: { params: Done; result: Done };
  /** All nodes and running scripts stand still while a debug session is stopped, by its name; they go on without one. */
  standStill: { params: { readonly session?: string }; result: Done };
  /** A copy of a recording, with or without the keys in it. */
  save: { params: OfNode & { readonly path: string; readonly keys: boolean }; result: Done };
}

/** What the page asks of the host. */
export interface NodePageCalls extends NodeCommands {
  ready: { params: Done; result: { readonly protocols: readonly SpokenProtocol[]; readonly nodes: readonly NodeState[] } };
  /** False when the person decided against it. */
  start: { params: NodeWish; result: { readonly started: boolean } };
  show: { params: OfNode; result: Done };
  /** Compares the recording with that of the run before. */
  comparePrevious: { params: OfNode; result: Done };
  /** Shows all nodes of the window on one ladder. */
  showLadder: { params: Done; result: Done };
  /** Selects a frame of the recording in the inspector. */
  showFrame: { params: OfNode & { readonly frame: number }; result: Done };
  suggestFault: { params: FaultOwner & { readonly text: string }; result: NodeCalls['suggest']['result'] };
  faultWords: { params: FaultOwner & { readonly text: string }; result: NodeCalls['faultWords']['result'] };
  /** Dials again, or begins a new run. */
  again: { params: OfNode; result: Done };
  /** Opens a held message, or a new one, in an editor. */
  editHeld: { params: OfNode & { readonly held: number }; result: Done };
  write: { params: OfNode & { readonly link: number; readonly message: string }; result: Done };
  /** A held message as its open document has it, or as it waits. False where its text cannot be sent. */
  actOnHeld: { params: OfNode & { readonly held: number; readonly action: HeldAction }; result: { readonly isDone: boolean } };
  /** The message as the node would send it now. */
  sendNew: { params: OfNode & { readonly link: number; readonly message: string }; result: Done };
  save: { params: OfNode; result: Done };
  /** A message that waits or is being written, as its open document has it. */
  pending: { params: PendingOf; result: PendingView };
  /** The nodes go on although the debugger is stopped. */
  continueAnyway: { params: Done; result: Done };
}

/** A section of a packet script whose nodes stay open. */
export interface OpenScript {
  readonly title: string;
  /** Their names in the script. */
  readonly nodes: readonly string[];
  readonly recording: string;
}

export interface NodeEvents {
  [event: string]: unknown;
  /** `cut`: why the recording of all of them has ended, in a sentence. */
  nodes: { readonly nodes: readonly NodeState[]; readonly cut?: string };
}

export interface NodePageEvents extends NodeEvents {
  /** Somebody writes in the document of a message. */
  written: PendingOf;
  /** The document of a message has come to the front. */
  chosen: PendingOf;
}

/** What the thread of the nodes tells the host. */
export interface NodeThreadEvents extends NodeEvents {
  /** The recording of a section that runs has its first frame. */
  recording: { readonly run: number };
  /** Sections whose nodes stay open by now. */
  openScripts: { readonly open: readonly OpenScript[] };
}
