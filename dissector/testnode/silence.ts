import type { OpenLink } from './links.ts';

/**
 * A datagram may name any sender. To an address that has not shown to hear this node nothing more is sent once nothing has come
 * from there for so many seconds: what goes on of itself would else go to someone who never asked.
 */
export class Silence {
  readonly #seconds: number;
  readonly #tell: (link: number, text: string) => void;
  /** When the last datagram before a silence that was told had come, by link. */
  readonly #told = new Map<number, number>();

  constructor(seconds: number, tell: (link: number, text: string) => void) {
    this.#seconds = seconds;
    this.#tell = tell;
  }

  /** Nothing goes there of itself, at `now`, as long as it is not proven. */
  keeps({ link, lastSeen }: OpenLink, now: number): boolean {
    if (now - lastSeen <= this.#seconds * 1000) return false;
    const why = `Nothing came for ${this.#seconds} s (limit unprovenSeconds), nor anything that shows that it hears this node`;
    if (this.#told.get(link.id) !== lastSeen) this.#tell(link.id, `${why}: it is sent no more until it speaks.`);
    this.#told.set(link.id, lastSeen);
    return true;
  }

  forget(link: number): void {
    this.#told.delete(link);
  }
}
