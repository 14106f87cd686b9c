import { bytesIn, type Field, fromHex, valueIn } from '../../bytes/index.ts';
import type { RsaPrivateKey } from '../../crypto/index.ts';
import {
  type Derivation,
  derivation,
  derivedValue,
  type KeyRing,
  type MessageView,
  type Quantity,
  rsaPrivateValues,
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
  const test = secretValue('test', unwrapped?.test, targetKey);
  return [
    oaep(test, 'test_encrypted', field, unwrapped?.target),
    derivation(
      'test_hash = SHA-256(test)',
      `p2p, Packets, ${reference}; FIPS 180-4`,
      [test, derivedValue('test_hash', bytesIn(field, 'test_hash'), absent)],
      [derivedValue('SHA-256(test)', unwrapped?.hash, targetKey)],
      // What was unwrapped has the hash: no other key unwraps anything.
      unwrapped === undefined
        ? { state: 'unchecked', why: targetKey }
        : { state: 'valid', why: 'the hash proves the key of the target' },
    ),
    oaep(secretValue('key || iv', unwrapped?.shared, targetKey), 'shared_key', field, unwrapped?.target),
    ...(tunnel === undefined ? [] : [carried(tunnel, { ...facts.tunnel, data: valueIn(field, 'data') })]),
  ];
}

function oaep(opened: Quantity, wrapped: string, field: Field, key: RsaPrivateKey | undefined): Derivation {
  return derivation(
    `${opened.name} = RSAES-OAEP-DECRYPT(K, ${wrapped})`,
    `p2p, Packets, ${reference}; RFC 8017, section 7.1.2, SHA-256 with MGF1-SHA-1`,
    [...rsaPrivateValues(key, targetKey), derivedValue(wrapped, bytesIn(field, wrapped), absent)],
    [opened],
    opened.value === undefined ? { state: 'unchecked', why: targetKey } : { state: 'valid', why: 'the padding holds' },
  );
}

/** What of a tunnel a packet carries: where it lies, and its bytes as captured, or opened before. */
interface Load {
  readonly offset?: number;
  readonly lead?: Uint8Array;
  readonly data?: Field['value'];
  readonly plaintext?: Uint8Array;
}

/** The tunnel's own cipher. Its first packet holds a private key, so the plaintext counts as one. */
export function carried(tunnel: Tunnel | undefined, { offset, lead, data, plaintext }: Load): Derivation {
  const isBytes = data instanceof Uint8Array;
  const opened =
    plaintext ?? (isBytes && offset !== undefined && lead !== undefined ? tunnel?.open({ offset, lead }, data) : undefined);
  return derivation(
    'inner = aes-256-cfb8(key, iv, data at position)',
    `p2p, Packets, ${reference}; NIST SP 800-38A, section 6.3`,
    [
      ...[secretValue('key', tunnel?.secret?.key, targetKey), secretValue('iv', tunnel?.secret?.iv, targetKey)],
      derivedValue('position', offset === undefined ? undefined : `byte ${offset} of the tunnel's direction`, targetKey),
      ...(isBytes ? [wireValue('data', data)] : []),
    ],
    [secretValue('inner', opened, targetKey)],
  );
}

const pss = 'RFC 8017, section 8.1.2, SHA-256 with MGF1-SHA-1';

/** TUNNEL_CLOSE: signed with the key that TUNNEL_REQ named. */
export function closed(field: Field, { signature: check }: Facts): Derivation {
  const inputs = ['random', 'signature'].map((name) => derivedValue(name, bytesIn(field, name), absent));
  const formula = 'RSASSA-PSS-VERIFY(public_key of TUNNEL_REQ, random, signature)';
  return derivation(formula, `p2p, Packets: TUNNEL_CLOSE; ${pss}`, inputs, [], check);
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
  const unpacked = derivation(
    'node_list = bunzip2(data)',
    'p2p, Packets: NLIST_RES',
    [wireValue('data', data)],
    [wireValue('node_list', bytes)],
    problem === undefined
      ? { state: 'valid', why: 'the CRC of each block fits' }
      : { state: problem.limit === 'unpackedBytes' ? 'unchecked' : 'invalid', why: problem.text },
  );
  if (list === undefined || size === undefined) return [unpacked];
  const given = keys.all(nodeListKind);
  const key = given.length === 1 ? fromHex(given[0]!.index) : undefined;
  return [
    unpacked,
    derivation(
      'RSASSA-PSS-VERIFY(key, everything before sig_size, signature)',
      `p2p, Packets: NLIST_RES; ${pss}`,
      [
        derivedValue('key', key, given.length === 0 ? `needs ${nodeListLabel}` : 'one of several'),
        wireValue('everything before sig_size', bytes.subarray(0, size.start)),
        derivedValue('signature', bytesIn(list, 'signature'), absent),
      ],
      [],
      check,
    ),
  ];
}
