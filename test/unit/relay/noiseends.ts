/** Two programs that are not ours, with a relay between them: what they say goes through a Noise handshake and a multiplexer. */
import * as library from '../../../dissector/index.ts';
import { Choices, KeyRing, type Link, type Protocol } from '../../../dissector/protocol/index.ts';
import { Relay } from '../../../dissector/relay/index.ts';
import { type NodeEvent, nodeLimits } from '../../../dissector/testnode/index.ts';

const { bytes, defineConversation, Layer, noise, noiseLayer, prefixed, struct, toHex, uint, x25519PrivateKind } = library;

const hello = new Layer({
  id: 'hello',
  title: 'Hello',
  layout: struct('hello', 'The first bytes.', [bytes('magic', 4, 'Magic.')]),
});
const sealed = noiseLayer(
  struct('noise', 'A Noise message behind its length.', [
    uint(2, 'length', 'Bytes of the Noise message.'),
    bytes('message', { ref: 'length' }, 'The Noise message.'),
  ]),
  'message',
);
const frame = new Layer({
  id: 'frame',
  title: 'Frame',
  layout: struct('frame', 'A frame of the multiplexer.', [
    uint(1, 'stream', 'Its stream.'),
    uint(2, 'length', 'Bytes of data.'),
    bytes('data', { ref: 'length' }, 'Bytes of the stream.'),
  ]),
});
const line = new Layer({
  id: 'line',
  title: 'Line',
  layout: struct('line', 'A line.', [uint(1, 'size', 'Bytes of the text.'), bytes('text', { ref: 'size' }, 'The text.', 'utf8')]),
});
const NOISE = 'Noise_NN_25519_ChaChaPoly_SHA256';

/** The number of the stream that another module reads. */
export const HANDED_OVER = 9;

const note = new Layer({
  id: 'note',
  title: 'Note',
  layout: struct('note', 'A note.', [uint(1, 'mark', 'Mark.'), ...prefixed('words', 'u8', 'Words.', 'utf8')]),
});

/** What is in the stream that lines hand over. */
export const notes: Protocol = defineConversation({
  ...{ id: 'notes', title: 'Notes', document: 'this test', layers: [note] },
  carriedIn: [{ table: 'lines.stream', value: HANDED_OVER }],
  *conversation(talk) {
    for (;;) yield* talk.read(note);
  },
});

/** The bytes of a frame with a note. */
export function noteFrame(words: string): Uint8Array {
  return frame.encode({ stream: HANDED_OVER, data: note.encode({ mark: 0, words }) });
}

/** Lines in streams of a multiplexer, in Noise messages. */
export const lines: Protocol = defineConversation({
  ...{ id: 'lines', title: 'Lines', document: 'this test', layers: [hello, sealed, frame, line] },
  begins: new TextEncoder().encode('LINE'),
  keys: [x25519PrivateKind('LINES_EPHEMERAL', 'An ephemeral private key.')],
  *conversation(talk) {
    yield* talk.read(hello, 0);
    const { inner } = yield* talk.noise(sealed, NOISE, { keys: { e: 'LINES_EPHEMERAL' } });
    inner.mux(frame, { stream: ({ stream }) => stream, data: 'data' }, function* (stream, { stream: number }) {
      if (number === HANDED_OVER) yield* stream.handOver('lines.stream', HANDED_OVER);
      else for (;;) yield* stream.read(line);
    });
  },
});

/** The bytes of a frame: a line of a stream, as both programs write it. */
export function lineFrame(text: string, stream = 1): Uint8Array {
  return frame.encode({ stream, data: line.encode({ text }) });
}

type Ciphers = ReturnType<library.noise.HandshakeState['split']>;
type Handshake = ReturnType<typeof noise.beginHandshake>;

function begun(role: 'initiator' | 'responder', e: Uint8Array): Exclude<Handshake, string> {
  const handshake = noise.beginHandshake(noise.readProtocolName(NOISE) as library.noise.NoiseProtocol, role, { e });
  if (typeof handshake === 'string') throw new Error(handshake);
  return handshake;
}

function framed(message: Uint8Array): Uint8Array {
  return sealed.encode({ message });
}

/** What one of the programs has heard. */
class Ear {
  #pending: number[] = [];
  #inner: number[] = [];
  messages = 0;

  /** Throws where a Noise message does not open. */
  hear(came: Uint8Array, open: (message: Uint8Array) => Uint8Array | undefined): void {
    this.#pending.push(...came);
    for (let length = this.#length; length <= this.#pending.length - 2; length = this.#length) {
      const [, , ...message] = this.#pending.splice(0, 2 + length);
      const plaintext = open(Uint8Array.from(message));
      if (plaintext === undefined) throw new Error(`Noise message ${this.messages} does not open`);
      this.messages++;
      this.#inner.push(...plaintext);
    }
  }

