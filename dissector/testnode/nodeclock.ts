import { Timers } from './timers.ts';

/** Timers of the node itself, among those of the peer. */
export const HANDSHAKE = '~handshake';
export const IDLE = '~idle';

/** Both clocks of a node: that of its peer, which stands while a message waits for a person, and that of what is delayed. */
export class NodeClock {
  /** Timers of the peer and the limits of its links. */
  readonly timers: Timers;
  /** Of messages that a person or a fault delays: they do not stand still for others that wait. */
  readonly delays: Timers;
  readonly #wake: () => void;
  readonly #clock: () => number;
  #isPaused = false;
  #isHeld = false;
  /** When it began to stand still; undefined while it goes. */
  #stillSince: number | undefined;
  #stoodStill = 0;

  constructor(clock: () => number, wake: () => void) {
    this.timers = new Timers(clock);
    this.delays = new Timers(clock);
    this.#wake = wake;
    this.#clock = clock;
  }

  /** Stopped by hand. */
  get paused(): boolean {
    return this.#isPaused;
  }

  set paused(paused: boolean) {
    this.#isPaused = paused;
    this.#set();
  }

  /** Somebody looks at a program with a debugger: until it goes on, nothing here is late. */
  set still(isStill: boolean) {
    if (isStill === (this.#stillSince !== undefined)) return;
    if (isStill) this.#stillSince = this.#clock();
    else {
      this.#stoodStill = this.stoodStill;
      this.#stillSince = undefined;
    }
    this.#set();
  }

  /** Milliseconds for which it stood still, all times together. */
  get stoodStill(): number {
    return this.#stoodStill + (this.#stillSince === undefined ? 0 : this.#clock() - this.#stillSince);
  }

  /** Something waits for a person: what they think about is not late. */
  set held(held: boolean) {
    if (held === this.#isHeld) return;
    this.#isHeld = held;
    this.#set();
  }

  /** Milliseconds until something is due. */
  get wait(): number | undefined {
    const waits = [this.timers.wait, this.delays.wait].filter((wait) => wait !== undefined);
    return waits.length === 0 ? undefined : Math.min(...waits);
  }

  after(link: number, name: string, milliseconds: number | undefined): void {
    this.timers.set(link, name, milliseconds);
    this.#wake();
  }

  delay(link: number, name: string, milliseconds: number): void {
    this.delays.set(link, name, milliseconds);
    this.#wake();
  }

  forget(link: number): void {
    this.timers.forget(link);
    this.delays.forget(link);
  }

  #set(): void {
    const isStill = this.#stillSince !== undefined;
    if (this.#isPaused || this.#isHeld || isStill) this.timers.pause();
    else this.timers.resume();
    if (this.#isPaused || isStill) this.delays.pause();
    else this.delays.resume();
    this.#wake();
  }
}
