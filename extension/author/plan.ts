/** What a new protocol is to be: the answers to the questions that the command and the command line ask. */
import { noise } from '../../dissector/index.ts';
import { protocols } from '../../dissector/protocols/index.ts';

/** How a message in a stream tells where it ends. */
export const framings = {
  u16: 'a length of 2 bytes, big-endian, before each message',
  u32: 'a length of 4 bytes, big-endian, before each message',
  varint: 'a length as a varint (LEB128) before each message',
} as const;
export type Framing = keyof typeof framings;

export interface ProtocolPlan {
  /** The id of the protocol, and the name of its files. */
  readonly name: string;
  readonly transport: 'udp' | 'tcp';
  readonly port: number;
  /** Of a stream. */
  readonly framing: Framing;
  /** Name of the Noise protocol that encrypts a stream: Noise_XX_25519_ChaChaPoly_SHA256. */
  readonly noise: string | undefined;
}

/** Why there cannot be such a protocol, in a sentence; undefined where there can. */
export function planProblem({ name, transport, port, noise: cipher }: ProtocolPlan): string | undefined {
  if (!/^[a-z][a-z0-9]{0,31}$/.test(name))
    return `"${name}" cannot name a protocol: lower-case letters and digits, 32 at most, a letter first.`;
  if (protocols.some(({ id }) => id === name)) return `There is a protocol "${name}" already.`;
  if (!(Number.isInteger(port) && port >= 1 && port <= 65_535)) return 'A port is a number from 1 to 65535.';
  return cipher === undefined ? undefined : noiseProblem(cipher, transport);
}

/** `XX` stands for the whole name with the ciphers that most protocols use. */
export function noiseName(text: string): string {
  return text.startsWith('Noise_') ? text : `Noise_${text}_25519_ChaChaPoly_SHA256`;
}

function noiseProblem(name: string, transport: ProtocolPlan['transport']): string | undefined {
  if (transport === 'udp') return 'A new protocol over UDP has no Noise handshake yet: only one over TCP has.';
  const read = noise.readProtocolName(name);
  if (typeof read === 'string') return read;
  if (read.dh.name !== '25519') return 'A new protocol has keys of 25519.';
  const { psks, preMessages, isOneWay } = read.pattern;
  if (psks > 0)
    return 'A new protocol has no pre-shared key: begin with XX, then write the pattern and the label of "psk" into the module.';
  if (preMessages.length > 0)
    return 'A new protocol has no static keys that are known before (K, I): begin with XX, then write the pattern and the label of "rs" into the module.';
  return isOneWay ? 'A new protocol has no one-way pattern: begin with XX, then write the pattern into the module.' : undefined;
}
