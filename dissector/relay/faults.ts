/** Faults of a relay: those of a node, each for both ways or for one of them. */
import { type Fault, Faults, faultWords, parseFault, type Spoilable } from '../testnode/index.ts';
import type { Way } from './units.ts';

export interface RelayFault {
  readonly fault: Fault;
  /** Undefined for a fault that counts the messages of both ways. */
  readonly way: Way | undefined;
}

const ways: Readonly<Record<string, Way>> = { forward: 0, back: 1 };
const form = /^(?:(forward|back)\/)?(.*)$/s;

/** Reads `forward/drop:data#2`, `back/flip=3@0.01`, `delay=5`; a sentence for what is none, or cannot happen in the protocol. */
export function parseRelayFault(
  text: string,
  messages: readonly string[],
  transport: 'udp' | 'tcp',
  parts: Spoilable,
): RelayFault | string {
  const [, way, rest = ''] = form.exec(text) ?? [];
  const fault = parseFault(rest, messages, transport, parts);
  return typeof fault === 'string' ? fault : { fault, way: way === undefined ? undefined : ways[way]! };
}

/** As a packet script says it behind the name of the relay: `back flip=3 data`. */
export function relayFaultWords({ fault, way }: RelayFault): string {
  const words = faultWords(fault);
  return way === undefined ? words : `${way === 0 ? 'forward' : 'back'} ${words}`;
}

/** Decides, message by message, which faults happen on which way. */
export class RelayFaults {
  readonly #both: Faults;
  readonly #ways: readonly [Faults, Faults];
  #hasAny: boolean;

  constructor(faults: readonly RelayFault[], seed: number, parts: Spoilable) {
    const of = (way: Way | undefined): Fault[] => faults.flatMap((each) => (each.way === way ? [each.fault] : []));
    this.#both = new Faults(of(undefined), seed, parts);
    this.#ways = [new Faults(of(0), seed + 1, parts), new Faults(of(1), seed + 2, parts)];
    this.#hasAny = faults.length > 0;
  }

  /** Without one, no message needs to be looked at before it goes on. */
  get hasAny(): boolean {
    return this.#hasAny;
  }

  add({ fault, way }: RelayFault): void {
    (way === undefined ? this.#both : this.#ways[way]).add(fault);
    this.#hasAny = true;
  }

  remove({ fault }: RelayFault): void {
    for (const faults of [this.#both, ...this.#ways]) faults.remove(fault);
  }

  isSpent({ fault }: RelayFault): boolean {
    return [this.#both, ...this.#ways].some((faults) => faults.isSpent(fault));
  }

  /** Those that happen to this message, once each. `isFirst`: none of its name went this way before it. */
  take(way: Way, message: string, isFirst: boolean): readonly Fault[] {
    return [...this.#both.take(message, isFirst), ...this.#ways[way].take(message, isFirst)];
  }

  /** Faults name other messages than this one, or spoil what only another one has. */
  mayNameInside(carrier: string): boolean {
    return [this.#both, ...this.#ways].some((faults) => faults.concernOther(carrier));
  }

  /** Those that happen to a message because of one that it carries. */
  takeInside(way: Way, inside: { readonly name: string; readonly carrier: string }, isFirst: boolean): readonly Fault[] {
    const { name, carrier } = inside;
    return [...this.#both.take(name, isFirst, carrier), ...this.#ways[way].take(name, isFirst, carrier)];
  }

  /** Where a bit is flipped. */
  get random(): Faults {
    return this.#both;
  }
}
