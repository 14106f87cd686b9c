/** Two sides of any pattern with keys that follow from their names, for tests of readers. */
import { noise } from '../../../../dissector/crypto/index.ts';

const sides = ['initiator', 'responder'] as const;
const bytes = (seed: number, length: number): Uint8Array => new Uint8Array(length).fill(seed);

export function protocolOf(pattern: string, suite = '25519_ChaChaPoly_BLAKE2s'): noise.NoiseProtocol {
  const protocol = noise.readProtocolName(`Noise_${pattern}_${suite}`);
  if (typeof protocol === 'string') throw new Error(protocol);
  return protocol;
}

export interface Recorded {
  readonly protocol: noise.NoiseProtocol;
  readonly messages: readonly Uint8Array[];
  readonly payloads: readonly Uint8Array[];
  readonly h: Uint8Array;
  /** A first transport message of the initiator, over the payload `last`. */
  readonly transport: Uint8Array;
  /** Every secret that there is, as a reader names it. */
  readonly secrets: ReadonlyMap<noise.Secret, Uint8Array>;
}

export const last = bytes(99, 7);
export const prologue = bytes(42, 5);

export function record(protocol: noise.NoiseProtocol): Recorded {
  const { pattern, dh } = protocol;
  const secrets = new Map<noise.Secret, Uint8Array>();
  const psks = Array.from({ length: pattern.psks }, (_, at) => bytes(50 + at, 32));
  for (const [at, psk] of psks.entries()) secrets.set(`psk${at + 1}`, psk);
  const keys = sides.map((role, at) => {
    const has = (token: noise.Token) => pattern.messages.some(({ sender, tokens }) => sender === role && tokens.includes(token));
    const s = pattern.preMessages.includes(role) || has('s') ? bytes(2 * at + 1, dh.dhLength) : undefined;
    const e = has('e') ? bytes(2 * at + 2, dh.dhLength) : undefined;
    if (s !== undefined) secrets.set(`${role}.s`, s);
    if (s !== undefined && pattern.preMessages.includes(role)) secrets.set(`${role}.s.public`, dh.publicOf(s));
    if (e !== undefined) secrets.set(`${role}.e`, e);
    return { s, e };
  });
  const both = sides.map((role, at) => {
    const rs = secrets.get(`${sides[1 - at]!}.s.public`);
    const state = noise.beginHandshake(protocol, role, { ...keys[at]!, rs, psks }, prologue);
    if (typeof state === 'string') throw new Error(state);
    return state;
  });
  const payloads = pattern.messages.map((_, at) => bytes(70 + at, 10 + at));
  const messages = payloads.map((payload) => {
    const writer = both.find(({ isTurn }) => isTurn)!;
    const message = writer.writeMessage(payload);
    for (const reader of both) if (reader !== writer) reader.readMessage(message);
    return message;
  });
  const transport = both[0]!.split().send!.encryptWithAd(new Uint8Array(0), last);
  return { protocol, messages, payloads, h: both[0]!.h, transport, secrets };
}

/** What a reader holds who has these secrets. */
export function holding(secrets: ReadonlyMap<noise.Secret, Uint8Array>, names: readonly noise.Secret[]): noise.KnownSecrets {
  const of = (name: noise.Secret) => (names.includes(name) ? secrets.get(name) : undefined);
  const side = (role: noise.Role) => ({ s: of(`${role}.s`), e: of(`${role}.e`), sPublic: of(`${role}.s.public`) });
  return {
    initiator: side('initiator'),
    responder: side('responder'),
    psks: [1, 2, 3, 4, 5].map((number) => of(`psk${number}`)),
  };
}

/** The bytes of a part that was read; what it is instead, else. */
export function readable(part: noise.Part | undefined): Uint8Array | string | undefined {
  return part?.state === 'clear' || part?.state === 'opened' ? part.bytes : part?.state;
}