  get #length(): number {
    return this.#pending.length < 2 ? Number.POSITIVE_INFINITY : this.#pending[0]! * 256 + this.#pending[1]!;
  }

  /** The lines that came, each as `stream text`. Throws where they are no frames. */
  get lines(): string[] {
    const all: string[] = [];
    for (let at = 0; at < this.#inner.length; ) {
      const { field, end, problem } = frame.decode(
        Uint8Array.from(this.#inner),
        0,
        at,
        this.#inner.length,
        library.defaultLimits,
      );
      if (problem !== undefined) throw new Error(problem.text);
      const [stream, , data] = field.children!.map(({ value }) => value);
      all.push(`${stream} ${new TextDecoder().decode((data as Uint8Array).subarray(1))}`);
      at = end;
    }
    return all;
  }
}

/** `keys`: whether the relay has one of the ephemeral keys from the start. */
export function noiseEnds({ keys = true } = {}) {
  const own = new Uint8Array(32).fill(1);
  const key = `LINES_EPHEMERAL ${toHex(own)}`;
  const ring = new KeyRing(lines.keys);
  if (keys) ring.add('test', key);
  const [initiator, responder] = [begun('initiator', own), begun('responder', new Uint8Array(32).fill(2))];
  const heard = [new Ear(), new Ear()] as const;
  const events: NodeEvent[] = [];
  /** Ways whose streams were ended at the receiver. */
  const finished: number[] = [];
  const open = [
    (message: Uint8Array) => transports![1].receive!.decryptWithAd(new Uint8Array(0), message),
    (message: Uint8Array) => transports![0].receive!.decryptWithAd(new Uint8Array(0), message),
  ] as const;
  let transports: readonly [Ciphers, Ciphers] | undefined;
  let now = 0;
  const relay = new Relay(
    { protocol: lines, protocols: [lines, notes], transport: 'tcp', choices: new Choices(), keys: ring, limits: nodeLimits },
    {
      ...{ now: () => 1_700_000_000_000_000_000n, clock: () => now, random: () => new Uint8Array(0), wake: () => {} },
      ...{
        finish: ({ dialled }: Link) => void finished.push(dialled ? 0 : 1),
        close: () => {},
        read: () => {},
        happened: (event: NodeEvent) => void events.push(event),
      },
      write: (link: Link, came: Uint8Array) => {
        const way = link.dialled ? 0 : 1;
        if (transports !== undefined) heard[way].hear(came, open[way]);
      },
    },
  );
  const client = relay.opened({ ip: '127.0.0.1', port: 1 }, { ip: '127.0.0.1', port: 2 })!;
  const server = relay.forwarded(client.id, { ip: '127.0.0.1', port: 4 }, { ip: '127.0.0.1', port: 3 })!;
  const ids = [client.id, server.id] as const;
  const first = initiator.writeMessage();
  relay.received(client.id, Uint8Array.from([...new TextEncoder().encode('LINE'), ...framed(first)]));
  responder.readMessage(first);
  const second = responder.writeMessage();
  relay.received(server.id, framed(second));
  initiator.readMessage(second);
  transports = [initiator.split(), responder.split()];
  const sending = [transports[0].send!, transports[1].send!] as const;
  const sealedOf = (way: 0 | 1, inner: Uint8Array) => framed(sending[way].encryptWithAd(new Uint8Array(0), inner));
  return {
    ...{ relay, heard, events, finished, key, ring },
    /** Says frames, all in one Noise message. */
    say: (way: 0 | 1, ...inner: readonly Uint8Array[]) =>
      relay.received(ids[way], sealedOf(way, Uint8Array.from(inner.flatMap((each) => [...each])))),
    /** The same, as the pieces of a stream that they come in. */
    inPieces: (way: 0 | 1, size: number, inner: Uint8Array) => {
      const all = sealedOf(way, inner);
      for (let at = 0; at < all.length; at += size) relay.received(ids[way], all.slice(at, at + size));
    },
    raw: (way: 0 | 1, bytes: Uint8Array) => relay.received(ids[way], bytes),
    /** One of them ends its stream. */
    end: (way: 0 | 1) => relay.ended(ids[way]),
    pass: (milliseconds: number) => {
      now += milliseconds;
      relay.tick();
    },
    get told() {
      return events.flatMap((event) => (event.kind === 'told' ? [event.text] : []));
    },
  };
}
