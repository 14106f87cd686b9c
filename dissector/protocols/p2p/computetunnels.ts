import { sha256 } from '@noble/hashes/sha2.js';
import { type Field, fromHex } from '../../bytes/index.ts';
import { bytesOfInteger, type RsaPrivateKey } from '../../crypto/index.ts';
import { type Computation, type KeyRing, type Quantity, secret, shown, told } from '../../session/index.ts';
import type { Facts } from './facts.ts';
import { valueIn } from './handshake.ts';
import { nodeListLabel, rsaLabel } from './keys.ts';
import { openNodeList } from './nodelist.ts';
import { provesTarget, type Tunnel } from './tunnels.ts';

const targetKey = `needs ${rsaLabel} of the tunnel's target`;
const absent = 'it is not whole in the packet';
const reference = 'TUNNEL_REQ, which the specification leaves to its implementation';

function bytesOf(field: Field, name: string): Uint8Array | undefined {
  const value = valueIn(field, name);
  return value instanceof Uint8Array ? value : undefined;
}

/** TUNNEL_REQ: what the target's RSA key unwraps, the test that proves it, and the first bytes of the tunnel. */
export function requested(field: Field, facts: Facts): Computation[] {
  const tunnel = facts.belongsTo;
  const unwrapped = tunnel?.unwrapped;
  const hash = bytesOf(field, 'test_hash');
  const verdict = unwrapped && tunnel?.wrapped && provesTarget(unwrapped.test, tunnel.wrapped);
  return [
    oaep('test', 'test_encrypted', field, unwrapped?.target, unwrapped?.test),
    {
      formula: 'test_hash = SHA-256(test)',
      clause: `p2p, Packets, ${reference}; FIPS 180-4`,
      inputs: [secret('test', unwrapped?.test, targetKey), told('test_hash', hash, absent)],
      results: [told('SHA-256(test)', unwrapped && sha256(unwrapped.test), targetKey)],
      check: verdict ? { state: 'valid', why: 'the hash proves the key of the target' } : { state: 'unchecked', why: targetKey },
    },
    oaep('key || iv', 'shared_key', field, unwrapped?.target, unwrapped?.shared),
    ...(tunnel === undefined ? [] : carried(tunnel, { ...facts.tunnel, data: valueIn(field, 'data') })),
  ];
}

function oaep(
  name: string,
  wrapped: string,
  field: Field,
  key: RsaPrivateKey | undefined,
  opened: Uint8Array | undefined,
): Computation {
  return {
    formula: `${name} = RSAES-OAEP-DECRYPT(K, ${wrapped})`,
    clause: `p2p, Packets, ${reference}; RFC 8017, section 7.1.2, SHA-256 with MGF1-SHA-1`,
    inputs: [...primes(key), told(wrapped, bytesOf(field, wrapped), absent)],
    results: [secret(name, opened, targetKey)],
    check: opened === undefined ? { state: 'unchecked', why: targetKey } : { state: 'valid', why: 'the padding holds' },
  };
}

/** The private key K as its prime factors (RFC 8017, section 3.2). */
function primes(key: RsaPrivateKey | undefined): Quantity[] {
  const half = (value: bigint): Uint8Array => bytesOfInteger(value, Math.ceil(value.toString(16).length / 2));
  return [
    secret('p of K', key && half(key.p), targetKey),
    secret('q of K', key && half(key.q), targetKey),
    told('n of K', key && bytesOfInteger(key.modulus, key.size), targetKey),
  ];
}

/** What of a tunnel a packet carries: where it lies, and its bytes as captured, or opened before. */
interface Load {
  readonly offset?: number;
  readonly lead?: Uint8Array;
  readonly data?: Field['value'];
  readonly plaintext?: Uint8Array;
}

/** The tunnel's own cipher. Its first packet holds a private key, so the plaintext counts as one. */
export function carried(tunnel: Tunnel | undefined, { offset, lead, data, plaintext }: Load): Computation[] {
  const isBytes = data instanceof Uint8Array;
  const opened =
    plaintext ?? (isBytes && offset !== undefined && lead !== undefined ? tunnel?.open({ offset, lead }, data) : undefined);
  return [
    {
      formula: 'inner = aes-256-cfb8(key, iv, data at position)',
      clause: `p2p, Packets, ${reference}; NIST SP 800-38A, section 6.3`,
      inputs: [
        secret('key', tunnel?.secret?.key, targetKey),
        secret('iv', tunnel?.secret?.iv, targetKey),
        told('position', offset === undefined ? undefined : `byte ${offset} of the tunnel's direction`, targetKey),
        ...(isBytes ? [shown('data', data)] : []),
      ],
      results: [secret('inner', opened, targetKey)],
    },
  ];
}

/** TUNNEL_CLOSE: signed with the key that TUNNEL_REQ named. */
export function closed(field: Field, { signature: check }: Facts): Computation[] {
  return [
    {
      formula: 'RSASSA-PSS-VERIFY(public_key of TUNNEL_REQ, random, signature)',
      clause: 'p2p, Packets: TUNNEL_CLOSE; RFC 8017, section 8.1.2, SHA-256 with MGF1-SHA-1',
      inputs: [told('random', bytesOf(field, 'random'), absent), told('signature', bytesOf(field, 'signature'), absent)],
      results: [],
      ...(check === undefined ? {} : { check }),
    },
  ];
}

/** NLIST_RES: the list out of bzip2, and its signature. */
export function listed(field: Field, { signature: check }: Facts, keys: KeyRing): Computation[] {
  const data = bytesOf(field, 'data');
  if (data === undefined) return [];
  const { bytes, field: list, problem } = openNodeList(data);
  const size = list?.children?.find((child) => child.name === 'sig_size');
  const unpacked: Computation = {
    formula: 'node_list = bunzip2(data)',
    clause: 'p2p, Packets: NLIST_RES',
    inputs: [shown('data', data)],
    results: [shown('node_list', bytes)],
    check:
      problem === undefined ? { state: 'valid', why: 'the CRC of each block fits' } : { state: 'invalid', why: problem.text },
  };
  if (list === undefined || size === undefined) return [unpacked];
  const given = keys.all(nodeListLabel);
  return [
    unpacked,
    {
      formula: 'RSASSA-PSS-VERIFY(key, everything before sig_size, signature)',
      clause: 'p2p, Packets: NLIST_RES; RFC 8017, section 8.1.2, SHA-256 with MGF1-SHA-1',
      inputs: [
        told(
          'key',
          given.length === 1 ? fromHex(given[0]!.index) : undefined,
          given.length === 0 ? `needs ${nodeListLabel}` : 'one of several',
        ),
        shown('everything before sig_size', bytes.subarray(0, size.start)),
        told('signature', bytesOf(list, 'signature'), absent),
      ],
      results: [],
      ...(check === undefined ? {} : { check }),
    },
  ];
}
