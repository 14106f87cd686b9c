/** The messages of one node's recording while it grows: each is decoded again as long as nobody has looked for it. */

import { Analysis } from '../../../dissector/analysis/index.ts';
import { lineOf } from '../../../dissector/analysis/jsonline.ts';
import type { Limits } from '../../../dissector/bytes/index.ts';
import { memoryFile, openCapture } from '../../../dissector/capture/index.ts';
import type { FieldValues } from '../../../dissector/codec/index.ts';
import { fromHex, type MessageLine } from '../../../dissector/index.ts';
import { type Choices, type Dissection, KeyRing, type Protocol, type State } from '../../../dissector/protocol/index.ts';

const STEP_FRAMES = 4096;

/** A message that a node has received. */
export interface ReceivedMessage {
  readonly message: string;
  /** Its values as they are sent, and what only a decoder tells. */
  readonly values: FieldValues;
  readonly state: State;
  /** It is whole, and nothing but a part of it may be still encrypted. */
  readonly isRead: boolean;
  /** The frame of the node's recording (1-based) that completed it. */
  readonly frame: number;
}

export class ReceivedMessages {
  readonly #protocol: Protocol;
  readonly #protocols: readonly Protocol[];
  readonly #choices: Choices;
  readonly #limits: Limits;
  readonly #file = memoryFile([]);
  /** The keys that decrypt them. */
  readonly ring: KeyRing;
  /** Bytes of the recording, and keys, as they were at the last look. */
  #before = { size: 0, keys: 0 };
  /** Messages by number, those that the node itself has sent among them; each with the messages inside of it. */
  readonly #lines: { readonly destination: string; readonly heard: readonly ReceivedMessage[] }[] = [];

  constructor(protocol: Protocol, protocols: readonly Protocol[], choices: Choices, limits: Limits) {
    this.#limits = limits;
    this.#protocol = protocol;
    this.#protocols = protocols;
    this.#choices = choices;
    this.ring = new KeyRing(
      protocols.flatMap(({ keys }) => keys),
      limits,
    );
  }

  /** The next bytes of the recording, which are kept. */
  recorded(bytes: Uint8Array): void {
    this.#file.append(bytes);
  }

  /** A key of the node. */
  key(line: string): void {
    this.ring.add('the node', line);
  }

  /** What came to an address, or all that was recorded, in order. Messages from `seen` of them on may be other ones than they were at the last look. */
  heardAt(address: string | undefined, seen: number): readonly ReceivedMessage[] {
    this.#look(address, seen);
    return this.#lines.flatMap(({ destination, heard }) => (isAt(destination, address) ? heard : []));
  }

  #look(address: string | undefined, seen: number): void {
    const before = this.#before;
    const size = this.#file.size();
    if (size === before.size && this.ring.size === before.keys) return;
    const analysis = this.analysis();
    if (analysis === undefined) return;
    this.#before = { size, keys: this.ring.size };
    this.#lines.length = this.#settled(address, seen);
    for (let n = this.#lines.length; n < analysis.messageCount; n++) {
      const told = analysis.message(n);
      const dissection = analysis.dissectAlone(told);
      const line = lineOf(analysis, told, dissection, true);
      const own = this.#heard(line);
      this.#lines.push({ destination: line.dst, heard: [own, ...this.#inside(own, dissection)] });
    }
  }

  /** How many lines stand before the first that nobody has looked for. */
  #settled(address: string | undefined, seen: number): number {
    let count = 0;
    const first = this.#lines.findIndex(({ destination, heard }) => {
      if (isAt(destination, address)) count += heard.length;
      return count > seen;
    });
    return first < 0 ? this.#lines.length : first;
  }

  /** From the start to the end, which a protocol may wait for, made anew; undefined while the recording has not begun. */
  analysis(): Analysis | undefined {
    const opened = openCapture(this.#file, this.#limits);
    if ('problem' in opened) return undefined;
    // All that the node sends and hears is of its protocol, whatever it looks like.
    const decodeAs = [{ text: 'the test node', protocol: this.#protocol.id, matches: () => true }];
    const analysis = new Analysis(opened.reader, this.#protocols, this.ring, {
      choices: this.#choices,
      limits: this.#limits,
      decodeAs,
    });
    while (analysis.step(STEP_FRAMES));
    analysis.finish();
    return analysis;
  }

  /** What a message carries is expected by its own name, as it is sent. */
  #inside({ frame }: ReceivedMessage, { within = [] }: Dissection): readonly ReceivedMessage[] {
    return within.flatMap(({ name, bytes }) => {
      const form = this.#protocol.messages?.find((each) => each.name === name);
      if (form === undefined) return [];
      const { values, problem } = form.decode(bytes, this.#limits);
      const state: State = problem === undefined ? 'decoded' : 'malformed';
      return [{ message: name, values, state, isRead: problem === undefined, frame }];
    });
  }

  #heard({ message, fields, bytes = '', state, decrypted, frames }: MessageLine): ReceivedMessage {
    const form = this.#protocol.messages?.find(({ name }) => name === message);
    // Of a message with a part that is still encrypted, all other fields are known.
    const isRead = state === 'decoded' || decrypted === 'partly';
    const values: FieldValues = isRead && form !== undefined ? form.decode(fromHex(bytes)!, this.#limits).values : {};
    return { message, state, isRead, frame: frames.at(-1)!, values: { ...(fields as FieldValues), ...values } };
  }
}

function isAt(destination: string, address: string | undefined): boolean {
  return address === undefined || destination === address;
}
