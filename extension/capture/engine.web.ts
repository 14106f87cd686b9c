import type { Engine } from '../../dissector/crypto/index.ts';

/** Web Cryptography answers later, where a pass over a capture asks now. */
export function platformEngine(): Partial<Engine> {
  return {};
}
