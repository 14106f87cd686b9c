import { expectedStates, type PacketNode, patience, type Script, type Statement, scriptLimits, type Word, ways } from './tree.ts';
import { ValueParser } from './valueparser.ts';

/**
 * Reads a script:
 *
 *     p2pke InitHello {
 *       counter: 0
 *       payload: { cipher_suites: ["25519_ChaChaPoly_BLAKE2b"], timestamp_tai64n: 40 00 00 00 6b 01 5e 97 1a cb 0e 4c }
 *     }
 *
 * and the statements of `Statement`. Numbers are decimal, `0x…` or `0b…`; text stands in quotes; two or more pairs of hex digits are bytes, as are `hex(ff)`,
 * `base64("…")` and `text("…")`; `#` begins a comment. Never throws.
 */
export function parseScript(text: string): Script {
  if (text.length > scriptLimits.scriptLength) {
    const why = `a script has at most ${scriptLimits.scriptLength} characters (limit scriptLength)`;
    return { statements: [], packets: [], problems: [{ text: why, start: 0, end: text.length }] };
  }
  const parts = partsOf(text).map(({ text: part, start }) => new Parser(part, start).script());
  return {
    statements: parts.flatMap(({ statements }) => statements),
    packets: parts.flatMap(({ packets }) => packets),
    problems: parts.flatMap(({ problems }) => problems).slice(0, scriptLimits.problems),
  };
}

/** One section by itself, or what stands before the first; its places count from its own start. */
export function parsePart(text: string): Script {
  return new Parser(text, 0).script();
}

