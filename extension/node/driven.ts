import type { FieldValues } from '../../dissector/codec/index.ts';
import type { Choices } from '../../dissector/protocol/index.ts';
import type { Held, NodeEvent, NodeLimits, TestNode } from '../../dissector/testnode/index.ts';
import type { HeldAction, NodeState, NodeWish } from '../wire/node.ts';
import type { FrameSpan } from './heldframes.ts';

/** Sees all that happens, in order. */
export type Witness = (event: NodeEvent) => void;

/** Who follows a node or a relay. */
export interface Watching {
  /** Its state is another one. */
  changed(): void;
  readonly witness: Witness;
}

/** How a recording is decoded. */
export interface Decoding {
  readonly choices: Choices;
  readonly limits: NodeLimits;
}

/** What sends messages of its own, and hears answers. */
export interface Speaker {
  /** Id of its protocol. */
  readonly protocol: string;
  readonly node: Pick<TestNode, 'made' | 'send' | 'sendRaw'>;
  readonly recording: string;
  /** How its recording is decoded. Throws an Error with a sentence before it runs. */
  readonly decoding: Decoding;
  flush(): void;
  /** Bytes of its recording so far. */
  recorded(): number;
  /** The address at the other end of a link, as captures write it; undefined once the link is gone. */
  remoteOf(link: number): string | undefined;
}

/** What the page drives: a node, or a relay. Methods throw an Error with a sentence for what cannot be done. */
export interface Driven {
  readonly id: number;
  readonly recording: string;
  /** While it runs. */
  readonly controls: Pick<TestNode, 'mode' | 'pause' | 'held' | 'drop' | 'delay' | 'disconnect'>;
  /** Id of its protocol. */
  readonly protocol: string;
  readonly transport: 'udp' | 'tcp';
  /** It stands between two others. */
  readonly isRelay: boolean;
  /** How its recording is decoded. Throws an Error with a sentence before it runs. */
  readonly decoding: Decoding;
  /** Paths of key logs that open what it passes on; its own keys are in its recording. */
  readonly keyLogs: readonly string[];
  /** A held message of these values, before it is sealed; undefined where that is not known. Throws an Error for those that do not fit. */
  encoded(held: Held, values: FieldValues): Uint8Array | undefined;
  /** The frames of the recording that brought a held message, where it is recorded already. */
  framesOf(held: number): FrameSpan | undefined;
  /** Itself, where it is a node: a relay speaks for nobody. */
  readonly speaker: Speaker;
  stop(): Promise<void>;
  flush(): void;
  /** Milliseconds for which it has stood still so far. */
  readonly stoodStill: number;
  /** Stands still while a debug session is stopped, by its name; goes on without one. */
  standStill(session: string | undefined): void;
  /** In the words of a packet script, or as nodes read it. Throws an Error with a sentence. */
  fault(text: string): void;
  /** By its id. */
  removeFault(id: number): void;
  /** Dials again while it runs; false where it has stopped. */
  dialAgain(): boolean;
  /** What it is asked to be when it begins again. */
  readonly wishAgain: NodeWish;
  /** `edited`: what a person made of the held message, where they changed it. Throws an Error when it cannot be made: then it stays held. */
  act(held: number, action: HeldAction, edited: Edited | undefined): void;
  state(): NodeState;
}

/** What a person wrote for a held message: its values, or its bytes. */
export type Edited = { readonly values: FieldValues } | { readonly bytes: Uint8Array };

/** What a node and a relay can do with a held message. */
type Holder = Pick<TestNode, 'release' | 'replace' | 'delay'>;

/** A message that waits goes, once or several times, now or later, or waits on. Throws an Error when it cannot be made: then it stays held. */
export function actOnHeld(holder: Holder, held: number, action: HeldAction, edited: Edited | undefined): void {
  if (action.kind === 'send') {
    holder.release(held, { ...edited, times: action.times });
    return;
  }
  if (edited !== undefined) holder.replace(held, edited);
  if (action.kind === 'delay') holder.delay(held, action.milliseconds);
}
