import type { DecryptionCandidate } from './choices.ts';
import { packetOf } from './messages.ts';

/** The encrypted bytes of one direction so far, and whether they are all there will be. */
export interface Sealed {
  readonly bytes: Uint8Array;
  readonly closed: boolean;
  /** Of outbound: how many bytes were there when inbound's first came. It waits for FIN_ACK, so these are FIN's. */
  readonly mark?: number;
}

export interface Verdict {
  readonly opening: DecryptionCandidate;
  readonly proof: string;
  /** By direction, outbound first: it opens. */
  readonly opens: readonly [boolean, boolean];
}

/** More of a direction than this is not looked at while the handshake is awaited. */
const glance = 1024;
/** "Parses as known types" counts from so many bytes on: fewer pass by chance. */
const telling = 8;
/** What an unproven direction may leave unparsed at its end under a key that the other one proved. */
const tolerable = 16;
const nothing = new Uint8Array(0);

interface Walk {
  /** Types of the whole packets, in order, and where the first of them ends. */
  readonly types: readonly number[];
  readonly first: number;
  /** No byte stood where a type was expected that is none. */
  readonly sound: boolean;
  /** Bytes of the whole packets, and what is left after them. */
  readonly parsed: number;
  readonly left: number;
  readonly plaintext: Uint8Array;
}

/** A wrong key mostly shows in the first bytes, and nearly always in some thousand: the rest need not be opened for it. */
const peeks = [16, 4096];

/** Reads whole packets from the beginning of a direction as `opening` opens it. */
function walk(opening: DecryptionCandidate, ciphertext: Uint8Array): Walk {
  for (const peek of peeks) {
    if (ciphertext.length <= peek) break;
    const seen = walkAll(opening, ciphertext.subarray(0, peek));
    if (!seen.sound) return { ...seen, left: ciphertext.length - seen.parsed };
  }
  return walkAll(opening, ciphertext);
}

function walkAll(opening: DecryptionCandidate, ciphertext: Uint8Array): Walk {
  const plaintext = opening.cipher.open(opening.key, opening.iv, nothing, 0, ciphertext) ?? nothing;
  const types: number[] = [];
  let at = 0;
  let first = 0;
  while (at < plaintext.length) {
    const packet = packetOf(plaintext[at]!);
    if (packet === undefined) return { types, first, sound: false, parsed: at, left: plaintext.length - at, plaintext };
    const { end, problem } = packet.decode(plaintext, 0, at);
    if (problem !== undefined) break;
    types.push(packet.type);
    at = end;
    if (first === 0) first = end;
  }
  return { types, first, sound: true, parsed: at, left: plaintext.length - at, plaintext };
}

const FIN = 2;
const FIN_ACK = 3;
const DISCONNECT = 4;

/**
 * Which opening proves itself: FIN from outbound and FIN_ACK from inbound. While several do, more bytes are awaited; undefined
 * then. The first in the order of the open choices wins when there is nothing left to wait for.
 */
function byHandshake(openings: readonly DecryptionCandidate[], outbound: Sealed, inbound: Sealed): Verdict | undefined {
  const isFinal = (outbound.closed && inbound.closed) || (outbound.bytes.length >= glance && inbound.bytes.length >= glance);
  const walks = openings.map((opening) => ({
    opening,
    out: walk(opening, outbound.bytes.subarray(0, glance)),
    in: walk(opening, inbound.bytes.subarray(0, glance)),
  }));
  const alive = walks.filter((one) => one.out.types[0] === FIN && one.in.types[0] === FIN_ACK);
  const isSound = (one: (typeof walks)[number]): boolean => one.out.sound && one.in.sound;
  // A type byte alone fits every cipher that begins alike; a wrong reading of FIN takes a random number of bytes.
  const ends = (one: (typeof walks)[number]): boolean => one.out.first === outbound.mark;
  const isWhole = (one: (typeof walks)[number]): boolean => isSound(one) && one.out.left === 0 && one.in.left === 0;
  const exact = alive.filter((one) => isWhole(one) || ends(one));
  const fits = alive.filter((one) => isSound(one) || ends(one));
  const best = exact.filter(isSound);
  const isAwaited = walks.some((one) => one.out.types.length === 0 && one.out.sound && one.in.types[0] === FIN_ACK);
  const isOnly = fits.length === 1 && best.length === 0 && isSound(fits[0]!) && !isAwaited;
  const chosen =
    best.length === 1 || isFinal ? (best.find(isWhole) ?? best[0] ?? exact[0] ?? fits[0]) : isOnly ? fits[0] : undefined;
  if (chosen === undefined) return undefined;
  return { opening: chosen.opening, proof: 'FIN and FIN_ACK decode', opens: [true, true] };
}

