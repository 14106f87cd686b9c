/** A HELLO names the group of the handshake, of up to 2,040 bits: what it protects is a stranger's choice. */
import { expect, it } from 'vitest';
import { dh } from '../../../dissector/index.ts';
import { p2p } from '../../../dissector/protocols/p2p/index.ts';
import { Network } from './network.ts';

const hex = (value: bigint): string => value.toString(16).padStart(2 * Math.ceil(value.toString(16).length / 2), '0');
/** A product of small primes of so many bits. */
const composite = (bits: number): bigint => {
  let product = 3n;
  for (let n = 0; product.toString(2).length < bits; n++) product *= [5n, 7n, 11n, 13n][n % 4]!;
  return product;
};

async function answered(p: bigint, y: bigint) {
  const network = new Network();
  const a = await network.add(p2p, { port: 40_000, mode: 'step' });
  const b = await network.add(p2p, { port: 5002 });
  a.dial(b);
  const made = a.node.made(1, 'HELLO');
  const key = dh.writePublicKey({ p, g: 2n, y });
  a.node.send(1, 'HELLO', { ...made, param_p: hex(p), param_g: '02', a_peer_public_key: key });
  network.run(1000);
  return b.complaints().join(' ');
}

it.each([
  ['tiny', 23n],
  ['1', 1n],
  ['0', 0n],
  ['of 64 bits', (1n << 63n) + 29n],
  ['composite, of 2,040 bits', composite(2_037)],
  ['even', 1n << 2_039n],
])('a modulus that is %s brings no node down', async (_, p) => {
  expect(await answered(p, 5n)).not.toContain('A mistake of Peerscope');
});
