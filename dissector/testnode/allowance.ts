import { equalBytes } from '../bytes/index.ts';

/** A server sends an address that is not validated at most three times what came from there (RFC 9000 section 8.1). */
const FACTOR = 3;
/** Datagrams and bytes that wait for more to come; what is beyond them is lost, as in a full network. */
const MOST_WAITING = 16;
const MOST_WAITING_BYTES = 16_384;

/** A datagram that waits, and what sends it. */
interface Waiting {
  readonly bytes: Uint8Array;
  readonly go: () => void;
}

/**
 * What may go to one address of datagrams that has not shown to hear this node: anyone can write it as the sender. An address that another
 * node has named, and that nothing has come from, takes of what came from that node: all that follows from a datagram counts for it.
 */
export class Allowance {
  readonly #lender: Allowance | undefined;
  /** Bytes of UDP payloads. */
  #came = 0;
  #spent = 0;
  #sent = 0;
  #hasAnswered = false;
  #waiting: Waiting[] = [];
  #hasWaited = false;

  constructor(lender: Allowance | undefined) {
    this.#lender = lender;
  }

  came(size: number): void {
    this.#came += size;
    this.#hasAnswered ||= this.#sent > 0;
  }

  sent(): void {
    this.#sent++;
  }

  /** Something came from there after something was sent: before that nobody can have shown to hear this node, whatever a peer believes. */
  get hasAnswered(): boolean {
    return this.#hasAnswered;
  }

  /**
   * `go` is called once it may; nothing `waits` where too much does already. What waits already, as a greeting that is repeated, goes once.
   * `isFirst`: none had to wait before.
   */
  wait(bytes: Uint8Array, go: () => void): { readonly waits: boolean; readonly isFirst: boolean } {
    const isFirst = !this.#hasWaited;
    this.#hasWaited = true;
    if (this.#waiting.some((each) => equalBytes(each.bytes, bytes))) return { waits: true, isFirst };
    const size = this.#waiting.reduce((sum, each) => sum + each.bytes.length, bytes.length);
    const waits = this.#waiting.length < MOST_WAITING && size <= MOST_WAITING_BYTES;
    if (waits) this.#waiting.push({ bytes, go });
    return { waits, isFirst };
  }

  /** More has come, or the address is proven: what may go now goes, in order but for what is too large. */
  release(isProven: boolean): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    const rest = waiting.filter(({ bytes, go }) => {
      const passes = isProven || this.takes(bytes.length);
      if (passes) go();
      return !passes;
    });
    this.#waiting = [...rest, ...this.#waiting];
  }

  /** Bytes that may go now. */
  get left(): number {
    return FACTOR * this.#came - this.#spent + (this.#lender?.left ?? 0);
  }

  /** A datagram may go, in the place of a copy that waits. Datagrams keep no order: a small one does not wait for a large one. */
  passes(bytes: Uint8Array): boolean {
    if (!this.takes(bytes.length)) return false;
    this.#waiting = this.#waiting.filter((each) => !equalBytes(each.bytes, bytes));
    return true;
  }

  /** So many bytes may go, and are counted. */
  takes(size: number): boolean {
    if (this.#spent + size > FACTOR * this.#came) return this.#lender?.takes(size) ?? false;
    this.#spent += size;
    return true;
  }
}
