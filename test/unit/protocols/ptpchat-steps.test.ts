import { constants, createDecipheriv, createHash, createPrivateKey, createPublicKey, privateDecrypt, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Analysis } from '../../../dissector/analysis/index.ts';
import { keysOf } from '../../golden/keys.ts';
import { analyse, goldenPath } from '../../golden/open.ts';
import { ack, certificate, getCertificate, key, type Line, message, scriptFile } from './ptpchat-script.ts';
import { bytesOf, computed, leaks, opened, quantities, refused, secretsOf, stepsOf, valueIn } from './steps.build.ts';

const named = (analysis: Analysis, name: string): number[] =>
  Array.from({ length: analysis.messageCount }, (_, n) => n).filter((n) => analysis.message(n).name === name);
const walked = (analysis: Analysis, n: number): string[] =>
  analysis.steps(n)!.steps.map((step) => `${analysis.message(step.n).name} of the ${step.by}: ${step.after}`);

/** Numbers of messages of which not even the verb is one of the specification. */
const blamed = (analysis: Analysis): number[] =>
  Array.from({ length: analysis.messageCount }, (_, n) => n).filter((n) => {
    const { name, findings } = analysis.message(n);
    return name === 'undecodable' || findings.some(({ rule }) => rule === 'ptpchat.unknown-type');
  });

