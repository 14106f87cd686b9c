import type { FieldValues } from '../../dissector/codec/index.ts';
import type { Choices } from '../../dissector/protocol/index.ts';
import type { NodeLimits, TestNode } from '../../dissector/testnode/index.ts';
import type { NodeState } from '../wire/node.ts';

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
  /** Values as JSON. */
  send(link: number, message: string, text: string): void;
}

/** What the page drives: a node, or a relay. Methods throw an Error with a sentence for what cannot be done. */
export interface Driven {
  readonly id: number;
  readonly recording: string;
  /** While it runs. */
  readonly controls: Pick<TestNode, 'mode' | 'pause' | 'drop' | 'delay' | 'disconnect'>;
  /** Itself, where it is a node: a relay speaks for nobody. */
  readonly speaker: Speaker;
  stop(): Promise<void>;
  flush(): void;
  /** Stands still while a debug session is stopped, by its name; goes on without one. */
  standStill(session: string | undefined): void;
  fault(spec: string): void;
  /** Lets a held message go, so many times; `text`: what a person made of it, where they changed it. */
  release(held: number, times: number, text: string | undefined): void;
  state(): NodeState;
}

/** What a person wrote for a held message: values, or bytes where it was shown in hex. Throws an Error with a sentence. */
export function editedFrom(
  text: string,
  hasValues: boolean,
  read: (text: string) => FieldValues,
): { readonly values: FieldValues } | { readonly bytes: Uint8Array } {
  if (hasValues) return { values: read(text) };
  const hex = text.replace(/\s/g, '');
  if (!/^([0-9a-fA-F]{2})*$/.test(hex)) throw new Error('Bytes are edited in hex, two digits a byte.');
  return { bytes: Uint8Array.from(Buffer.from(hex, 'hex')) };
}
