/** Elliptic curves: Diffie-Hellman and signatures. None of them throws for the other side's bytes. */
export { type Edwards, ed448, ed25519 } from '../edwards.ts';
export { type Montgomery, x448, x25519 } from '../montgomery.ts';
export { p256, type ShortWeierstrass, secp256k1 } from '../shortweierstrass.ts';
