import { concatBytes } from '@noble/hashes/utils.js';
import { bytesIn, type Check, endpointText, type Field, fromHex, toHex, valueIn } from '../../../bytes/index.ts';
import { ed25519 } from '../../../crypto/index.ts';
import type { ObserverContext } from '../../../protocol/index.ts';
import { helloCoverage, introductionCoverage } from '../choices.ts';
import type { Facts, Signed } from '../facts.ts';
import type { Entry } from '../parse.ts';
import { rules } from '../rules.ts';
import { entryFacts } from './channels.ts';

/** An introduction_request, or the introduction that it leads to. */
interface Introduction {
  readonly id: number;
  readonly index: number;
  readonly field: Field;
  /** Hex. */
  readonly x: string;
  readonly target: string;
  /** Sockets: who sent it, who received it, and the requester. */
  readonly from: string;
  readonly to: string;
  readonly requester: string;
}

/** Milliseconds of an Ed25519 signature. */
const verificationMs = 1;

/** The nodes of a capture by their keys and sockets, and the introductions between three of them. */
export class Nodes {
  readonly #context: ObserverContext<Facts>;
  readonly #byX = new Map<string, string>();
  readonly #bySocket = new Map<string, string>();
  /** Sockets that each socket has exchanged packets with. */
  readonly #peers = new Map<string, Set<string>>();
  readonly #requests: Introduction[] = [];
  readonly #introductions: Introduction[] = [];
  /** Of introductions and of requests, the newest by target and requester. */
  readonly #newest = { introduction: new Map<string, string>(), introduction_request: new Map<string, string>() };

  constructor(context: ObserverContext<Facts>) {
    this.#context = context;
  }