/** A whole direction that parses as known types, or that is one DISCONNECT (a failed handshake). */
function proves(one: Walk, bytes: Uint8Array): string | undefined {
  if (!one.sound) return undefined;
  const isLone = one.types.length === 1 && one.types[0] === DISCONNECT && one.left === 0;
  if (isLone && isText(one)) return lone;
  if (one.parsed >= telling && (one.left === 0 || one.types.length > 2)) return isLone ? unreadable : parses;
  if (isLone) return undefined;
  // Cut off after its size by the connection's end: an empty plaintext would prove nothing.
  const isCut = one.types.length === 0 && bytes.length >= 2 && one.plaintext[0] === DISCONNECT;
  return isCut && isText(one) ? cutOff : undefined;
}

const lone = 'a lone DISCONNECT with UTF-8 text';
const cutOff = `${lone}, cut off`;
const parses = 'a direction parses as known types up to its end';
const unreadable = 'a direction parses as a DISCONNECT';
/**
 * From the weakest. A wrong cipher reads the type byte right, and then a size at random: that is often a packet cut off. CFB
 * and CTR agree on a whole block, and so on a size: what comes after it tells them apart.
 */
const byStrength: readonly (string | undefined)[] = [undefined, cutOff, unreadable, lone, parses];

function strengthOf(proof: string | undefined): number {
  return byStrength.indexOf(proof);
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The text of a DISCONNECT is UTF-8; where it is cut off, the last character may be too. */
function isText({ plaintext, left }: Walk): boolean {
  for (let cut = 0; cut <= (left === 0 ? 0 : 3); cut++) {
    try {
      utf8.decode(plaintext.subarray(2, Math.max(2, plaintext.length - cut)));
      return true;
    } catch {
      // One byte less may be whole characters.
    }
  }
  return false;
}

function byContent(openings: readonly DecryptionCandidate[], outbound: Sealed, inbound: Sealed): Verdict | undefined {
  const found: Verdict[] = [];
  for (const opening of openings) {
    const walks = [walk(opening, outbound.bytes), walk(opening, inbound.bytes)] as const;
    const proofs = [proves(walks[0], outbound.bytes), proves(walks[1], inbound.bytes)] as const;
    const proof = strengthOf(proofs[1]) > strengthOf(proofs[0]) ? proofs[1] : proofs[0];
    if (proof === undefined) continue;
    const follows = (i: 0 | 1): boolean => proofs[i] !== undefined || (walks[i].sound && walks[i].left <= tolerable);
    found.push({ opening, proof, opens: [follows(0), follows(1)] });
  }
  const strongest = Math.max(...found.map(({ proof }) => strengthOf(proof)));
  return found.find(({ proof }) => strengthOf(proof) === strongest);
}

/** What opens a connection, as far as its bytes prove it by now; `undefined` while that is open, or for good once both are closed. */
export function prove(openings: readonly DecryptionCandidate[], outbound: Sealed, inbound: Sealed): Verdict | undefined {
  const verdict = byHandshake(openings, outbound, inbound);
  if (verdict !== undefined || !outbound.closed || !inbound.closed) return verdict;
  return byContent(openings, outbound, inbound);
}
