import { createDecipheriv, createHash, createHmac, createPrivateKey, createPublicKey, diffieHellman } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { advance } from '../../../dissector/protocol/index.ts';
import { machine, type SessionState } from '../../../dissector/protocols/p2pke/machine.ts';
import { goldenJson } from '../../golden/open.ts';
import { bytesOf, computed, leaks, opened, quantities, refused, secretsOf, stepsOf, valueIn } from './steps.build.ts';

const recorded: { private: string; public: string }[] = goldenJson('p2pke_a.keys.json').ephemerals;

const blake2b = (...parts: Uint8Array[]): Buffer =>
  parts.reduce((hash, part) => hash.update(part), createHash('blake2b512')).digest();
const hmac = (key: Uint8Array, data: Uint8Array): Buffer => createHmac('blake2b512', key).update(data).digest();

/** HKDF with two outputs as the Noise specification writes it out (section 4.3). */
function hkdf(ck: Uint8Array, input: Uint8Array): [Buffer, Buffer] {
  const temp = hmac(ck, input);
  const first = hmac(temp, Buffer.of(1));
  return [first, hmac(temp, Buffer.concat([first, Buffer.of(2)]))];
}

function x25519(secret: Buffer, peer: Buffer): Buffer {
  return diffieHellman({
    privateKey: createPrivateKey({
      key: Buffer.concat([Buffer.from('302e020100300506032b656e04220420', 'hex'), secret]),
      format: 'der',
      type: 'pkcs8',
    }),
    publicKey: createPublicKey({
      key: Buffer.concat([Buffer.from('302a300506032b656e032100', 'hex'), peer]),
      format: 'der',
      type: 'spki',
    }),
  });
}

