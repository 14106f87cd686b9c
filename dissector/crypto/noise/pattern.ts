import { patterns } from './patterns.ts';

export type Role = 'initiator' | 'responder';
/** Of two letters, the first is the initiator's key, the second the responder's. */
export type DhToken = 'ee' | 'es' | 'se' | 'ss';
export type Token = 'e' | 's' | 'psk' | DhToken;

export interface MessagePattern {
  readonly sender: Role;
  readonly tokens: readonly Token[];
}

/** A handshake pattern (The Noise Protocol Framework, section 7) with its modifiers applied. */
export interface HandshakePattern {
  /** With its modifiers: `XXpsk3`. */
  readonly name: string;
  /** Whose static public key the other side has beforehand, in the order in which they are hashed. */
  readonly preMessages: readonly Role[];
  readonly messages: readonly MessagePattern[];
  /** How many pre-shared keys it takes. */
  readonly psks: number;
  /** Only the initiator sends, also after the handshake. */
  readonly isOneWay: boolean;
}

/** The names of all patterns, without modifiers. */
export const patternNames: readonly string[] = Object.keys(patterns);

/**
 * The pattern of a name such as `IK` or `NNpsk0+psk2`; a sentence for what is none. The modifiers `psk0` to `psk4` are known, as
 * far as the pattern has so many messages; `fallback`, which makes another pattern of a failed one, is not.
 */
export function readPattern(name: string): HandshakePattern | string {
  const [, base, modifiers] = /^([A-Z0-9]*)(.*)$/s.exec(name)!;
  const lines = Object.hasOwn(patterns, base!) ? patterns[base!] : undefined;
  if (lines === undefined) return `there is no handshake pattern ${JSON.stringify(base)}`;
  const plain = linesOf(lines.slice(lines.indexOf('...') + 1));
  const places: number[] = [];
  for (const modifier of modifiers === '' ? [] : modifiers!.split('+')) {
    if (modifier === 'fallback') return 'the modifier fallback is not supported';
    const place = /^psk([0-4])$/.exec(modifier)?.[1];
    if (place === undefined) return `there is no modifier ${JSON.stringify(modifier)}: psk0 to psk4 are known`;
    if (Number(place) > plain.length) return `${modifier} is after the last of the ${plain.length} messages of ${base}`;
    if (places.length > 0 && Number(place) <= places.at(-1)!) return `the modifiers ${modifiers} are not in ascending order`;
    places.push(Number(place));
  }
  const senders = new Set(plain.map(({ sender }) => sender));
  return {
    name,
    preMessages: linesOf(lines.slice(0, Math.max(0, lines.indexOf('...')))).map(({ sender }) => sender),
    messages: plain.map((message, at) => withPsk(message, at, places)),
    psks: places.length,
    isOneWay: senders.size === 1,
  };
}

function linesOf(lines: readonly string[]): MessagePattern[] {
  return lines.map((line) => ({
    sender: line.startsWith('->') ? 'initiator' : 'responder',
    tokens: line.slice(3).split(', ') as Token[],
  }));
}

/** Section 9.2: psk0 comes before the first message's tokens, pskN after those of message N. */
function withPsk({ sender, tokens }: MessagePattern, at: number, places: readonly number[]): MessagePattern {
  const before: Token[] = at === 0 && places.includes(0) ? ['psk'] : [];
  const after: Token[] = places.includes(at + 1) ? ['psk'] : [];
  return { sender, tokens: [...before, ...tokens, ...after] };
}
