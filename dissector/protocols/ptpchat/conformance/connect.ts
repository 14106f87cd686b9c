import type { ObserverContext } from '../../../protocol/index.ts';
import { BoundedMap } from '../boundedmap.ts';
import type { ConnectStep, Facts, Full, Path } from '../facts.ts';
import { member, textOf } from '../parse.ts';
import { rules } from '../rules.ts';
import { type Part, readFull, readSocket, type SocketText } from '../sockets.ts';
import { tell } from './links.ts';
import type { Sighting } from './sighting.ts';

/** What dst and src are in the messages of the specification's example; in step 5 nothing is sent. */
const steps: readonly { readonly dst: Part; readonly src: Part }[] = [
  { dst: 'ip', src: 'port' },
  { dst: 'full', src: 'ip' },
  { dst: 'full', src: 'port' },
  { dst: 'full', src: 'full' },
];

interface Sockets {
  readonly dst: SocketText;
  readonly src: SocketText;
}

/** Openings at one server that are followed at once. */
const mostPaths = 64;

/**
 * The five steps of CONNECT, followed over A, S and B. A capture may hold any of them without the one before (it was made at
 * A or at B, or began later), so a step is compared with the one before only where that one was captured.
 */
export class Connects {
  readonly #context: ObserverContext<Facts>;
  /** By S's endpoint. */
  readonly #paths: BoundedMap<string, Path[]>;

  constructor(context: ObserverContext<Facts>) {
    this.#context = context;
    this.#paths = new BoundedMap(context.limits.sessions, (paths) => paths.length);
  }

  see(sighting: Sighting): void {
    if (sighting.verb?.name !== 'CONNECT') return;
    const dstText = textOf(member(sighting.data, 'dst')?.value);
    const srcText = textOf(member(sighting.data, 'src')?.value);
    if (dstText === undefined || srcText === undefined) {
      if (sighting.isSound) this.#find(sighting, 'dst and src are sockets as text', []);
      return;
    }
    const sockets = { dst: readSocket(dstText), src: readSocket(srcText) };
    const possible = steps.flatMap(({ dst, src }, i) =>
      sockets.dst[dst] !== undefined && sockets.src[src] !== undefined ? [i + 1] : [],
    );
    if (possible.length === 0) {
      this.#find(sighting, `dst is ${described(sockets.dst)} and src is ${described(sockets.src)}, as in none of the steps`, []);
      return;
    }
    this.#fromServer(sighting, sockets, possible);
    this.#toServer(sighting, sockets, possible);
  }