describe('a handshake of p2pke, step by step', () => {
  const analysis = opened('p2pke_a.pcapng');

  it('allows each message of conforming traffic and ends complete', () => {
    expect(refused(analysis)).toEqual([]);
    const steps = analysis.steps(0)!;
    expect(steps.title).toBe('session 1 of 1');
    expect(steps.steps.map((step) => step.n)).toEqual(Array.from({ length: 33 }, (_, n) => n));
    expect(steps.steps.slice(0, 5).map((step) => `${step.by} ${step.before} ${step.after}`)).toEqual([
      'opener none init_hello',
      'answerer init_hello resp_hello',
      'opener resp_hello init_done',
      'opener init_done init_done',
      'answerer init_done complete',
    ]);
    expect(steps.steps.at(-1)!.after).toBe('complete');
    for (const { before } of steps.steps) expect(steps.machine.sides).toHaveProperty(before);
  });

  it('allows what has no finding about order in traffic with everything broken', () => {
    expect(refused(opened('p2pke_b.pcapng'))).toEqual([
      '9 data: resp_hello',
      '75 RespHello: complete',
      '76 reserved: complete',
      '77 reserved: complete',
      '78 reserved: complete',
    ]);
  });

  it('shows the transcript, the shared secret and the keys that Node computes', () => {
    const name = Buffer.concat([Buffer.from('Noise_NN_25519_ChaChaPoly_BLAKE2b'), Buffer.alloc(31)]);
    const first = computed(analysis, 0, 'HASH(h || e)');
    const [i, r] = [bytesOf(first, 'e'), bytesOf(computed(analysis, 1, 'HASH(h || e)'), 'e')];
    const own = (e: Buffer): Buffer => Buffer.from(recorded.find((one) => one.public === e.toString('hex'))!.private, 'hex');
    const payload = bytesOf(computed(analysis, 0, '|| payload'), 'payload');
    const h1 = blake2b(blake2b(blake2b(name), i), payload);
    expect(valueIn(computed(analysis, 0, '|| payload'), 'h')).toBe(h1.toString('hex'));

    const ee = x25519(own(i), r);
    expect(ee).toEqual(x25519(own(r), i));
    expect(valueIn(computed(analysis, 1, 'DH('), 'ee')).toBe(ee.toString('hex'));
    const [ck, k] = hkdf(name, ee);
    const mixed = computed(analysis, 1, 'HKDF(ck, ee');
    expect([mixed.results[0]!.value, mixed.results[1]!.value]).toEqual([new Uint8Array(ck), new Uint8Array(k.subarray(0, 32))]);

    const opens = computed(analysis, 1, 'DECRYPT');
    const ad = blake2b(h1, r);
    expect(bytesOf(opens, 'h')).toEqual(ad);
    const ciphertext = bytesOf(opens, 'ciphertext');
    const cipher = createDecipheriv('chacha20-poly1305', k.subarray(0, 32), Buffer.alloc(12), { authTagLength: 16 });
    cipher.setAAD(ad, { plaintextLength: ciphertext.length }).setAuthTag(bytesOf(opens, 'tag'));
    expect(Buffer.concat([cipher.update(ciphertext), cipher.final()])).toEqual(bytesOf(opens, 'plaintext'));
    expect(opens.check?.state).toBe('valid');

    const split = hkdf(ck, Buffer.alloc(0)).map((key) => key.subarray(0, 32).toString('hex'));
    const transport = computed(analysis, 1, 'zerolen');
    expect([valueIn(transport, 'k_i2r'), valueIn(transport, 'k_r2i')]).toEqual(split);
    expect(valueIn(computed(analysis, 4, 'DECRYPT'), 'k_r2i')).toBe(split[1]);
    expect(valueIn(computed(analysis, 4, 'DECRYPT'), 'nonce')).toBe('000000001000000000000000');
    expect(valueIn(computed(analysis, 2, 'digest = '), 'h after RespHello')).toBe(
      blake2b(ad, ciphertext, bytesOf(opens, 'tag')).toString('hex'),
    );
  });

  it('checks each signature of the handshake', () => {
    for (const n of [0, 1, 2]) expect(computed(analysis, n, 'verify').check?.state).toBe('valid');
  });

  it.each(['', `P2PKE_EPHEMERAL_PRIVATE ${'42'.repeat(32)}`])('names the keys that would tell, with the keys "%s"', (keys) => {
    const closed = opened('p2pke_a.pcapng', keys);
    expect(secretsOf(closed).size).toBe(0);
    expect(computed(closed, 1, 'DH(').results).toEqual([
      { name: 'ee', unknown: 'needs P2PKE_EPHEMERAL_PRIVATE of either side', secret: true },
    ]);
    expect(computed(closed, 3, 'DECRYPT').inputs[0]).toEqual({
      name: 'k_i2r',
      unknown: 'needs P2PKE_EPHEMERAL_PRIVATE of either side, or P2PKE_TRANSPORT_KEYS',
      secret: true,
    });
    expect(computed(closed, 3, 'DECRYPT').check?.state).toBe('unchecked');
    // The transcript needs no key.
    expect(valueIn(computed(closed, 1, '|| ciphertext'), 'h')).toBe(valueIn(computed(analysis, 1, '|| ciphertext'), 'h'));
    expect(refused(closed)).toEqual([]);
  });

  it('shows what transport keys alone tell', () => {
    const split = computed(analysis, 1, 'zerolen');
    const e = valueIn(computed(analysis, 0, 'HASH(h || e)'), 'e');
    const half = opened('p2pke_a.pcapng', `P2PKE_TRANSPORT_KEYS ${e} ${valueIn(split, 'k_i2r')} -`);
    expect(secretsOf(half)).toEqual(new Set([valueIn(split, 'k_i2r')]));
    expect(computed(half, 3, 'DECRYPT').check?.state).toBe('valid');
    expect(computed(half, 4, 'DECRYPT').check?.state).toBe('unchecked');
  });

  it('marks every secret as one', () => {
    for (const capture of ['p2pke_a', 'p2pke_b']) {
      const each = opened(`${capture}.pcapng`);
      const secrets = secretsOf(each);
      for (const { private: secret } of goldenJson(`${capture}.keys.json`).ephemerals) secrets.add(secret);
      expect(secrets.size).toBeGreaterThan(6);
      expect(leaks(each, secrets)).toEqual([]);
    }
  });

  it('says of every value what it is or which key tells it', () => {
    for (const each of [analysis, opened('p2pke_b.pcapng', '')])
      for (const { name, value, unknown } of quantities(each)) expect(value === undefined ? unknown : 'known', name).toBeTruthy();
    expect(stepsOf(analysis).size).toBe(analysis.messageCount);
  });
});

describe('the machine of p2pke', () => {
  const reached = (...sent: ['opener' | 'answerer', 'data' | 'closing'][]): string | undefined =>
    sent.reduce<SessionState | undefined>((at, [by, name]) => at && advance(machine, at, name, by), 'complete');

  it('lets each side close by itself', () => {
    expect(reached(['opener', 'closing'], ['answerer', 'data'])).toBe('initiator_closed');
    expect(reached(['opener', 'closing'], ['opener', 'data'])).toBeUndefined();
    expect(reached(['answerer', 'closing'], ['opener', 'data'], ['opener', 'closing'])).toBe('closed');
    expect(reached(['opener', 'closing'], ['answerer', 'closing'], ['answerer', 'data'])).toBeUndefined();
  });
});