  meet(a: string, b: string): void {
    for (const [one, other] of [
      [a, b],
      [b, a],
    ] as const) {
      if (this.#peers.size >= this.#context.limits.sessions) return;
      const known = this.#peers.get(one) ?? new Set();
      this.#peers.set(one, known.add(other));
    }
  }

  /** A hello: who is behind a key and a socket, and whether its signature verifies. */
  hello(head: Uint8Array, payload: Field, socket: string): Required<Signed> {
    const [x, ed, signature, cookie] = ['x25519_public', 'ed25519_public', 'signature', 'cookie'].map((name) =>
      bytesIn(payload, name),
    ) as [Uint8Array, Uint8Array, Uint8Array, Uint8Array];
    if (this.#byX.size < this.#context.limits.sessions) {
      this.#byX.set(toHex(x), toHex(ed));
      this.#bySocket.set(socket, toHex(ed));
    }
    const parts: Readonly<Record<string, Uint8Array>> = { head, x25519_public: x, ed25519_public: ed, cookie };
    const coverages = this.#context.choices.of(helloCoverage);
    return this.#verify(ed, signature, coverages, parts);
  }

  /** Takes the introductions of a data packet; they are settled once the capture has ended. */
  see(id: number, entries: readonly Entry[], from: string, to: string): void {
    for (const { index, type, field } of entries) {
      if (type !== 'introduction_request' && type !== 'introduction') continue;
      const [x, target] = [bytesIn(field, 'x25519_public'), bytesIn(field, 'target_ed25519')];
      const list = type === 'introduction' ? this.#introductions : this.#requests;
      if (x === undefined || target === undefined || list.length >= this.#context.limits.sessions) continue;
      const requester = type === 'introduction' ? socketIn(field) : from;
      const one = { id, index, field, x: toHex(x), target: toHex(target), from, to, requester };
      list.push(one);
      this.#newest[type].set(`${one.target} ${requester}`, one.x);
    }
  }

  /** The requester's x25519_public when a hello from `ed` to `requester` follows an introduction; undefined when it follows none. */
  requesterOf(requester: string, ed: string): string | undefined {
    const key = `${ed} ${requester}`;
    return this.#newest.introduction.get(key) ?? this.#newest.introduction_request.get(key);
  }

  /** Signatures and the rules over three nodes: what they need may stand anywhere in the capture. */
  settle(): void {
    const asked = new Map<string, Introduction>();
    for (const request of this.#requests) {
      this.#sign(request);
      const key = `${request.x} ${request.target}`;
      if (!asked.has(key)) asked.set(key, request);
    }
    for (const introduction of this.#introductions) {
      this.#sign(introduction);
      this.#request(introduction, asked.get(`${introduction.x} ${introduction.target}`));
      this.#target(introduction);
    }
  }

  #sign(one: Introduction): void {
    const ed = this.#byX.get(one.x) ?? this.#bySocket.get(one.requester);
    const signature = bytesIn(one.field, 'signature');
    const facts = entryFacts(this.#context, one.id, one.index);
    if (ed === undefined || signature === undefined) {
      facts.signature = { state: 'unchecked', why: 'no hello of the requester is in the capture: its Ed25519 key is not known' };
      return;
    }
    const parts = { x25519_public: fromHex(one.x)!, target_ed25519: fromHex(one.target)! };
    facts.signer = ed;
    Object.assign(facts, this.#verify(fromHex(ed)!, signature, this.#context.choices.of(introductionCoverage), parts));
    if (facts.signature?.state === 'invalid') this.#context.messages.addFinding(one.id, rules.signature, facts.signature.why);
  }

  /** An introduction follows a request, which a capture shows only when it was taken where the introducer's peers are seen. */
  #request({ id, index, from, requester }: Introduction, request: Introduction | undefined): void {
    const { messages } = this.#context;
    // Messages are numbered in the order of their observation.
    if (request !== undefined && request.id <= id) {
      entryFacts(this.#context, id, index).requested_in = messages.frame(request.id);
      return;
    }
    const peers = this.#peers.get(from);
    if (peers === undefined || (peers.size < 2 && !peers.has(requester))) return;
    messages.addFinding(id, rules.unrequested, 'no introduction_request for this key and target comes before it');
  }

  #target({ id, target, to }: Introduction): void {
    const receiver = this.#bySocket.get(to);
    if (receiver === undefined || receiver === target) return;
    this.#context.messages.addFinding(id, rules.wrongTarget, `it goes to ${to}, whose Ed25519 key is not target_ed25519`);
  }

  #verify(
    ed: Uint8Array,
    signature: Uint8Array,
    coverages: readonly { readonly id: string; readonly covers: readonly string[] }[],
    parts: Readonly<Record<string, Uint8Array>>,
  ): Required<Signed> {
    for (const { id, covers } of coverages) {
      const message = concatBytes(...covers.map((name) => parts[name] ?? new Uint8Array(0)));
      const verify = (): Check =>
        isSigned(ed, signature, message)
          ? { state: 'valid', why: `the Ed25519 signature verifies over ${id}` }
          : { state: 'invalid', why: '' };
      const known = this.#context.verifications.check([ed, signature, message], verificationMs, verify);
      if (known.state !== 'invalid') return { signature: known, covers };
    }
    const why = `the Ed25519 signature does not verify over ${coverages.map(({ id }) => id).join(', nor over ')}`;
    return { signature: { state: 'invalid', why }, covers: coverages[0]?.covers ?? [] };
  }
}

export function isSigned(ed: Uint8Array, signature: Uint8Array, message: Uint8Array): boolean {
  return ed25519.verify(ed, message, signature);
}

/** The requester's socket in an introduction, as conversations write theirs. */
function socketIn(field: Field): string {
  const ip = bytesIn(field, 'ipv6') ?? new Uint8Array(16);
  return socketText(ip, Number(valueIn(field, 'port') ?? 0));
}

/** `192.0.2.1:7000` for an IPv4 address as ::ffff:a.b.c.d (RFC 4291 section 2.5.5.2), else `[2001:db8::1]:7000`. */
export function socketText(ip: Uint8Array, port: number): string {
  const isMapped = ip.subarray(0, 10).every((byte) => byte === 0) && ip[10] === 0xff && ip[11] === 0xff;
  return isMapped ? endpointText(ip, 12, 4, port) : endpointText(ip, 0, 16, port);
}