  /** Steps 2 and 4, or what a server made of them. */
  #fromServer(sighting: Sighting, { dst, src }: Sockets, possible: readonly number[]): void {
    const paths = this.#paths.get(sighting.from) ?? [];
    const step4 = possible.includes(4) && dst.full !== undefined && src.full !== undefined;
    if (possible.includes(2) && paths.some((path) => isEqual(path.origin, dst.full) && path.target === src.ip)) {
      const path = paths.findLast((one) => isEqual(one.origin, dst.full) && one.target === src.ip)!;
      path.b = sighting.to;
      path.frame = sighting.frame;
      this.#is(sighting, path, 2);
      return;
    }
    const answered = paths.findLast((path) => path.answer !== undefined && path.a === sighting.to);
    const forwarded = step4 ? paths.findLast((path) => isForwarded(path, sighting.to, dst.full, src.full)) : undefined;
    if (forwarded !== undefined) {
      this.#is(sighting, forwarded, 4);
      return;
    }
    if (answered !== undefined && (step4 || (possible.includes(3) && isEqual(answered.origin, dst.full)))) {
      const wanted = `dst ${written(answered.answer!)}, src ${written(answered.origin)}`;
      const text = `step 4 swaps the addresses of step 3 and adds B's: ${wanted}`;
      this.#find(sighting, text, [answered.frame]);
      this.#is(sighting, answered, 4, text);
      return;
    }
    const asked = paths.findLast(
      (path) => path.b === undefined && path.a !== sighting.to && isUnswapped(path, { dst, src }, possible),
    );
    if (asked !== undefined) {
      const wanted = `dst ${written(asked.origin)}, src ${asked.target}`;
      const text = `step 2 swaps the addresses of step 1 and applies A's IP: ${wanted}`;
      this.#find(sighting, text, [asked.frame]);
      this.#is(sighting, asked, 2, text);
    } else if (
      possible.includes(2) &&
      dst.full !== undefined &&
      src.ip !== undefined &&
      paths.every(({ b }) => b !== sighting.to)
    ) {
      // Step 1 is not in the capture.
      const { from: s, to: b, frame } = sighting;
      this.#is(sighting, this.#add({ a: undefined, s, target: src.ip, origin: dst.full, b, frame }), 2);
    }
  }

  /** Steps 1 and 3. */
  #toServer(sighting: Sighting, { dst, src }: Sockets, possible: readonly number[]): void {
    const { from, to, frame } = sighting;
    const asked = (this.#paths.get(to) ?? []).filter((path) => path.b === from);
    const path = asked.findLast(({ origin }) => isEqual(origin, dst.full));
    if (path !== undefined && dst.full !== undefined) {
      if (possible.includes(3) && src.port !== undefined) {
        path.answer = { ip: path.target, port: src.port };
        path.frame = frame;
        this.#is(sighting, path, 3);
      } else if (path.answer === undefined) {
        const text = `step 3 replaces src with B's newly opened port; it is ${described(src)}`;
        this.#find(sighting, text, [path.frame]);
        this.#is(sighting, path, 3, text);
      }
      return;
    }
    // Without brackets, what is a full socket in step 3 can be read as an address alone: this may be a step 1 only where no step 3 is due.
    const near = asked.findLast(({ origin, answer }) => answer === undefined && isNear(origin, dst.full));
    if (possible.includes(3) && near !== undefined) {
      const text = `step 3 returns the dst of step 2, ${written(near.origin)}`;
      this.#find(sighting, text, [near.frame]);
      this.#is(sighting, near, 3, text);
      return;
    }
    if (possible.includes(1) && dst.ip !== undefined && src.port !== undefined) {
      const ip = readFull(from)?.ip ?? '';
      const origin = { ip, port: src.port };
      const paths = this.#paths.get(to) ?? [];
      // Sent again, it is the same opening.
      const same = paths.find((one) => one.a === from && one.target === dst.ip && isEqual(one.origin, origin));
      this.#is(sighting, same ?? this.#add({ a: from, s: to, target: dst.ip, origin, frame }), 1);
    }
  }

  #add(path: Path): Path {
    this.#paths.set(path.s, [...(this.#paths.get(path.s) ?? []), path].slice(-mostPaths));
    return path;
  }

  /** What comes from a server may be read as sent to one, too: the first reading counts. */
  #is({ id }: Sighting, path: Path, step: ConnectStep['step'], breach?: string): void {
    const { messages } = this.#context;
    if (messages.facts.get(id)?.connect !== undefined) return;
    tell(messages, id, { connect: { path, step, ...(breach === undefined ? {} : { breach }) } });
  }

  #find({ id }: Sighting, text: string, frames: readonly number[]): void {
    this.#context.messages.addFinding(id, rules.connectStep, text, frames);
  }
}

/** Step 4 of this path: B's socket, with the address that A asked for or that B's packets came from, and A's. */
function isForwarded({ a, b, answer, origin }: Path, to: string, dst: Full | undefined, src: Full | undefined): boolean {
  if (answer === undefined || (a !== undefined && a !== to) || !isEqual(origin, src) || dst?.port !== answer.port) return false;
  return dst.ip === answer.ip || dst.ip === readFull(b ?? '')?.ip;
}

/** What a server sends to somebody else instead of step 2: step 1 as it came, or one of A's address and port wrong. */
function isUnswapped({ target, origin }: Path, { dst, src }: Sockets, possible: readonly number[]): boolean {
  if (possible.includes(1) && dst.ip === target && src.port === origin.port) return true;
  return possible.includes(2) && src.ip === target && isNear(origin, dst.full);
}

function isEqual(a: Full, b: Full | undefined): boolean {
  return a.ip === b?.ip && a.port === b.port;
}

function isNear(a: Full, b: Full | undefined): boolean {
  return a.ip === b?.ip || a.port === b?.port;
}

export function written({ ip, port }: Full): string {
  return `${ip.includes(':') ? `[${ip}]` : ip}:${port}`;
}

function described({ ip, port, full }: SocketText): string {
  return ip !== undefined ? 'an IP address' : port !== undefined ? 'a port' : full !== undefined ? 'ip:port' : 'no socket';
}
