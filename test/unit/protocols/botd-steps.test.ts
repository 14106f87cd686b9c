import { createDecipheriv, createECDH, createHash, ECDH } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { analyse, goldenPath } from '../../golden/open.ts';
import { recorded, type Sent, type Style, session } from './botd.build.ts';
import { bytesOf, computed, leaks, opened, quantities, refused, secretsOf, stepsOf, valueIn } from './steps.build.ts';

const sha256 = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest();

describe('a connection of botd, step by step', () => {
  const analysis = opened('botd_a.pcapng');

  it('allows each message of conforming traffic and ends open', () => {
    expect(refused(analysis)).toEqual([]);
    expect(stepsOf(analysis).size).toBe(analysis.messageCount);
    const { steps } = analysis.steps(0)!;
    expect(steps.slice(0, 3).map(({ by, before, after }) => `${by} ${before} ${after}`)).toEqual([
      'opener init ack',
      'answerer ack open',
      'opener open open',
    ]);
    expect(steps.at(-1)!.after).toBe('open');
  });

  it('shows checksums, digests and the exchange as Node computes them', () => {
    const framed = computed(analysis, 0, 'checksum = ');
    expect(valueIn(framed, 'checksum')).toBe(sha256(bytesOf(framed, 'payload')).subarray(0, 4).toString('hex'));
    for (const [n, keys] of [
      [0, 'sender_pubkey, recipient_pubkey, ephemeral_pubkey'],
      [1, 'recipient_pubkey, sender_pubkey, ephemeral_pubkey'],
    ] as const) {
      const digest = computed(analysis, n, 'digest = ');
      expect(bytesOf(digest, 'digest')).toEqual(sha256(bytesOf(digest, keys)));
      expect(computed(analysis, n, 'ECDSA').check?.state).toBe('valid');
    }
    const shared = computed(analysis, 1, 'S = ');
    const [own] = shared.inputs.flatMap(({ name, value }) => (name.startsWith('d of') && value !== undefined ? [value] : []));
    const dh = createECDH('secp256k1');
    dh.setPrivateKey(own as Uint8Array);
    const side = valueIn(shared, 'd of the sender') === undefined ? 'sender' : 'recipient';
    const x = dh.computeSecret(bytesOf(shared, `ephemeral_pubkey of the ${side}`));
    expect(bytesOf(shared, 'S').subarray(1)).toEqual(x);
    expect(ECDH.convertKey(bytesOf(shared, 'S'), 'secp256k1')).toBeTruthy();
    const frame = computed(analysis, 2, 'plaintext = ');
    expect(frame.formula).toContain('AES-256-GCM');
    const cipher = createDecipheriv('aes-256-gcm', bytesOf(frame, 'key'), bytesOf(frame, 'nonce'));
    cipher.setAuthTag(bytesOf(frame, 'tag'));
    const plaintext = Buffer.concat([cipher.update(bytesOf(frame, 'ciphertext')), cipher.final()]);
    expect(plaintext).toEqual(bytesOf(frame, 'plaintext'));
    expect(frame.check?.state).toBe('valid');
  });

  it('marks every secret as one', () => {
    const secrets = secretsOf(analysis);
    expect(secrets.size).toBe(3);
    for (const name of ['botd_a.keys', 'botd_a.alt-aes.keys', 'botd_a.alt-point.keys']) {
      const log = readFileSync(goldenPath(name), 'utf8');
      for (const value of log.matchAll(/[0-9a-f]{64,}$/gim)) secrets.add(value[0].toLowerCase());
    }
    expect(leaks(analysis, secrets)).toEqual([]);
  });

  it.each([
    ['an AES key', 'botd_a.alt-aes.keys', 'key = KDF(S)', false],
    ['a shared point', 'botd_a.alt-point.keys', 'key = SHA-256(S', true],
  ])('shows what %s alone tells', (_, file, formula, tellsPoint) => {
    const half = opened('botd_a.pcapng', readFileSync(goldenPath(file), 'utf8'));
    expect(valueIn(computed(half, 1, 'S = '), 'S') !== undefined).toBe(tellsPoint);
    expect(valueIn(computed(half, 1, formula), 'key')).toBe(valueIn(computed(analysis, 1, 'key = SHA-256(S'), 'key'));
  });

  it.each(['', `BOTD_EPHEMERAL_PRIVATE ${'42'.repeat(32)}`])('names the keys that would tell, with the keys "%s"', (keys) => {
    const closed = opened('botd_a.pcapng', keys);
    expect(secretsOf(closed).size).toBe(0);
    expect(refused(closed)).toEqual([]);
    expect(computed(closed, 1, 'S = ').results).toEqual([
      { name: 'S', unknown: 'needs BOTD_EPHEMERAL_PRIVATE of either side, or BOTD_SHARED_POINT', secret: true },
    ]);
    expect(computed(closed, 2, 'plaintext = ').inputs[0]).toEqual({
      name: 'key',
      unknown: 'needs BOTD_EPHEMERAL_PRIVATE of either side, BOTD_SHARED_POINT or BOTD_AES_KEY',
      secret: true,
    });
    for (const { name, value, unknown } of quantities(closed)) expect(value === undefined ? unknown : 'known', name).toBeTruthy();
  });
});

