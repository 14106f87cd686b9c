/** What a node does wrong on purpose, by a text, a count or a probability, and a seed that makes it happen again. */

export const faultKinds = {
  drop: 'is not sent; the node believes that it was',
  delay: 'waits for VALUE milliseconds (1000)',
  duplicate: 'is sent VALUE times more (1)',
  reorder: 'is sent after the one that follows it',
  replay: 'is followed by a message of the same name that was sent before it',
  truncate: 'loses VALUE bytes at its end (1)',
  flip: 'has VALUE bits flipped (1), wherever the seed says',
  split: 'is written in pieces of VALUE bytes (1), TCP only',
  merge: 'is written together with the one that follows it, TCP only',
  'wrong-signature': 'has a bit of its signature flipped',
  'wrong-key': 'is encrypted with a key that is not the session’s',
  'stale-nonce': 'carries the counter of the one before it',
} as const;
export type FaultKind = keyof typeof faultKinds;

/** `KIND[=VALUE][:MESSAGE][@PROBABILITY|#N]`: once, at the N-th message, or again and again. */
export interface Fault {
  readonly kind: FaultKind;
  readonly value: number | undefined;
  /** The messages that it concerns; all of them without it. */
  readonly message: string | undefined;
  /** The N-th message that fits, from 1. */
  readonly at: number;
  /** Of every message that fits, instead of one. */
  readonly probability: number | undefined;
}

const form = /^([a-z-]+)(?:=(\d{1,9}))?(?::([^@#]+))?(?:@(0(?:\.\d+)?|1(?:\.0+)?)|#([1-9]\d{0,8}))?$/;
/** Faults that are made while a message is, and those that need a stream. */
const ofStreams: readonly FaultKind[] = ['split', 'merge'];

/** Reads `drop:RespHello`, `flip=3@0.01`, `delay=500:data#2`; a sentence for what is none, or names no message of the protocol. */
export function parseFault(text: string, messages: readonly string[], transport: 'udp' | 'tcp'): Fault | string {
  const [, kind, value, message, probability, at] = form.exec(text) ?? [];
  if (kind === undefined || !Object.hasOwn(faultKinds, kind))
    return `"${text}" is no fault: KIND[=VALUE][:MESSAGE][@PROBABILITY|#N] with ${Object.keys(faultKinds).join(', ')}`;
  if (message !== undefined && !messages.includes(message))
    return `the fault "${text}" names no message of the protocol: ${messages.join(', ')}`;
  if (transport === 'udp' && ofStreams.includes(kind as FaultKind)) return `the fault "${text}" is for TCP`;
  return {
    kind: kind as FaultKind,
    value: value === undefined ? undefined : Number(value),
    message,
    at: at === undefined ? 1 : Number(at),
    probability: probability === undefined ? undefined : Number(probability),
  };
}

/** Decides, message by message, which faults happen. */
export class Faults {
  readonly #random: () => number;
  #faults: readonly { readonly fault: Fault; seen: number }[];

  constructor(faults: readonly Fault[], seed: number) {
    this.#random = mulberry32(seed);
    this.#faults = faults.map((fault) => ({ fault, seen: 0 }));
  }

  /** One more, from now on. */
  add(fault: Fault): void {
    this.#faults = [...this.#faults, { fault, seen: 0 }];
  }

  /** Those that happen to this message, once each. */
  take(message: string): readonly Fault[] {
    const taken: Fault[] = [];
    for (const each of this.#faults) {
      const { fault } = each;
      if (fault.message !== undefined && fault.message !== message) continue;
      each.seen++;
      if (fault.probability === undefined ? each.seen === fault.at : this.#random() < fault.probability) taken.push(fault);
    }
    return taken;
  }

  /** A whole number below `end`. */
  below(end: number): number {
    return Math.floor(this.#random() * end);
  }
}

/** Tommy Ettinger's mulberry32: 32 bits of state, enough to make faults happen again. */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
