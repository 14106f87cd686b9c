import { bytesIn, type Field, fromHex, valueIn } from '../../bytes/index.ts';
import { bytesOfInteger, type RsaPrivateKey } from '../../crypto/index.ts';
import {
  type Derivation,
  derivedValue,
  type KeyRing,
  type MessageView,
  type Quantity,
  secretValue,
  wireValue,
} from '../../protocol/index.ts';
import type { Facts } from './facts.ts';
import { nodeListKind, nodeListLabel, rsaLabel } from './keys.ts';
import { openNodeList } from './nodelist.ts';
import type { Tunnel } from './tunnels.ts';

const targetKey = `needs ${rsaLabel} of the tunnel's target`;
const absent = 'it is not whole in the packet';
const reference = 'TUNNEL_REQ, which the specification leaves to its implementation';

/** TUNNEL_REQ: what the target's RSA key unwraps, the test that proves it, and the first bytes of the tunnel. */
export function requested(field: Field, facts: Facts): Derivation[] {
  const tunnel = facts.belongsTo;
  const unwrapped = tunnel?.unwrapped;
  const hash = bytesIn(field, 'test_hash');
  return [
    oaep('test', 'test_encrypted', field, unwrapped?.target, unwrapped?.test),
    {
      formula: 'test_hash = SHA-256(test)',
      clause: `p2p, Packets, ${reference}; FIPS 180-4`,
      inputs: [secretValue('test', unwrapped?.test, targetKey), derivedValue('test_hash', hash, absent)],
      results: [derivedValue('SHA-256(test)', unwrapped?.hash, targetKey)],
      // What was unwrapped has the hash: no other key unwraps anything.
      check:
        unwrapped === undefined
          ? { state: 'unchecked', why: targetKey }
          : { state: 'valid', why: 'the hash proves the key of the target' },
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
): Derivation {
  return {
    formula: `${name} = RSAES-OAEP-DECRYPT(K, ${wrapped})`,
    clause: `p2p, Packets, ${reference}; RFC 8017, section 7.1.2, SHA-256 with MGF1-SHA-1`,
    inputs: [...primes(key), derivedValue(wrapped, bytesIn(field, wrapped), absent)],
    results: [secretValue(name, opened, targetKey)],
    check: opened === undefined ? { state: 'unchecked', why: targetKey } : { state: 'valid', why: 'the padding holds' },
  };
}

/** The private key K as its prime factors (RFC 8017, section 3.2). */
function primes(key: RsaPrivateKey | undefined): Quantity[] {
  const half = (value: bigint): Uint8Array => bytesOfInteger(value, Math.ceil(value.toString(16).length / 2));
  return [
    secretValue('p of K', key && half(key.p), targetKey),
    secretValue('q of K', key && half(key.q), targetKey),
    derivedValue('n of K', key && bytesOfInteger(key.modulus, key.size), targetKey),
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
export function carried(tunnel: Tunnel | undefined, { offset, lead, data, plaintext }: Load): Derivation[] {
  const isBytes = data instanceof Uint8Array;
  const opened =
    plaintext ?? (isBytes && offset !== undefined && lead !== undefined ? tunnel?.open({ offset, lead }, data) : undefined);
  return [
    {
      formula: 'inner = aes-256-cfb8(key, iv, data at position)',
      clause: `p2p, Packets, ${reference}; NIST SP 800-38A, section 6.3`,
      inputs: [
        secretValue('key', tunnel?.secret?.key, targetKey),
        secretValue('iv', tunnel?.secret?.iv, targetKey),
        derivedValue('position', offset === undefined ? undefined : `byte ${offset} of the tunnel's direction`, targetKey),
        ...(isBytes ? [wireValue('data', data)] : []),
      ],
      results: [secretValue('inner', opened, targetKey)],
    },
  ];
}

/** TUNNEL_CLOSE: signed with the key that TUNNEL_REQ named. */
export function closed(field: Field, { signature: check }: Facts): Derivation[] {
  return [
    {
      formula: 'RSASSA-PSS-VERIFY(public_key of TUNNEL_REQ, random, signature)',
      clause: 'p2p, Packets: TUNNEL_CLOSE; RFC 8017, section 8.1.2, SHA-256 with MGF1-SHA-1',
      inputs: [
        derivedValue('random', bytesIn(field, 'random'), absent),
        derivedValue('signature', bytesIn(field, 'signature'), absent),
      ],
      results: [],
      ...(check === undefined ? {} : { check }),
    },
  ];
}

/** NLIST_RES: the list out of bzip2, and its signature. */
export function listed(
  field: Field,
  { signature: check }: Facts,
  keys: KeyRing,
  { limits, budget }: Pick<MessageView, 'limits' | 'budget'>,
): Derivation[] {
  const data = bytesIn(field, 'data');
  if (data === undefined) return [];
  const { bytes, field: list, problem } = openNodeList(data, limits, budget);
  const size = list?.children?.find((child) => child.name === 'sig_size');
  const unpacked: Derivation = {
    formula: 'node_list = bunzip2(data)',
    clause: 'p2p, Packets: NLIST_RES',
    inputs: [wireValue('data', data)],
    results: [wireValue('node_list', bytes)],
    check:
      problem === undefined
        ? { state: 'valid', why: 'the CRC of each block fits' }
        : { state: problem.limit === 'unpackedBytes' ? 'unchecked' : 'invalid', why: problem.text },
  };
  if (list === undefined || size === undefined) return [unpacked];
  const given = keys.all(nodeListKind);
  return [
    unpacked,
    {
      formula: 'RSASSA-PSS-VERIFY(key, everything before sig_size, signature)',
      clause: 'p2p, Packets: NLIST_RES; RFC 8017, section 8.1.2, SHA-256 with MGF1-SHA-1',
      inputs: [
        derivedValue(
          'key',
          given.length === 1 ? fromHex(given[0]!.index) : undefined,
          given.length === 0 ? `needs ${nodeListLabel}` : 'one of several',
        ),
        wireValue('everything before sig_size', bytes.subarray(0, size.start)),
        derivedValue('signature', bytesIn(list, 'signature'), absent),
      ],
      results: [],
      ...(check === undefined ? {} : { check }),
    },
  ];
}
