import type { Check } from '../../bytes/index.ts';
import type {
  Conversation,
  ConversationObserver,
  Direction,
  Observer,
  ObserverContext,
  State,
  StreamBuffer,
  StreamEnd,
} from '../../protocol/index.ts';
import { checksumFits, helloIn } from './cleartext.ts';
import { Conformance } from './conformance.ts';
import { type Facts, factsOf } from './facts.ts';
import type { StreamFrame } from './frame.ts';
import { FrameReader } from './framing.ts';
import { type Hello, readHello, verifyAck, verifyInit } from './handshake.ts';
import { keys } from './keys.ts';
import { clearHead, type Name, names } from './messages.ts';
import { shapeOf } from './plaintext.ts';
import { rules } from './rules.ts';
import { Session } from './session.ts';
import { type Sealed, TrialDecryption } from './trialdecryption.ts';

export function observe(context: ObserverContext<Facts, Session>): Observer {
  return { conversation: (conversation) => new Connection(context, conversation), end: () => {} };
}

/** The first pass over one TCP connection: Init and Ack in clear, then frames that wait for a proof. */
class Connection implements ConversationObserver {
  readonly #context: ObserverContext<Facts, Session>;
  readonly #conversation: Conversation;
  readonly #session: Session;
  readonly #proof: TrialDecryption;
  readonly #conduct: Conformance;
  readonly #splitters: readonly [FrameReader, FrameReader];
  readonly #ended: [boolean, boolean] = [false, false];
  /** Last message of each direction. */
  readonly #last: [number | undefined, number | undefined] = [undefined, undefined];
  /** An Ack whose Init is still to come. */
  #ack: { readonly id: number; readonly direction: Direction } | undefined;
  #number: number | undefined;
  #frame = 0;

  constructor(context: ObserverContext<Facts, Session>, conversation: Conversation) {
    this.#context = context;
    this.#conversation = conversation;
    this.#session = new Session(context.choices);
    if (conversation.opened) this.#session.opener = 0;
    const hasKeys = () => keys.some((kind) => context.keys.all(kind).length > 0);
    this.#proof = new TrialDecryption(this.#session, context, hasKeys);
    this.#conduct = new Conformance(context, this.#session);
    this.#splitters = [this.#splitter(0), this.#splitter(1)];
  }

