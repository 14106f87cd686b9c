import { type Montgomery, x448, x25519 } from '../montgomery.ts';

/** DH functions (The Noise Protocol Framework, sections 4.1, 12.1 and 12.2): X25519 and X448 of RFC 7748. */
export interface DhFunction {
  readonly name: '25519' | '448';
  /** DHLEN: bytes of a private key, of a public key and of a shared secret. */
  readonly dhLength: number;
  publicOf(privateKey: Uint8Array): Uint8Array;
  /** The shared secret; all zeros for a public key of low order. Both keys have DHLEN bytes. */
  dh(privateKey: Uint8Array, publicKey: Uint8Array): Uint8Array;
}

function dhFunction(name: DhFunction['name'], curve: Montgomery): DhFunction {
  return {
    name,
    dhLength: curve.length,
    publicOf: (privateKey) => curve.publicOf(privateKey),
    // Points of low order give nothing. The paper takes zeros for them and discourages a check: a peer that sends such a
    // point gives away its own secrecy and nothing of ours.
    dh: (privateKey, publicKey) => curve.shared(privateKey, publicKey) ?? new Uint8Array(curve.length),
  };
}

export const dhFunctions: readonly DhFunction[] = [dhFunction('25519', x25519), dhFunction('448', x448)];
