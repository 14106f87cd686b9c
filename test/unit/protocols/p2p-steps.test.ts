import { createDecipheriv, createDiffieHellman, createHash, createPrivateKey } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { streamCiphers } from '../../../dissector/crypto/index.ts';
import { analyse, goldenJson } from '../../golden/open.ts';
import {
  dhKey,
  disconnect,
  fin,
  finAck,
  handshake,
  hello,
  keepAlive,
  prime,
  publicKey,
  recorded,
  type Sent,
  secretKey,
  shared,
} from './p2p.build.ts';
import { bytesOf, computed, leaks, opened, quantities, refused, secretsOf, stepsOf, valueIn } from './steps.build.ts';

const truth = goldenJson('p2p_a.keys.json');
const session = truth.sessions[0];

describe('a connection of p2p, step by step', () => {
  const analysis = opened('p2p_a.pcapng');

  it('allows each packet of conforming traffic and ends closed', () => {
    expect(refused(analysis)).toEqual([]);
    expect(stepsOf(analysis).size).toBe(analysis.messageCount);
    const { steps } = analysis.steps(0)!;
    expect(steps.slice(0, 5).map(({ by, before, after }) => `${by} ${before} ${after}`)).toEqual([
      'opener hello hello_ack',
      'answerer hello_ack fin',
      'opener fin fin_ack',
      'answerer fin_ack open',
      'answerer open open',
    ]);
    expect(steps.at(-1)!.after).toBe('closed');
  });

  it('refuses what has a finding about order, and nothing else', () => {
    const broken = opened('p2p_b.pcapng');
    const told = Array.from({ length: broken.messageCount }, (_, n) => n).filter((n) =>
      broken.message(n).findings.some(({ rule }) => rule === 'p2p.order' || rule === 'p2p.unknown-type'),
    );
    expect(refused(broken).map((text) => Number.parseInt(text, 10))).toEqual(told);
  });

  it('shows the exchange as Node computes it', () => {
    const dh = createDiffieHellman(session.p, 'hex', session.g.padStart(2, '0'), 'hex');
    dh.setPrivateKey(session.x_inbound, 'hex');
    const own = computed(analysis, 1, 'b_peer_public_key = param_g');
    expect([valueIn(own, 'x_b'), valueIn(own, 'param_p')]).toEqual([session.x_inbound, session.p]);
    const z = dh.computeSecret(valueIn(computed(analysis, 0, 'a_peer_public_key = param_g'), 'a_peer_public_key')!, 'hex', 'hex');
    expect(valueIn(computed(analysis, 1, 'shared_secret = '), 'shared_secret')).toBe(z);
    const derived = computed(analysis, 1, 'key = first 32 bytes');
    expect([valueIn(derived, 'key'), valueIn(derived, 'cipher')]).toEqual([z.slice(0, 64), 'aes-256-cfb8']);
    expect(derived.check).toEqual({ state: 'valid', why: 'FIN and FIN_ACK decode' });
    // Outbound's exponent was not given.
    expect(computed(analysis, 1, 'shared_secret = ').inputs[1]).toEqual({
      name: 'x_a',
      unknown: 'needs P2P_DH_PRIVATE of outbound',
      secret: true,
    });
  });

  it('shows a packet in the middle of a stream as Node decrypts it', () => {
    const data = computed(analysis, 12, 'plaintext = ');
    expect(valueIn(data, 'position')).toBe('byte 1411 of its direction');
    const cipher = createDecipheriv('aes-256-cfb8', bytesOf(data, 'key'), bytesOf(data, 'shift register'));
    expect(cipher.update(bytesOf(data, 'ciphertext'))).toEqual(bytesOf(data, 'plaintext'));
    const begun = computed(analysis, 2, 'plaintext = ');
    expect(valueIn(begun, 'shift register')).toBe(valueIn(begun, 'init_vector'));
  });

  it('shows the handshake of a tunnel with the values that its ends had', () => {
    const test = computed(analysis, 12, 'test = ');
    const keys = Object.values<{ private_key_pem: string }>(truth.rsa).map(({ private_key_pem: pem }) => createPrivateKey(pem));
    const own = keys.find((key) => key.export({ format: 'jwk' }).n === bytesOf(test, 'n of K').toString('base64url'))!;
    const jwk = own.export({ format: 'jwk' });
    expect([bytesOf(test, 'p of K'), bytesOf(test, 'q of K')].map((half) => half.toString('base64url'))).toEqual([jwk.p, jwk.q]);
    const hash = createHash('sha256').update(bytesOf(test, 'test')).digest('hex');
    expect(valueIn(computed(analysis, 12, 'test_hash'), 'test_hash')).toBe(hash);
    const inner = truth.tunnel_ciphers[0];
    expect(valueIn(computed(analysis, 12, 'key || iv'), 'key || iv')).toBe(inner.key + inner.iv);
    const create = computed(analysis, 12, 'inner = ');
    const cipher = createDecipheriv('aes-256-cfb8', bytesOf(create, 'key'), bytesOf(create, 'iv'));
    expect(cipher.update(bytesOf(create, 'data'))).toEqual(bytesOf(create, 'inner'));
    expect(computed(analysis, 38, 'RSASSA-PSS').check?.state).toBe('valid');
    expect(computed(analysis, 7, 'RSASSA-PSS').check?.state).toBe('valid');
  });

  it('marks every secret as one', () => {
    const secrets = secretsOf(analysis);
    for (const value of [session.x_outbound, session.x_inbound, session.shared_secret, session.key]) secrets.add(value);
    expect(secrets.size).toBeGreaterThan(10);
    // What a tunnel's ends say to each other is secret as its private key is; short texts of it may stand anywhere.
    expect(
      leaks(
        analysis,
        [...secrets].filter((one) => one.length >= 32),
      ),
    ).toEqual([]);
  });

  it.each(['', 'P2P_DH_PRIVATE 1234567890abcdef', `P2P_AES_KEY ${session.iv} ${'42'.repeat(32)}`])(
    'names the keys that would tell, with the keys "%s"',
    (keys) => {
      const closed = opened('p2p_a.pcapng', keys);
      expect(secretsOf(closed).size).toBe(0);
      expect(refused(closed)).toEqual([]);
      expect(computed(closed, 1, 'shared_secret = ').results).toEqual([
        { name: 'shared_secret', unknown: 'needs P2P_DH_PRIVATE of either side, or P2P_SHARED_SECRET', secret: true },
      ]);
      expect(computed(closed, 2, 'plaintext = ').inputs[0]).toEqual({
        name: 'key',
        unknown: 'needs P2P_DH_PRIVATE of either side, P2P_SHARED_SECRET or P2P_AES_KEY',
        secret: true,
      });
      for (const { name, value, unknown } of quantities(closed))
        expect(value === undefined ? unknown : 'known', name).toBeTruthy();
    },
  );
});