describe('the sessions of ptpchat, step by step', () => {
  const analysis = opened('ptpchat_d.pcapng');

  it('allow each message of conforming traffic', () => {
    expect(refused(analysis)).toEqual([]);
    expect(stepsOf(analysis).size).toBe(analysis.messageCount);
    expect(analysis.steps(0)!.title).toBe('neighbours');
    expect(analysis.steps(0)!.steps.at(-1)!.after).toBe('neighbours');
  });

  it('refuse what is no message of the specification, and nothing else', () => {
    const broken = opened('ptpchat_a.pcapng');
    expect(
      refused(broken)
        .map((text) => Number.parseInt(text, 10))
        .sort((a, b) => a - b),
    ).toEqual(blamed(broken));
  });

  it('show how a channel key came to a node', () => {
    const [first] = named(analysis, 'GETKEY');
    expect(walked(analysis, first!)).toEqual([
      'GETKEY of the opener: asked',
      'ACK of the answerer: acknowledged',
      'KEY of the answerer: answered',
      'ACK of the opener: done',
    ]);
    expect(walked(analysis, named(analysis, 'MESSAGE')[0]!)).toEqual([
      'MESSAGE of the opener: sent',
      'ACK of the answerer: done',
    ]);
  });

  it('show a KEY as Node unwraps it', () => {
    const pkcs8 = /PTPCHAT_RSA_PRIVATE (\S+)/.exec(keysOf('ptpchat_d'))![1]!;
    const own = createPrivateKey({ key: Buffer.from(pkcs8, 'base64'), format: 'der', type: 'pkcs8' });
    const [n] = named(analysis, 'KEY');
    const raw = computed(analysis, n!, 'RSADP');
    const wrapped = bytesOf(raw, 'base64(key)');
    expect(privateDecrypt({ key: own, padding: constants.RSA_NO_PADDING }, wrapped)).toEqual(bytesOf(raw, 'padded'));
    const jwk = own.export({ format: 'jwk' });
    expect(['p of K', 'q of K', 'n of K'].map((name) => bytesOf(raw, name).toString('base64url'))).toEqual([jwk.p, jwk.q, jwk.n]);
    const unpadded = computed(analysis, n!, 'unpad');
    expect(unpadded.formula).toContain('RSA-OAEP (SHA-1)');
    const padding = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha1' };
    expect(privateDecrypt({ key: own, ...padding }, wrapped)).toEqual(bytesOf(unpadded, 'channel key'));
  });

  it('show a MESSAGE as Node decrypts and verifies it', () => {
    const n = named(analysis, 'MESSAGE')[0]!;
    const opens = computed(analysis, n, 'AES-256-CBC');
    const cipher = createDecipheriv('aes-256-cbc', bytesOf(opens, 'channel key'), bytesOf(opens, 'iv'));
    const plaintext = Buffer.concat([cipher.update(bytesOf(opens, 'ciphertext')), cipher.final()]);
    expect(plaintext).toEqual(bytesOf(opens, 'plaintext'));
    const signed = computed(analysis, n, 'VERIFY');
    expect(signed.check?.state).toBe('valid');
    const [text, signature] = [bytesOf(signed, 'text'), bytesOf(signed, 'signature')];
    expect(Buffer.concat([text, signature])).toEqual(plaintext);
    const digest = computed(analysis, n, 'digest = SHA-256(text)');
    expect(bytesOf(digest, 'digest')).toEqual(createHash('sha256').update(text).digest());
    const e = Buffer.from([1, 0, 1]).toString('base64url');
    const jwk = { kty: 'RSA', n: bytesOf(signed, 'n').toString('base64url'), e };
    expect(valueIn(signed, 'e')).toBe('65537');
    expect(verify('sha256', text, createPublicKey({ key: jwk, format: 'jwk' }), signature)).toBe(true);
  });

  it('show what CMS signs', () => {
    const recorded = opened('ptpchat_a.pcapng');
    const n = named(recorded, 'MESSAGE').find((one) =>
      recorded.compute(one).some(({ formula }) => formula.includes('signedAttrs')),
    );
    const signed = computed(recorded, n!, 'signedAttrs');
    expect(signed.check?.state).toBe('valid');
    const content = computed(recorded, n!, '(content)');
    // The attributes hold the digest of the content.
    expect(valueIn(signed, 'signedAttrs')).toContain(valueIn(content, 'digest'));
    const jwk = { kty: 'RSA', n: bytesOf(signed, 'n').toString('base64url'), e: 'AQAB' };
    const key = createPublicKey({ key: jwk, format: 'jwk' });
    const hash = /digest = SHA-(\d+)/.exec(content.formula)![1];
    expect(verify(`sha${hash}`, bytesOf(signed, 'signedAttrs'), key, bytesOf(signed, 'signature'))).toBe(true);
  });

  it('mark every secret as one', () => {
    const secrets = secretsOf(analysis);
    expect(secrets.size).toBeGreaterThanOrEqual(4);
    for (const name of ['ptpchat_d.keys', 'ptpchat_d.alt-channel.keys']) {
      const log = readFileSync(goldenPath(name), 'utf8');
      for (const value of log.matchAll(/\S{40,}$/gm)) secrets.add(Buffer.from(value[0], 'base64').toString('hex'));
    }
    expect(leaks(analysis, secrets)).toEqual([]);
  });

  it('show what a channel key alone tells', () => {
    const half = opened('ptpchat_d.pcapng', readFileSync(goldenPath('ptpchat_d.alt-channel.keys'), 'utf8'));
    const n = named(half, 'MESSAGE')[0]!;
    expect(computed(half, n, 'AES-256-CBC').check?.state).toBe('valid');
    expect(secretsOf(half).size).toBe(1);
  });

  it.each(['', keysOf('ptpchat_a').split('\n')[0]!, `PTPCHAT_CHANNEL_KEY elsewhere ${Buffer.alloc(32, 7).toString('base64')}`])(
    'name the keys that would tell',
    (keys) => {
      const closed = opened('ptpchat_d.pcapng', keys);
      expect(secretsOf(closed).size).toBe(0);
      expect(refused(closed)).toEqual([]);
      const [wrapped] = named(closed, 'KEY');
      expect(computed(closed, wrapped!, 'unpad').results[0]).toMatchObject({ name: 'channel key', secret: true });
      expect(computed(closed, wrapped!, 'unpad').results[0]!.unknown).toMatch(/^needs PTPCHAT_RSA_PRIVATE of /);
      expect(computed(closed, named(closed, 'MESSAGE')[0]!, 'plaintext = ').inputs[0]).toEqual({
        name: 'channel key',
        unknown: 'needs PTPCHAT_CHANNEL_KEY, or PTPCHAT_RSA_PRIVATE of a node that a KEY of the channel was sent to',
        secret: true,
      });
      for (const { name, value, unknown } of quantities(closed))
        expect(value === undefined ? unknown : 'known', name).toBeTruthy();
    },
  );
});

