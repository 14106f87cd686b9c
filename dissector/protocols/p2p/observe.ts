import type { Piece } from '../../bytes/index.ts';
import type {
  Conversation,
  ConversationObserver,
  Direction,
  Observer,
  ObserverContext,
  Rule,
  State,
  StreamBuffer,
  StreamEnd,
} from '../../protocol/index.ts';
import type { DecryptionCandidate, Place } from './choices.ts';
import { other } from './conformance.ts';
import type { Facts } from './facts.ts';
import { type RuleBreach, Side, Stretch } from './framing.ts';
import { KeyExchanges } from './keyexchange.ts';
import { incompleteName, packetOf, undecodableName } from './messages.ts';
import { MessageWriter, type ObservedMessage } from './messagewriter.ts';
import { afterGap, noHandshake, notOpened } from './reasons.ts';
import { isHello, isHelloAck, parsesInClear } from './recognise.ts';
import { rules } from './rules.ts';
import { Session } from './session.ts';
import { prove } from './trialdecryption.ts';

export function observe(context: ObserverContext<Facts, Session>): Observer {
  const groups = new KeyExchanges(context);
  return { conversation: (conversation) => new Connection(context, conversation, groups), end: () => {} };
}

/** Six candidates for each of a few keys. */
const fewOpenings = 24;

/** The first pass over one TCP connection: packets in clear, then the streams that a key opens. */
class Connection implements ConversationObserver {
  readonly #context: ObserverContext<Facts, Session>;
  readonly #groups: KeyExchanges;
  readonly #session = new Session();
  readonly #lines: MessageWriter;
  readonly #sides = [new Side(), new Side()] as const;
  /** Inbound answered with HELLO_ACK; `unseen` when nothing of it was captured. */
  #acked: boolean | 'unseen' | undefined;
  #openings: readonly DecryptionCandidate[] | undefined;
  /** Bytes of outbound that were there when inbound's first encrypted byte came. */
  #mark: number | undefined;
  /** What the last proof was tried on. */
  #tried = { bytes: -1, isOver: false };

  constructor(context: ObserverContext<Facts, Session>, conversation: Conversation, groups: KeyExchanges) {
    this.#context = context;
    this.#groups = groups;
    if (conversation.opened) this.#session.outbound = 0;
    this.#lines = new MessageWriter(context, conversation, this.#session, groups);
  }

