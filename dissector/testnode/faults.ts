/** What a node does wrong on purpose, by a text, a count or a probability, and a seed that makes it happen again. */
import type { NodeDefinition } from '../protocol/index.ts';
import { mulberry32 } from './seeded.ts';

export const faultKinds = {
  drop: 'is not sent; the node believes that it was',
  delay: 'waits for VALUE milliseconds (1000)',
  duplicate: 'is sent VALUE times more (1)',
  reorder: 'is sent after the one that follows it',
  replay: 'is followed by a message of the same name that was sent before it, from the second on',
  truncate: 'loses VALUE bytes at its end (1)',
  flip: 'has VALUE bits flipped (1), wherever the seed says',
  split: 'is written in pieces of VALUE bytes (1), TCP only',
  merge: 'is written together with the one that follows it, TCP only',
  'wrong-signature': 'has a bit of its signature flipped',
  'wrong-key': 'is encrypted with a key that is not the session’s',
  'stale-nonce': 'carries the counter of the one before it, from the second on',
} as const;
export type FaultKind = keyof typeof faultKinds;

/** More would keep a node busy with one message alone. A day is longer than anybody waits for one. */
const mostOfKind: Readonly<Partial<Record<FaultKind, number>>> = { duplicate: 1_000, flip: 65_536, delay: 86_400_000 };

/** Where messages of a protocol have what some faults spoil. */
export type Spoilable = Pick<NodeDefinition, 'signatures' | 'nonces' | 'sealed'>;

/** Names of the messages that have what a fault spoils, and what that is; undefined for a fault that all messages can have. */
function spoiled(kind: FaultKind, { signatures, nonces, sealed }: Spoilable): readonly [string[], string] | undefined {
  if (kind === 'wrong-signature') return [Object.keys(signatures), 'signature'];
  if (kind === 'stale-nonce') return [Object.keys(nonces), 'counter'];
  return kind === 'wrong-key' ? [[...sealed], 'key'] : undefined;
}

/** `KIND[=VALUE][:MESSAGE][@PROBABILITY|#N]`: once, at the N-th message, or again and again. */
export interface Fault {
  readonly kind: FaultKind;
  readonly value: number | undefined;
  /** The messages that it concerns; all of them without it. */
  readonly message: string | undefined;
  /** The N-th message that fits, from 1; where that takes an earlier one of its name, the first from there on that has one. */
  readonly at: number;
  /** Of every message that fits, instead of one. */
  readonly probability: number | undefined;
}

const form = /^([a-z-]+)(?:=(\d{1,9}))?(?::([^@#]+))?(?:@(0(?:\.\d+)?|1(?:\.0+)?)|#([1-9]\d{0,8}))?$/;
/** Faults that need a stream, and those that need an earlier message of the name. */
const ofStreams: readonly FaultKind[] = ['split', 'merge'];
const ofEarlier: readonly FaultKind[] = ['replay', 'stale-nonce'];

/** Reads `drop:RespHello`, `flip=3@0.01`, `delay=500:data#2`; a sentence for what is none, or cannot happen in the protocol. */
export function parseFault(
  text: string,
  messages: readonly string[],
  transport: 'udp' | 'tcp',
  parts: Spoilable,
): Fault | string {
  const [, kind, value, message, probability, at] = form.exec(text) ?? [];
  if (kind === undefined || !Object.hasOwn(faultKinds, kind))
    return `"${text}" is no fault: KIND[=VALUE][:MESSAGE][@PROBABILITY|#N] with ${Object.keys(faultKinds).join(', ')}`;
  if (message !== undefined && !messages.includes(message))
    return `the fault "${text}" names no message of the protocol: ${messages.join(', ')}`;
  if (transport === 'udp' && ofStreams.includes(kind as FaultKind)) return `the fault "${text}" is for TCP`;
  const most = mostOfKind[kind as FaultKind];
  if (most !== undefined && Number(value ?? 0) > most) return `the fault "${text}" goes too far: at most ${kind}=${most}`;
  const [able, part] = spoiled(kind as FaultKind, parts) ?? [];
  if (able?.length === 0) return `the fault "${text}" has nothing to spoil: no message of the protocol has a ${part}`;
  if (able !== undefined && message !== undefined && !able.includes(message))
    return `the fault "${text}" has nothing to spoil: ${message} has no ${part}, ${able.join(', ')} may`;
  return {
    kind: kind as FaultKind,
    value: value === undefined ? undefined : Number(value),
    message,
    at: at === undefined ? 1 : Number(at),
    probability: probability === undefined ? undefined : Number(probability),
  };
}

/** As a packet script says it behind the name of the node: `flip=3 data nth 2`. */
export function faultWords({ kind, value, message, at, probability }: Fault): string {
  const name = message === undefined || /^[A-Za-z_][\w.-]*$/.test(message) ? message : JSON.stringify(message);
  return [
    value === undefined ? kind : `${kind}=${value}`,
    ...(name === undefined ? [] : [name]),
    ...(probability !== undefined ? [`probability ${probability}`] : at > 1 ? [`nth ${at}`] : []),
  ].join(' ');
}

/** Decides, message by message, which faults happen. */
export class Faults {
  readonly #random: () => number;
  #faults: readonly { readonly fault: Fault; seen: number; done: boolean }[];

  readonly #parts: Spoilable;

  constructor(faults: readonly Fault[], seed: number, parts: Spoilable) {
    this.#parts = parts;
    this.#random = mulberry32(seed);
    this.#faults = faults.map((fault) => ({ fault, seen: 0, done: false }));
  }

  /** One more, from now on. */
  add(fault: Fault): void {
    this.#faults = [...this.#faults, { fault, seen: 0, done: false }];
  }

  /** It happens no more. */
  remove(fault: Fault): void {
    this.#faults = this.#faults.filter((each) => each.fault !== fault);
  }

  /** It was to happen once, and has. */
  isSpent(fault: Fault): boolean {
    return this.#faults.some((each) => each.fault === fault && each.done);
  }

  /**
   * Those that happen to this message, once each. `isFirst`: none of its name went out before it. `carrier`: it lies in a message of this
   * name, which has all the faults that it can have itself.
   */
  take(message: string, isFirst: boolean, carrier?: string): readonly Fault[] {
    const taken: Fault[] = [];
    for (const each of this.#faults) {
      const { fault } = each;
      if (!this.#concerns(fault, message) || (carrier !== undefined && this.#concerns(fault, carrier))) continue;
      each.seen++;
      if (isFirst && ofEarlier.includes(fault.kind)) continue;
      const isTime = fault.probability === undefined ? !each.done && each.seen >= fault.at : this.#random() < fault.probability;
      each.done ||= isTime;
      if (isTime) taken.push(fault);
    }
    return taken;
  }

  /** One of them cannot happen to this message, but to another one. */
  concernOther(message: string): boolean {
    return this.#faults.some(({ fault }) => !this.#concerns(fault, message));
  }

  #concerns({ kind, message }: Fault, name: string): boolean {
    if (message !== undefined && message !== name) return false;
    return spoiled(kind, this.#parts)?.[0].includes(name) !== false;
  }

  /** A whole number below `end`. */
  below(end: number): number {
    return Math.floor(this.#random() * end);
  }
}