describe('what the specification leaves open', () => {
  const ctr = streamCiphers.find(({ name }) => name === 'aes-256-ctr')!;

  it.each([dhKey('outbound'), dhKey('inbound'), secretKey])('is shown as it was proven, with %s', (keys) => {
    const key = createHash('sha256').update(shared).digest();
    const analysis = analyse(
      recorded([...handshake, ['inbound', keepAlive], ['outbound', keepAlive], ['outbound', disconnect('bye')]], {
        cipher: ctr,
        key,
        close: true,
      }),
      keys,
    );
    const derived = computed(analysis, 1, 'key = SHA-256(shared_secret)');
    expect([valueIn(derived, 'key'), valueIn(derived, 'cipher')]).toEqual([key.toString('hex'), 'aes-256-ctr']);
    expect(valueIn(computed(analysis, 1, 'shared_secret = '), 'shared_secret')).toBe(Buffer.from(shared).toString('hex'));
  });

  it('is unknown while nothing proves it', () => {
    const analysis = analyse(recorded(handshake.slice(0, 2)), dhKey('inbound'));
    expect(computed(analysis, 1, 'key = KDF').check?.state).toBe('unchecked');
    expect(valueIn(computed(analysis, 1, 'shared_secret = '), 'shared_secret')).toBe(Buffer.from(shared).toString('hex'));
  });
});

describe('a public key out of range', () => {
  it('is shown whole, with a verdict', () => {
    const far = publicKey(BigInt(`0x1${prime}`));
    const analysis = analyse(recorded([['outbound', hello({ a_peer_public_key: far }), 'clear']]));
    expect(valueIn(computed(analysis, 0, 'a_peer_public_key = '), 'a_peer_public_key')).toBe(`01${prime}`);
    expect(computed(analysis, 0, '2 <= ').check?.state).toBe('invalid');
  });
});

describe('connections of which packets are missing', () => {
  const talk: Sent[] = [
    ['inbound', keepAlive],
    ['outbound', keepAlive],
    ['outbound', disconnect('bye')],
  ];

  it.each([
    ['without FIN_ACK', [2], [...handshake, ...talk]],
    ['without HELLO', [0], [...handshake, ...talk]],
    ['from the middle', [0, 1, 2, 3], [...handshake, ...talk]],
  ] as [string, number[], Sent[]][])('allow what nobody can blame: %s', (_, lost, sent) => {
    const bytes = recorded(sent, { lost: (index) => lost.includes(index), close: true });
    for (const keys of ['', dhKey('inbound')]) {
      const analysis = analyse(bytes, keys);
      const blamed = Array.from({ length: analysis.messageCount }, (_each, n) => n).filter((n) =>
        analysis.message(n).findings.some(({ severity, rule }) => severity !== 'note' && rule !== 'p2p.gap'),
      );
      expect(refused(analysis).map((text) => Number.parseInt(text, 10))).toEqual(blamed);
    }
  });

  it('compute nothing of a packet that is cut off', () => {
    // The modulus of HELLO is in its second segment.
    const analysis = analyse(
      recorded([...handshake, ...talk], { segment: 150, lost: (index) => index === 1, close: true }),
      secretKey,
    );
    expect(analysis.message(0)).toMatchObject({ name: 'HELLO', state: 'incomplete' });
    expect(analysis.compute(0)).toEqual([]);
  });

  it('refuse a handshake that begins again', () => {
    const sent: Sent[] = [...handshake, ['inbound', fin()], ['outbound', finAck]];
    const analysis = analyse(recorded(sent, { close: true }), dhKey('inbound'));
    expect(refused(analysis)).toEqual(['4 FIN: open', '5 FIN_ACK: open']);
  });
});