  stream(direction: Direction, buffer: StreamBuffer, _frame: number, ended: boolean, why?: StreamEnd): void {
    const side = this.#sides[direction];
    side.receive(buffer, this.#context.limits);
    if (ended) {
      side.closed ??= why ?? 'capture';
      side.ended = true;
    }
    this.#work();
  }

  gap(direction: Direction, buffer: StreamBuffer, length: number): void {
    const side = this.#sides[direction];
    side.receive(buffer, this.#context.limits);
    this.#lines.conduct.blind(direction);
    side.closed ??= 'gap';
    if (side.after !== undefined) this.#emitAfter(direction);
    side.gap = length;
    side.after = new Stretch();
    this.#work();
  }

  #work(): void {
    for (let moved = true; moved; ) {
      moved = false;
      for (const direction of [0, 1] as const) moved = this.#advance(direction) || moved;
    }
    for (const direction of [0, 1] as const) {
      const { after, ended } = this.#sides[direction];
      if (after !== undefined && (ended || after.length > this.#context.limits.stretch)) this.#emitAfter(direction);
    }
    this.#lines.flush();
    if (!this.#sides.every(({ ended }) => ended)) return;
    for (const direction of [0, 1] as const) {
      const { closed } = this.#sides[direction];
      this.#lines.end(direction, closed === 'gap' ? undefined : closed);
    }
    this.#lines.conduct.end();
  }

  /** Takes one packet, or changes the phase; false when more bytes are needed. */
  #advance(direction: Direction): boolean {
    switch (this.#sides[direction].phase) {
      case 'clear':
        return this.#findRoles() && this.#clear(direction);
      case 'wait':
        return this.#awaited(direction);
      case 'sealed':
        return this.#sides[direction].refuses() || this.#settle();
      case 'open':
        return this.#open(direction);
      case 'lost':
        return this.#lose(direction);
      case 'done':
        return false;
    }
  }

  /** Who is outbound, where the SYN was not seen: by HELLO or HELLO_ACK. False while that is open. */
  #findRoles(): boolean {
    if (this.#session.outbound !== undefined) return true;
    for (const direction of [0, 1] as const) {
      const own = this.#sides[direction].input.bytes;
      const isOutbound = isHello(own);
      if (!isOutbound && !isHelloAck(own)) continue;
      const outbound = isOutbound ? direction : other(direction);
      this.#session.outbound = outbound;
      const side = this.#sides[outbound];
      if (!isOutbound) {
        side.phase = 'wait';
        this.#lines.conduct.greetedBefore(outbound);
      }
      return true;
    }
    const isOpen = this.#sides.some(({ input, closed }) => closed === undefined && input.length < 6);
    if (isOpen) return false;
    for (const side of this.#sides) {
      side.phase = 'lost';
      side.lost = { note: noHandshake };
    }
    this.#lines.conduct.begunBefore();
    return false;
  }

  #clear(direction: Direction): boolean {
    const side = this.#sides[direction];
    const { bytes } = side.input;
    const isInbound = direction !== this.#session.outbound;
    if (bytes.length === 0) {
      if (side.closed === undefined) return false;
      if (isInbound) this.#acked ??= side.closed === 'capture' ? 'unseen' : side.closed === 'gap';
      side.phase = 'done';
      return true;
    }
    const name = this.#take(direction, bytes, undefined);
    if (name === undefined) return false;
    if (name === 'HELLO' && !isInbound) side.phase = 'wait';
    if (name === 'HELLO_ACK' && isInbound) side.phase = 'sealed';
    if (isInbound) this.#acked ??= name === 'HELLO_ACK';
    return true;
  }

  /** Outbound's bytes after HELLO: encrypted once inbound has answered with HELLO_ACK, else still in clear. */
  #awaited(direction: Direction): boolean {
    const side = this.#sides[direction];
    if (this.#acked === undefined) return false;
    const isClear = this.#acked === false || (this.#acked === 'unseen' && parsesInClear(side.input.bytes));
    side.phase = isClear ? 'clear' : 'sealed';
    return true;
  }

  /** Looks for what opens both directions. */
  #settle(): boolean {
    const { outbound } = this.#session;
    const [out, into] = [this.#sides[outbound!], this.#sides[other(outbound!)]];
    if (out.phase === 'wait' || out.mayRefuse || into.mayRefuse) return false;
    this.#openings ??= this.#groups.openings(this.#session);
    const sealed = (side: Side) =>
      side.phase === 'sealed'
        ? { bytes: side.input.bytes, closed: side.closed !== undefined }
        : { bytes: new Uint8Array(0), closed: true };
    const [a, b] = [sealed(out), sealed(into)];
    if (b.bytes.length > 0) this.#mark ??= a.bytes.length;
    const isOver = a.closed && b.closed;
    const tried = { bytes: Math.min(a.bytes.length, 1024) + Math.min(b.bytes.length, 1024), isOver };
    if (!this.#isWorth(tried)) return false;
    this.#tried = tried;
    const verdict =
      this.#openings.length === 0
        ? undefined
        : prove(this.#openings, this.#mark === undefined ? a : { ...a, mark: this.#mark }, b);
    if (verdict === undefined && this.#openings.length > 0 && !isOver) return false;
    this.#session.proof = verdict?.proof ?? '';
    for (const [i, side] of [out, into].entries()) {
      if (side.phase !== 'sealed') continue;
      const direction = i === 0 ? outbound! : other(outbound!);
      if (verdict?.opens[i] === true) {
        this.#session.openings[direction] = verdict.opening;
        side.phase = 'open';
      } else {
        side.phase = 'lost';
        side.lost = { note: this.#groups.whyLost(this.#session, this.#openings.length > 0) };
      }
    }
    return true;
  }

  /** Many openings are not tried again with every byte: only once a quarter more has come. */
  #isWorth({ bytes, isOver }: { bytes: number; isOver: boolean }): boolean {
    const before = this.#tried;
    if (isOver !== before.isOver) return true;
    return bytes > before.bytes * ((this.#openings?.length ?? 0) > fewOpenings ? 1.25 : 1);
  }

  #open(direction: Direction): boolean {
    const side = this.#sides[direction];
    const plaintext = side.plaintext(this.#session.openings[direction]!);
    if (plaintext.length > 0) return this.#take(direction, plaintext, true) !== undefined;
    if (side.closed === undefined) return false;
    side.phase = 'done';
    return true;
  }

  /** Takes the packet at the start of `bytes`; its name, or undefined when more bytes are needed. */
  #take(direction: Direction, bytes: Uint8Array, sealed: true | undefined): string | undefined {
    const side = this.#sides[direction];
    const packet = packetOf(bytes[0]!);
    if (packet === undefined) {
      const text = `type 0x${bytes[0]!.toString(16).padStart(2, '0')} is no packet of the specification: where the next begins is not known`;
      return this.#loseBorders(direction, rules.unknownType, text);
    }
    const { field, end, problem } = packet.decode(bytes, 0, 0, bytes.length, this.#context.limits);
    const { pendingStream } = this.#context.limits;
    if (problem !== undefined && (problem.needed ?? 0) > pendingStream)
      return this.#loseBorders(direction, rules.limit, `${problem.text}: over the limit pendingStream of ${pendingStream}`);
    if (problem !== undefined && side.closed === undefined) return undefined;
    const length = problem === undefined ? end : bytes.length;
    const { pieces, place } = sealed ? side.takeSealed(length) : { pieces: side.input.take(length), place: undefined };
    const line = this.#line(direction, packet.name, pieces, problem === undefined ? 'decoded' : 'incomplete', place);
    if (problem === undefined) this.#lines.add({ ...line, field, whole: true });
    else {
      side.phase = 'done';
      this.#lines.add({ ...line, field, cut: side.closed, breaches: [...this.#gapBreach(side, problem.text)] });
    }
    return packet.name;
  }

  #loseBorders(direction: Direction, rule: Rule, text: string): string {
    const side = this.#sides[direction];
    this.#lines.flush();
    const breaches = [{ rule, text }];
    if (this.#lines.conduct.losesBorders())
      breaches.push({ rule: rules.handshakeFailed, text: 'the handshake does not get beyond bytes that are no packet' });
    this.#lines.conduct.blind(direction);
    side.lost = { breaches };
    side.stretch = new Stretch(side.phase === 'open' ? side.takeSealed(0).place : undefined);
    side.phase = 'lost';
    return undecodableName;
  }

  /** Everything up to the end or the gap is one line. */
  #lose(direction: Direction): boolean {
    const side = this.#sides[direction];
    side.stretch ??= new Stretch();
    side.stretch.add(side.input.take(side.input.length));
    if (side.closed === undefined && side.stretch.length <= this.#context.limits.stretch) return false;
    const { stretch, lost } = side;
    side.stretch = undefined;
    if (side.closed !== undefined) side.phase = 'done';
    if (stretch.length === 0) return side.phase === 'done';
    const isBroken = lost !== undefined && 'breaches' in lost;
    const line = this.#line(direction, undecodableName, stretch.pieces, isBroken ? 'malformed' : 'encrypted', stretch.place);
    const breaches = [...(isBroken ? lost.breaches : []), ...this.#gapBreach(side, 'the stream goes on')];
    const note = lost !== undefined && 'note' in lost ? lost.note : undefined;
    const inClear = isBroken && stretch.place === undefined;
    this.#lines.add({
      ...line,
      encrypted: !inClear,
      breaches,
      ...(note === undefined ? {} : { note }),
      ...(note === notOpened && this.#session.proof !== '' ? { fails: true } : {}),
    });
    return true;
  }

  #emitAfter(direction: Direction): void {
    const side = this.#sides[direction];
    const stretch = side.after!;
    side.after = new Stretch();
    if (stretch.length === 0) return;
    const line = this.#line(direction, undecodableName, stretch.pieces, 'encrypted', undefined);
    const isClear = side.phase === 'clear';
    this.#lines.add({ ...line, encrypted: !isClear, note: afterGap, breaches: this.#gapBreach(side, 'before this') });
  }

  /** The first line that a gap touches tells of it. */
  #gapBreach(side: Side, text: string): RuleBreach[] {
    if (side.closed === 'limit') return [{ rule: rules.limit, text: `${text}: the limit pendingStream is passed` }];
    if (side.closed !== 'gap' || side.gapTold) return [];
    side.gapTold = true;
    return [{ rule: rules.gap, text: `${side.gap} bytes of the stream are missing: ${text}` }];
  }

  #line(direction: Direction, name: string, pieces: readonly Piece[], state: State, place: Place | undefined): ObservedMessage {
    const known = name === undecodableName && pieces.length === 0 ? incompleteName : name;
    const encrypted = place !== undefined;
    return { direction, name: known, pieces, state, encrypted, place, field: undefined, whole: false, breaches: [] };
  }
}
