/** What a node or a relay of the editor leaves behind: its recording, and the sentences that its page shows. */
import { type NodeEvent, NodeRefusal, type Recorder } from '../../dissector/testnode/index.ts';
import { reasonOf } from '../capture/reason.ts';
import type { ToldState } from '../wire/node.ts';
import { printable } from '../wire/printable.ts';
import type { FrameSpan } from './heldframes.ts';
import { hasPrevious, keepPrevious } from './previous.ts';
import { GrowingFile } from './recording.ts';
import { Sentences } from './sentences.ts';
import { addressText } from './sockets/address.ts';

const MOST_TOLD = 200;

export class Journal {
  readonly recording: string;
  readonly #file: GrowingFile;
  readonly #sentences = new Sentences((text, grave, frame) => this.tell(text, grave, frame));
  /** The frames that each link was last recorded in, from the first to the last one. */
  readonly #frames = new Map<number, FrameSpan>();
  /** Milliseconds since 1970. */
  readonly began = Date.now();
  readonly #changed: () => void;
  readonly #what: string;
  /** The recording ended before what it records did. */
  #isCut = false;
  #told: ToldState[] = [];
  #tellings = 0;
  #hasPrevious = false;

  /** `what` it is of, in its sentences: node, relay. */
  constructor(recording: string, what: string, changed: () => void) {
    this.recording = recording;
    this.#what = what;
    this.#changed = changed;
    this.#file = new GrowingFile(recording);
  }

  get told(): readonly ToldState[] {
    return this.#told;
  }

  /** The next bytes of the recording. */
  write(bytes: Uint8Array): void {
    this.#file.write(bytes);
  }

  /** The recording of the run before is kept. */
  get hasPrevious(): boolean {
    return this.#hasPrevious;
  }

  /** Throws a NodeRefusal. */
  open(): void {
    try {
      keepPrevious(this.recording);
      this.#hasPrevious = hasPrevious(this.recording);
      this.#file.open();
    } catch (error) {
      throw new NodeRefusal(`The recording ${this.recording} cannot be written. ${reasonOf(error)}`);
    }
  }

  flush(): void {
    this.#file.flush();
  }

  /** Bytes that are in the recording. */
  get written(): number {
    return this.#file.written;
  }

  /** Time goes on: what has come together is written and told. */
  pass(): void {
    this.#sentences.pass();
    this.#file.flush();
    this.#lookAtFile();
  }

  /** `last`: writes what is still to be recorded. */
  end(last: () => void): void {
    this.#sentences.end();
    last();
    this.#file.close();
    this.#lookAtFile();
  }

  /** One of the sentences that others can bring forth any number of. */
  say(text: string, grave: boolean): void {
    this.#sentences.say(text, grave);
  }

  /** The frames that a link was last recorded in. */
  readonly newest = (link: number): FrameSpan | undefined => this.#frames.get(link);

  /** Records it. */
  record(event: NodeEvent, recorder: Recorder): void {
    const before = recorder.frames;
    recorder.record(event);
    if ('link' in event && event.link !== undefined && recorder.frames > before)
      this.#frames.set(event.link.id, { first: before + 1, last: recorder.frames });
  }

  /** Says in a sentence what has happened to a link, with the last frame of it. */
  happened(event: NodeEvent): void {
    const link = 'link' in event ? event.link : undefined;
    const frame = link === undefined ? undefined : this.#frames.get(link.id)?.last;
    const remote = link === undefined ? '' : addressText(link.remote);
    const say = (text: string, grave: boolean): void => this.#sentences.say(text, grave, frame);
    if (event.kind === 'told') say(link === undefined ? event.text : `${remote}: ${event.text}`, event.grave);
    else if (event.kind === 'opened') say(`${remote} connected`, false);
    else if (event.kind === 'closed') {
      say(`${remote} disconnected (${event.why})`, event.abrupt);
      this.#frames.delete(event.link.id);
    } else if (event.kind === 'sent' && event.note !== undefined) say(`To ${remote}: ${event.note}.`, false);
    this.#changed();
  }

  tell(text: string, grave: boolean, frame?: number): void {
    const about = frame === undefined ? {} : { frame };
    this.#told = [...this.#told, { n: ++this.#tellings, time: Date.now(), text: printable(text), grave, ...about }].slice(
      -MOST_TOLD,
    );
    this.#changed();
  }

  /** What is recorded goes on when the recording finds no room: whoever is in the middle of something with it is told, once. */
  #lookAtFile(): void {
    const { failure } = this.#file;
    if (failure === undefined || this.#isCut) return;
    this.#isCut = true;
    this.#file.close();
    this.tell(
      `The recording ${this.recording} ends here. ${reasonOf(failure)} What it holds so far can be read; the ${this.#what} goes on without it.`,
      true,
    );
  }
}
