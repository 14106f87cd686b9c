/**
 * Published vectors of Noise: of cacophony and snow all that use the names of the paper. Bytes are base64. Each file holds every pattern
 * once with its messages, in turn with each combination of DH, cipher and hash; of the other vectors the SHA-256 of all messages
 * together, since their keys and payloads are there and the messages follow from them.
 */
import { readFileSync } from 'node:fs';
import { fromBase64 } from '../../dissector/bytes/index.ts';

interface Side {
  readonly s?: string;
  readonly e?: string;
  readonly rs?: string;
}

export interface NoiseVector {
  readonly name: string;
  readonly prologue: Uint8Array;
  readonly initiator: Keys;
  readonly responder: Keys;
  readonly psks: readonly Uint8Array[];
  readonly payloads: readonly Uint8Array[];
  /** The handshake hash; only cacophony has it. */
  readonly h: Uint8Array | undefined;
  readonly messages: readonly Uint8Array[] | undefined;
  readonly sha256: Uint8Array | undefined;
}

type Keys = { readonly s: Uint8Array | undefined; readonly e: Uint8Array | undefined; readonly rs: Uint8Array | undefined };

interface File {
  readonly inputs: readonly {
    readonly prologue: string;
    readonly initiator: Side;
    readonly responder: Side;
    readonly psks: readonly string[];
    readonly payloads: readonly string[];
  }[];
  readonly vectors: readonly {
    readonly name: string;
    readonly input: number;
    readonly h?: string;
    readonly messages?: readonly string[];
    readonly sha256?: string;
  }[];
}

const bytes = (text: string): Uint8Array => fromBase64(text)!;
const given = (text: string | undefined): Uint8Array | undefined => (text === undefined ? undefined : bytes(text));
const keys = ({ s, e, rs }: Side): Keys => ({ s: given(s), e: given(e), rs: given(rs) });

export function noiseVectors(source: 'cacophony' | 'snow'): readonly NoiseVector[] {
  const file: File = JSON.parse(readFileSync(new URL(`noise-${source}.json`, import.meta.url), 'utf8'));
  return file.vectors.map(({ name, input, h, messages, sha256 }) => {
    const { prologue, initiator, responder, psks, payloads } = file.inputs[input]!;
    return {
      name,
      prologue: bytes(prologue),
      initiator: keys(initiator),
      responder: keys(responder),
      psks: psks.map(bytes),
      payloads: payloads.map(bytes),
      h: given(h),
      messages: messages?.map(bytes),
      sha256: given(sha256),
    };
  });
}