describe('CONNECT over three nodes', () => {
  const lines: readonly Line[] = [
    [0, 'A S', 'CONNECT', { dst: '192.0.2.2', src: '7201' }],
    [0.1, 'S B', 'CONNECT', { dst: '192.0.2.1:7201', src: '192.0.2.2' }],
    [0.2, 'B S', 'CONNECT', { dst: '192.0.2.1:7201', src: '7202' }],
    [0.3, 'S A', 'CONNECT', { dst: '192.0.2.2:7202', src: '192.0.2.1:7201' }],
  ];
  const analysis = analyse(scriptFile(lines));

  it('is one session over two conversations', () => {
    expect(analysis.steps(1)!.title).toBe('CONNECT of 192.0.2.1:7201 to 192.0.2.2 over 198.51.100.9:9001');
    for (const n of [0, 1, 2, 3])
      expect(walked(analysis, n)).toEqual([
        'CONNECT of the opener: asked',
        'CONNECT of the answerer: forwarded',
        'CONNECT of the answerer: returned',
        'CONNECT of the answerer: connected',
      ]);
    expect(valueIn(computed(analysis, 3, "B's IP:B's port"), "B's port")).toBe('7202');
    for (const n of [0, 1, 2, 3]) expect(analysis.compute(n)[0]!.check?.state).toBe('valid');
  });

  it.each([
    ['at B', lines.slice(1, 3)],
    ['late', lines.slice(1)],
    ['without what B returns', [lines[0]!, lines[1]!]],
    ['with step 1 again', [lines[0]!, [0.05, 'A S', 'CONNECT', lines[0]![3]], ...lines.slice(1)]],
  ] as [string, Line[]][])('is allowed %s', (_, some) => {
    expect(refused(analyse(scriptFile(some)))).toEqual([]);
  });

  it('says what is wrong with a step', () => {
    const wrong: Line = [0.3, 'S A', 'CONNECT', { dst: '192.0.2.1:7201', src: '7202' }];
    const found = analyse(scriptFile([...lines.slice(0, 3), wrong]));
    expect(found.compute(3)[0]!.check?.state).toBe('invalid');
    expect(found.compute(3)[0]!.check?.why).toMatch(/^step 4 swaps/);
  });
});

describe('exchanges of ptpchat', () => {
  it('hold a request with its answer and their ACKs, however they come', () => {
    const file = scriptFile([
      [0, 'A B', 'GETCERTIFICATE', getCertificate('identifier-number-1', 'a')],
      [0.1, 'A B', 'GETCERTIFICATE', getCertificate('identifier-number-1', 'a')],
      [0.2, 'B A', 'CERTIFICATE', certificate('identifier-number-1', 'b', 'a')],
      [0.3, 'B A', 'ACK', ack('identifier-number-1')],
      [0.4, 'A B', 'ACK', ack('identifier-number-1')],
      [0.5, 'A B', 'MESSAGE', message('identifier-number-2')],
      [0.6, 'A B', 'MESSAGE', message('identifier-number-2')],
      [0.7, 'B A', 'ACK', ack('identifier-number-2')],
      [0.8, 'B A', 'KEY', key('identifier-number-3', 'b', 'a')],
      [0.9, 'B A', 'ACK', ack('of a message before the capture')],
    ]);
    const analysis = analyse(file);
    expect(refused(analysis)).toEqual([]);
    expect(walked(analysis, 4)).toEqual([
      'GETCERTIFICATE of the opener: asked',
      'GETCERTIFICATE of the opener: asked',
      'CERTIFICATE of the answerer: answered',
      'ACK of the answerer: answered',
      'ACK of the opener: done',
    ]);
    expect(walked(analysis, 5)).toHaveLength(3);
    expect(walked(analysis, 8)).toEqual(['KEY of the opener: sent']);
    expect(analysis.steps(9)!.title).toBe('neighbours');
    expect(computed(analysis, 4, 'msg_id').check?.state).toBe('valid');
    expect(computed(analysis, 9, 'msg_id').check?.state).toBe('unchecked');
  });
});