describe('what the specification leaves open', () => {
  it.each<[Style, string, string]>([
    [{ cipher: 'AES-256-CTR', key: 'x-coordinate' }, 'key = x-coordinate of S', 'aes-256-ctr'],
    [{ cipher: 'AES-256-CBC', key: 'sha256-x' }, 'key = SHA-256(x-coordinate of S)', 'aes-256-cbc'],
  ])('is shown as it was proven: %o', (style, formula, cipher) => {
    const own = session(style);
    const sent: Sent[] = [
      [0, own.init],
      [1, own.ack],
      [0, own.ping('identifier-1')],
      [1, own.pong('identifier-2', 'identifier-1')],
    ];
    const analysis = analyse(recorded({ sent }), own.peerKeys);
    expect(valueIn(computed(analysis, 1, formula), 'cipher')).toBe(cipher);
    const frame = computed(analysis, 2, 'plaintext = ');
    const node = createDecipheriv(cipher, bytesOf(frame, 'key'), bytesOf(frame, 'iv'));
    expect(Buffer.concat([node.update(bytesOf(frame, 'ciphertext')), node.final()])).toEqual(bytesOf(frame, 'plaintext'));
    expect(frame.check?.state).toBe('valid');
  });
});

describe('connections of which hellos are missing, or come in the wrong order', () => {
  const own = session();
  const init: Sent = [0, own.init];
  const ack: Sent = [1, own.ack];
  const talk: Sent[] = [
    [0, own.ping('identifier-1')],
    [1, own.pong('identifier-2', 'identifier-1')],
  ];

  it.each<[string, Sent[], string[]]>([
    ['all there', [init, ack, ...talk], []],
    ['no Init', [ack, ...talk], []],
    ['no Ack', [init, ...talk], []],
    ['no hello', talk, []],
    ['the Init twice', [init, init, ack, ...talk], ['1 Init: ack']],
    ['an Ack before the Init', [ack, init, ...talk], ['0 Ack: init']],
    ['a Ping before the Ack', [init, talk[0]!, ack, talk[1]!], ['1 Ping: ack']],
  ])('refuse what has a finding about order: %s', (_, sent, expected) => {
    const analysis = analyse(recorded({ sent, opened: sent[0]![1] !== talk[0]![1] }), own.keys + own.aesKeys);
    expect(refused(analysis)).toEqual(expected);
    const told = Array.from({ length: analysis.messageCount }, (_each, n) => n).filter((n) =>
      analysis.message(n).findings.some(({ rule }) => rule === 'botd.order'),
    );
    expect(told).toHaveLength(expected.length);
  });

  it('tell of a checksum and a signature that do not fit', () => {
    const bad = session({ badInit: true });
    const wrong = Uint8Array.from(bad.init);
    wrong[4]! ^= 1;
    const analysis = analyse(recorded({ sent: [[0, wrong], ack] }));
    expect(computed(analysis, 0, 'checksum').check?.state).toBe('invalid');
    expect(computed(analysis, 0, 'ECDSA').check?.state).toBe('invalid');
  });
});