/** What stands before the first section, and the sections: a mistake in one does not reach into the next. */
export function partsOf(text: string): { readonly text: string; readonly start: number }[] {
  const starts = [0, ...[...text.matchAll(/\n(?=###)/g)].map(({ index }) => index + 1)];
  const first = text.startsWith('###') ? [{ text: '', start: 0 }] : [];
  return [...first, ...starts.map((start, index) => ({ text: text.slice(start, starts[index + 1]), start }))];
}

const milliseconds = { ms: 1, s: 1000, min: 60_000 } as const;

/** What an expectation says beside its fields. */
interface Tail {
  readonly as?: Word | undefined;
  readonly state?: Word | undefined;
  readonly within?: number | undefined;
}

class Parser extends ValueParser {
  /** Blocks that are open. */
  readonly #blocks: Statement[] = [];

  script(): Script {
    const statements: Statement[] = [];
    this.parts(
      () => false,
      () => {
        const statement = this.#statement();
        if (statement === undefined) return;
        statements.push(statement);
        // What belongs to a block may stand on one line with it.
        if (statement === this.#blocks.at(-1) || (this.#blocks.length > 0 && this.is('}'))) return;
        if (this.next.kind !== 'line' && this.next.kind !== 'section' && this.next.kind !== 'end')
          this.wrong(statement.kind === 'silence' ? '"for" and a time, or the end of the line' : 'the end of the line');
      },
    );
    for (const { kind, start, end } of this.#blocks) this.tell(`"${kind}" has no "}"`, start, end);
    const packets = statements.flatMap((each) => (each.kind === 'packet' ? [each.packet] : []));
    return { statements, packets, problems: this.problems };
  }

  #statement(): Statement | undefined {
    const { kind, text, start, end } = this.next;
    if (kind === 'section') {
      this.take();
      return { kind: 'section', title: text, start, end };
    }
    if (this.is('@')) return this.#define();
    if (this.is('}') && this.#blocks.pop() !== undefined) {
      this.take();
      return { kind: 'end', start, end };
    }
    if (kind !== 'word') return this.wrong('a statement, or a protocol and the name of a message');
    const read = {
      node: () => this.#node(start),
      send: () => this.#send(start),
      expect: () => this.#expect(start),
      wait: () => this.#wait(start),
      fault: () => this.#fault(start),
      edit: () => this.#edit(start),
      repeat: () => this.#repeat(start),
      for: () => this.#for(start),
    };
    if (!Object.hasOwn(read, text)) return this.#packet();
    this.take();
    return read[text as keyof typeof read]();
  }

  /** Where what was read last ends. */
  get #end(): number {
    return this.tokens[this.at - 1]!.end;
  }

  #word(what: string): Word | undefined {
    return this.next.kind === 'word' ? this.take() : this.wrong(what);
  }

  /** Takes a word when it comes next. */
  #maybe(text: string): boolean {
    if (this.next.kind !== 'word' || this.next.text !== text) return false;
    this.take();
    return true;
  }

  #packet(): Statement | undefined {
    const protocol = this.take();
    const message = this.#word(`the name of a message of ${protocol.text}`);
    if (message === undefined) return undefined;
    const fields = this.is('{') ? this.record() : [];
    const packet: PacketNode = { protocol, message, fields, start: protocol.start, end: this.#end };
    return { kind: 'packet', packet, start: packet.start, end: packet.end };
  }

  #node(start: number): Statement | undefined {
    const name = this.#word('the name of a node');
    if (name === undefined) return undefined;
    if (!this.is('=')) return this.wrong(`"=" and what ${name.text} is`);
    this.take();
    const protocol = this.#word('a protocol');
    if (protocol === undefined) return undefined;
    const direction = (['listen', 'dial', 'relay'] as const).find((each) => this.#maybe(each));
    if (direction === undefined) return this.wrong('"listen", "dial" or "relay"');
    const address = this.#address();
    if (address === undefined) return undefined;
    if (direction === 'relay') return this.#relay({ name, protocol, address }, start);
    const manual = this.#maybe('manual');
    const role = this.#maybe('as') ? this.#word('a role') : undefined;
    const rest = { forward: undefined, terminated: false, keys: undefined } as const;
    return { kind: 'node', name, protocol, direction, address, manual, role, ...rest, start, end: this.#end };
  }

  /** `… relay ADDRESS to ADDRESS [terminated] [keys "FILE"]`. */
  #relay(words: Pick<Statement & { kind: 'node' }, 'name' | 'protocol' | 'address'>, start: number): Statement | undefined {
    if (!this.#maybe('to')) return this.wrong('"to" and the address that it passes on to');
    const forward = this.#address();
    if (forward === undefined) return undefined;
    const terminated = this.#maybe('terminated');
    const keys = this.#maybe('keys') ? this.#path() : undefined;
    const rest = { manual: false, role: undefined, terminated, keys } as const;
    return { kind: 'node', ...words, direction: 'relay', forward, ...rest, start, end: this.#end };
  }

  #path(): Word | undefined {
    if (this.next.kind !== 'string') return this.wrong('the path of a key log in quotes');
    const { text, start, end } = this.take();
    return { text, start, end };
  }

  /** `@name = value`. */
  #define(): Statement | undefined {
    const { start } = this.take();
    const name = this.#word('the name of a value');
    if (name === undefined) return undefined;
    if (!this.is('=')) return this.wrong(`"=" and the value of ${name.text}`);
    this.take();
    const value = this.value();
    return { kind: 'define', name, value, start, end: this.#end };
  }

  /** `repeat COUNT {`. */
  #repeat(start: number): Statement | undefined {
    const count = this.value();
    return this.#block({ kind: 'repeat', count, start, end: this.#end });
  }

  /** `for NAME in VALUES {`. */
  #for(start: number): Statement | undefined {
    const name = this.#word('the name of a value');
    if (name === undefined) return undefined;
    if (!this.#maybe('in')) return this.wrong('"in" and a list');
    const values = this.value();
    return this.#block({ kind: 'for', name, values, start, end: this.#end });
  }

  #block(statement: Statement): Statement | undefined {
    if (this.#blocks.length >= scriptLimits.depth)
      return this.wrong(`at most ${scriptLimits.depth} blocks inside each other (limit depth)`);
    if (!this.is('{')) return this.wrong('"{"');
    this.take();
    this.#blocks.push(statement);
    return statement;
  }

  /** `forward`, `back`, where one of them comes next and more after it. */
  #way(): Word | undefined {
    const { kind, text } = this.next;
    return kind === 'word' && (ways as readonly string[]).includes(text) ? this.take() : undefined;
  }

  /** `edit NODE [forward | back] MESSAGE { … }`. */
  #edit(start: number): Statement | undefined {
    const node = this.#word('the name of a relay');
    if (node === undefined) return undefined;
    const way = this.#way();
    const message = this.#word('the name of a message');
    if (message === undefined) return undefined;
    if (!this.is('{')) return this.wrong('"{" and the fields to change');
    const fields = this.record();
    return { kind: 'edit', node, way, message, fields, start, end: this.#end };
  }

  /** `fault NODE [forward | back] KIND[=AMOUNT] [MESSAGE] [nth N | probability P]`. */
  #fault(start: number): Statement | undefined {
    const node = this.#word('the name of a node');
    const way = node && this.#way();
    const fault = node && this.#word('a fault');
    if (node === undefined || fault === undefined) return undefined;
    const amount = this.is('=') ? this.#after(() => this.take(), 'a number') : undefined;
    const isMessage = this.next.kind === 'word' && !['nth', 'probability'].includes(this.next.text);
    const message = isMessage ? this.take() : undefined;
    const nth = this.#after(() => this.#maybe('nth'), 'which of the messages');
    const probability = this.#after(() => this.#maybe('probability'), 'a probability like 0.1');
    return { kind: 'fault', node, way, fault, amount, message, nth, probability, start, end: this.#end };
  }

  /** The word after something, where that is there. */
  #after(there: () => unknown, what: string): Word | undefined {
    return there() ? this.#word(what) : undefined;
  }

  /** All that stands together without blanks: `[::1]:7000`. */
  #address(): Word | undefined {
    const { start, kind } = this.next;
    if (kind !== 'word' && !this.is('[')) return this.wrong('an address, or the name of a node');
    let text = this.take().text;
    while ((this.next.kind === 'word' || this.next.kind === 'mark') && this.next.start === this.#end) text += this.take().text;
    return { text, start, end: this.#end };
  }

  #send(start: number): Statement | undefined {
    const node = this.#word('the name of a node');
    const message = node && this.#word('the name of a message');
    if (node === undefined || message === undefined) return undefined;
    const fields = this.is('{') ? this.record() : [];
    return { kind: 'send', node, message, fields, start, end: this.#end };
  }

  #expect(start: number): Statement | undefined {
    const node = this.#word('the name of a node');
    const message = node && this.#word('the name of a message, "nothing", "no" or "close"');
    if (node === undefined || message === undefined) return undefined;
    if (message.text === 'nothing' || message.text === 'no') {
      const absent = message.text === 'no' ? this.#word('the name of a message') : undefined;
      if (message.text === 'no' && absent === undefined) return undefined;
      const time = this.#maybe('for') ? this.#time() : patience;
      return time === undefined ? undefined : { kind: 'silence', node, message: absent, time, start, end: this.#end };
    }
    const before = this.#tail();
    const fields = message.text !== 'close' && this.is('{') ? this.record() : [];
    // It may stand on either side of the fields.
    const after = this.#tail();
    const { as = before.as, state = before.state, within = before.within ?? patience } = after;
    if (message.text === 'close') return { kind: 'close', node, within, start, end: this.#end };
    return { kind: 'expect', node, message, state, as, within, fields, start, end: this.#end };
  }

  /** `as NAME`, `state STATE`, `within TIME`, in any order. */
  #tail(): Tail {
    let tail: Tail = {};
    for (;;) {
      if (this.#maybe('as')) tail = { ...tail, as: this.#word('a name for the answer') };
      else if (this.#maybe('state')) tail = { ...tail, state: this.#word(`a state: ${expectedStates.join(', ')}`) };
      else if (this.#maybe('within')) tail = { ...tail, within: this.#time() };
      else return tail;
    }
  }

  #wait(start: number): Statement | undefined {
    const time = this.#time();
    return time === undefined ? undefined : { kind: 'wait', time, start, end: this.#end };
  }

  /** `2s`, `1.5s`, `500ms`, `5min`. */
  #time(): number | undefined {
    const [, number, unit] = /^(\d{1,6}(?:\.\d{1,3})?)(ms|s|min)$/.exec(this.next.text) ?? [];
    if (this.next.kind !== 'word' || number === undefined) return this.wrong('a time like 2s, 500ms or 5min');
    this.take();
    return Number(number) * milliseconds[unit as keyof typeof milliseconds];
  }
}