  stream(direction: Direction, buffer: StreamBuffer, frame: number, ended: boolean, why?: StreamEnd): void {
    this.#frame = frame;
    const splitter = this.#splitters[direction];
    if (splitter.isUncertain) this.#conduct.uncertain(direction, frame);
    splitter.stream(buffer, ended, why);
    if (ended) this.#end(direction, splitter.missingAtEnd);
    // At the end of a capture, what waited behind a gap of the other side comes first.
    if (why !== 'capture' || (this.#ended[0] && this.#ended[1])) this.#conduct.passes(frame);
  }

  gap(direction: Direction, buffer: StreamBuffer, length: number): void {
    this.#splitters[direction].gap(buffer, length);
    this.#conduct.uncertain(direction, this.#frame);
  }

  #end(direction: Direction, missing: number): void {
    const last = this.#last[direction];
    if (missing > 0 && last !== undefined)
      this.#context.messages.addFinding(last, rules.gap, `${missing} bytes of the stream are missing after this`);
    this.#ended[direction] = true;
    if (this.#ended[0] && this.#ended[1] && this.#proof.end()) this.#release();
  }

  #splitter(direction: Direction): FrameReader {
    const knows = {
      opened: this.#conversation.opened,
      canAnchor: () => this.#proof.canAnchor,
      anchors: (encrypted: Uint8Array) => this.#proof.anchors(encrypted),
    };
    return new FrameReader(knows, this.#context.limits, (cut) => this.#cut(direction, cut));
  }

  #cut(direction: Direction, cut: StreamFrame): void {
    switch (cut.kind) {
      case 'clear':
        this.#clear(direction, cut);
        break;
      case 'sealed': {
        const id = this.#row(direction, cut, 'undecodable', 'encrypted', true);
        this.#conduct.sealed(id, direction);
        const sealed = { id, direction, encrypted: cut.bytes };
        if (this.#session.opening !== undefined) this.#open(sealed);
        else if (this.#proof.add(sealed)) this.#release();
        break;
      }
      case 'partial': {
        const name = cut.clear ? (this.#byRole(direction) ?? 'incomplete') : 'incomplete';
        const id = this.#row(direction, cut, name, 'incomplete', !cut.clear);
        if (cut.clear) factsOf(this.#context, id).clear = true;
        if (cut.torn) factsOf(this.#context, id).torn = true;
        this.#conduct.speaks(id, direction);
        break;
      }
      case 'stretch': {
        const id = this.#row(direction, cut, 'undecodable', cut.note === undefined ? 'malformed' : 'encrypted', true);
        const facts = factsOf(this.#context, id);
        facts.stretch = true;
        if (cut.note !== undefined) facts.note = cut.note;
      }
    }
  }

  #row(direction: Direction, { pieces, breaches }: StreamFrame, name: Name, state: State, encrypted: boolean): number {
    const { messages, limits } = this.#context;
    const conversation = this.#conversation.id;
    const frame = pieces.at(-1)?.frame ?? this.#frame;
    const id = messages.add({ conversation, direction, frame, name: names.indexOf(name), state, encrypted, pieces });
    if (this.#number === undefined && messages.sessions.length < limits.sessions)
      this.#number = messages.sessions.push(this.#session) - 1;
    if (this.#number !== undefined) messages.setSession(id, this.#number);
    for (const { rule, text } of breaches) messages.addFinding(id, rule, text);
    this.#last[direction] = id;
    this.#conduct.sends(id, direction);
    return id;
  }

  #byRole(direction: Direction): 'Init' | 'Ack' | undefined {
    const { opener } = this.#session;
    return opener === undefined ? undefined : direction === opener ? 'Init' : 'Ack';
  }

  #clear(direction: Direction, cut: StreamFrame): void {
    const payload = cut.bytes.subarray(clearHead);
    const content = helloIn(payload);
    // Who sends the Init is the opener, whoever opened the connection.
    if (content === 'Init' && this.#session.init === undefined) this.#session.opener = direction;
    if (content === 'Ack') this.#session.opener ??= direction === 0 ? 1 : 0;
    const name = content ?? this.#byRole(direction) ?? 'protobuf';
    const id = this.#row(direction, cut, name, 'decoded', false);
    factsOf(this.#context, id).clear = true;
    if (!checksumFits(cut.bytes))
      this.#context.messages.addFinding(id, rules.checksum, 'the checksum is not the beginning of SHA-256 of the payload');
    if (name !== 'protobuf')
      this.#hello(id, direction, readHello(name, payload, this.#context.messages.frame(id), this.#context.limits));
    else this.#shape(id, payload);
  }

  #hello(id: number, direction: Direction, hello: Hello): void {
    const { message, problem, missing, ephemeral } = hello;
    const isFirst = this.#session[message === 'Init' ? 'init' : 'ack'] === undefined;
    if (problem !== undefined) this.#malformed(id, problem.text, problem.kind === 'limit');
    const others = missing.filter((name) => name !== 'signature');
    if (problem === undefined && others.length > 0) this.#malformed(id, `${message} holds no ${others.join(', ')}`);
    else if (problem === undefined && ephemeral === undefined) this.#malformed(id, 'ephemeral_pubkey is no point of secp256k1');
    if (isFirst && message === 'Init') this.#session.init = hello;
    if (isFirst && message === 'Ack') this.#session.ack = hello;
    this.#conduct.hello(id, message, direction);
    if (message === 'Init') this.#check(id, direction, verifyInit(hello, this.#context.verifications));
    else this.#ackOf(id, direction, hello);
    if (isFirst && message === 'Init' && this.#ack !== undefined)
      this.#ackOf(this.#ack.id, this.#ack.direction, this.#session.ack!);
    if (isFirst && this.#proof.begin(this.#session.openings(this.#context.keys))) this.#release();
  }

  #ackOf(id: number, direction: Direction, ack: Hello): void {
    const { init } = this.#session;
    this.#check(id, direction, verifyAck(ack, init, this.#context.verifications));
    if (init === undefined) {
      this.#ack ??= { id, direction };
      return;
    }
    factsOf(this.#context, id).answers = init.frame;
    if (ack.initId !== undefined && init.id !== undefined && ack.initId !== init.id)
      this.#context.messages.addFinding(id, rules.initId, `init_id is not the id of the Init in frame ${init.frame}`, [
        init.frame,
      ]);
  }

  #check(id: number, direction: Direction, check: Check): void {
    factsOf(this.#context, id).signature = check;
    if (check.state !== 'invalid') return;
    this.#context.messages.addFinding(id, rules.signature, check.why);
    this.#conduct.mustClose(id, direction);
  }

  #release(): void {
    for (const sealed of this.#proof.release()) this.#open(sealed);
  }

  /** A frame under a proven key, in the order in which it was sent. */
  #open({ id, direction, encrypted }: Sealed): void {
    const { messages } = this.#context;
    const { key, cipher } = this.#session.opening!;
    this.#conduct.passes(messages.frame(id));
    this.#conduct.speaks(id, direction);
    const plaintext = cipher.mode.open(key, encrypted);
    if (plaintext !== undefined) {
      messages.setState(id, 'decoded');
      this.#shape(id, plaintext, direction);
      return;
    }
    const what = cipher.mode.proves ? 'the tag does not fit' : 'it does not decrypt';
    this.#malformed(id, `${what} under the key that is proven for the session`);
    this.#conduct.uncertain(direction, messages.frame(id));
  }

  /** Names a payload by its shape. Of a clear frame (no direction) nothing follows. */
  #shape(id: number, payload: Uint8Array, direction?: Direction): void {
    const shape = shapeOf(payload);
    const isPong = shape.kind === 'pair' && direction !== undefined && this.#conduct.knowsPing(shape.pingId);
    const isPing = shape.kind === 'Ping' && direction !== undefined;
    this.#context.messages.setName(id, names.indexOf(isPong ? 'Pong' : isPing ? 'Ping' : 'protobuf'));
    if (shape.kind === 'broken') this.#malformed(id, shape.problem.text, shape.problem.kind === 'limit');
    if (isPong) this.#conduct.pong(id, direction, shape.pingId);
    else if (isPing) this.#conduct.ping(id, direction, shape.id);
  }

  #malformed(id: number, text: string, isLimit = false): void {
    this.#context.messages.setState(id, 'malformed');
    this.#context.messages.addFinding(id, isLimit ? rules.limit : rules.malformed, text);
  }
}
