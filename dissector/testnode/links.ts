import type { Address, Link } from '../protocol/index.ts';
import { Allowance } from './allowance.ts';

export interface OpenLink {
  readonly link: Link;
  /** On the node's clock. */
  lastSeen: number;
  readonly allowance: Allowance;
}

/** The open links of a node, by id and by address: a flood from addresses that are not known asks for each datagram. */
export class Links {
  readonly #most: number;
  readonly #links = new Map<number, OpenLink>();
  readonly #byAddress = new Map<string, OpenLink>();
  #next = 1;
  #isFull = false;

  constructor(most: number) {
    this.#most = most;
  }

  get all(): readonly Link[] {
    return [...this.#links.values()].map(({ link }) => link);
  }

  find(id: number): OpenLink | undefined {
    return this.#links.get(id);
  }

  to(remote: Address): Link | undefined {
    return this.#byAddress.get(key(remote))?.link;
  }

  /**
   * Undefined where there are as many as there may be; `tell` hears of it once, and again after half of them have gone. `lender`: the
   * allowance of the link that has named the address.
   */
  open(ends: Omit<Link, 'id'>, now: number, tell: () => void, lender?: Allowance): Link | undefined {
    if (this.#links.size >= this.#most) {
      if (!this.#isFull) tell();
      this.#isFull = true;
      return undefined;
    }
    const link = { id: this.#next++, ...ends };
    const open = { link, lastSeen: now, allowance: new Allowance(lender) };
    this.#links.set(link.id, open);
    this.#byAddress.set(key(link.remote), open);
    return link;
  }

  close(id: number): Link | undefined {
    const open = this.#links.get(id);
    if (open === undefined) return undefined;
    this.#links.delete(id);
    const address = key(open.link.remote);
    if (this.#byAddress.get(address) === open) this.#byAddress.delete(address);
    if (this.#links.size * 2 <= this.#most) this.#isFull = false;
    return open.link;
  }
}

function key({ ip, port }: Address): string {
  return `${ip} ${port}`;
}
