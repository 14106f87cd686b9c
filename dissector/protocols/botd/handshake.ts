import type { Check, Field, Limits, Problem } from '../../bytes/index.ts';
import { decodeProto } from '../../codec/index.ts';
import { secp256k1 } from '../../crypto/index.ts';
import type { Verifications } from '../../protocol/index.ts';
import { type SignedKeys, signedInAck, signedInInit } from './keyschedule.ts';
import { payloads } from './messages.ts';

/** What a check takes on a common machine. */
const VERIFICATION_MS = 2;

/** An Init or Ack as it was captured; keys as they stand in it. */
export interface Hello {
  readonly message: 'Init' | 'Ack';
  readonly frame: number;
  readonly id: string | undefined;
  readonly initId: string | undefined;
  readonly sender: Uint8Array | undefined;
  readonly recipient: Uint8Array | undefined;
  readonly ephemeralAsIs: Uint8Array | undefined;
  readonly signature: Uint8Array | undefined;
  /** The ephemeral key compressed; undefined when it is no point of the curve. */
  readonly ephemeral: Uint8Array | undefined;
  /** Fields of the layout that are not there. */
  readonly missing: readonly string[];
  readonly problem: Problem | undefined;
}

export function readHello(message: 'Init' | 'Ack', payload: Uint8Array, frame: number, limits: Limits): Hello {
  const { field, problem } = decodeProto(payloads[message], payload.slice(), 0, 0, payload.length, limits);
  // Of a field that stands twice, readers take the last.
  const last = (name: string): Field['value'] => field.children!.findLast((child) => child.name === name)?.value;
  const text = (name: string): string | undefined => {
    const value = last(name);
    return typeof value === 'string' ? value : undefined;
  };
  const bytes = (name: string): Uint8Array | undefined => {
    const value = last(name);
    return value instanceof Uint8Array ? value : undefined;
  };
  const ephemeralAsIs = bytes('ephemeral_pubkey');
  return {
    message,
    frame,
    id: text('id'),
    initId: text('init_id'),
    sender: bytes('sender_pubkey'),
    recipient: bytes('recipient_pubkey'),
    ephemeralAsIs,
    signature: bytes('signature'),
    ephemeral: ephemeralAsIs === undefined ? undefined : secp256k1.readPoint(ephemeralAsIs),
    missing: payloads[message].fields.map(({ name }) => name).filter((name) => last(name) === undefined),
    problem,
  };
}

export function verifyInit({ sender, recipient, ephemeralAsIs, signature }: Hello, verifications?: Verifications): Check {
  return verify('sender_pubkey', sender, signedInInit(sender, recipient, ephemeralAsIs), signature, verifications);
}

export function verifyAck({ ephemeralAsIs, signature }: Hello, init: Hello | undefined, verifications?: Verifications): Check {
  if (init === undefined) return { state: 'unchecked', why: 'it covers the long-term keys of the Init, which was not captured' };
  return verify("the Init's recipient_pubkey", init.recipient, signedInAck(init, ephemeralAsIs), signature, verifications);
}

function verify(
  signer: string,
  key: Uint8Array | undefined,
  signed: SignedKeys | undefined,
  signature: Uint8Array | undefined,
  verifications: Verifications | undefined,
): Check {
  if (signature === undefined) return { state: 'invalid', why: 'there is no signature' };
  if (signed === undefined) return { state: 'invalid', why: 'a key that the signature covers is missing' };
  const { digest } = signed;
  const check = (): Check => {
    const point = secp256k1.readPoint(key!);
    if (point === undefined) return { state: 'invalid', why: `${signer} is no point of secp256k1` };
    return secp256k1.verify(point, digest, signature)
      ? { state: 'valid', why: `ECDSA by ${signer}` }
      : { state: 'invalid', why: `the signature does not verify with ${signer}` };
  };
  return verifications?.check([key!, digest, signature], VERIFICATION_MS, check) ?? check();
}
