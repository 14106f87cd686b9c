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
  #isPaused = false;
  #isHeld = false;

  constructor(clock: () => number, wake: () => void) {
    this.timers = new Timers(clock);
    this.delays = new Timers(clock);
    this.#wake = wake;
  }

  /** Stopped by hand. */
  get paused(): boolean {
    return this.#isPaused;
  }

  set paused(paused: boolean) {
    this.#isPaused = paused;
    this.#set();
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
    if (this.#isPaused || this.#isHeld) this.timers.pause();
    else this.timers.resume();
    if (this.#isPaused) this.delays.pause();
    else this.delays.resume();
    this.#wake();
  }
}
