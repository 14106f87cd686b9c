/** A packet script that sets up a tunnel of p2p: its nodes open none by themselves, and with the RSA key of the target it can answer. */
import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { jsonLines, peerscope, temporary } from '../cli/help.ts';

const folder = join(dirname(temporary('unused')), 'tunnel');
mkdirSync(folder);
const target = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
const other = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
const signer = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey;
const der = { type: 'pkcs8', format: 'der' } as const;
writeFileSync(join(folder, 'target.pem'), target.export({ type: 'pkcs8', format: 'pem' }));
writeFileSync(join(folder, 'other.pem'), other.export({ type: 'pkcs8', format: 'pem' }));
writeFileSync(join(folder, 'signer.der'), signer.export(der));
const keys = join(folder, 'tunnel.keys');
writeFileSync(keys, `P2P_RSA_PRIVATE ${target.export(der).toString('base64')}\n`);

const requested = `
node b = p2p listen 127.0.0.1:0
node a = p2p dial b
expect a FIN_ACK
@signer = file("signer.der")
@test = random(32)
@shared = random(48)
@create = encode("p2p", "TUNNEL_CREATE", { type: 0, hops_offset: 0, id: 9, public: rsa_public(signer), private: signer })
send a TUNNEL_REQ {
  hops: 0, tunnel_id: 77, public_key: rsa_public(signer), test_hash: sha256(test),
  test_encrypted: rsa_oaep_encrypt(rsa_public(file("target.pem")), test, "SHA-256", "SHA-1"),
  shared_key: rsa_oaep_encrypt(rsa_public(file("target.pem")), shared, "SHA-256", "SHA-1"),
  data: aes_256_cfb8(truncate(shared, 32), slice(shared, 32), create)
}
expect b TUNNEL_REQ { tunnel_id: 77 } as asked
`;
const answered = `
@opened = rsa_oaep_decrypt(file("target.pem"), asked.shared_key, "SHA-256", "SHA-1")
@key = truncate(opened, 32)
@ack = encode("p2p", "TUNNEL_CREATE_ACK", { type: 1, hops: 0 })
@answer = aes_256_cfb8(key, slice(opened, 32), concat(ack, "hello, requester"))
send b TUNNEL_DATA { tunnel_id: asked.tunnel_id, data: answer }
expect a TUNNEL_DATA { tunnel_id: 77, data: answer }
# Each direction goes on with the last 16 bytes of its ciphertext.
send a TUNNEL_DATA { tunnel_id: 77, data: aes_256_cfb8(key, slice(asked.data, subtract(length(asked.data), 16)), "hello, target") }
expect b TUNNEL_DATA { tunnel_id: 77 }
send b TUNNEL_DATA { tunnel_id: 77, data: aes_256_cfb8(key, slice(answer, subtract(length(answer), 16)), "goodbye") }
expect a TUNNEL_DATA
`;
const closed = `
@closing = random(16)
send a TUNNEL_CLOSE { tunnel_id: 77, random: closing, signature: rsa_pss_sign(signer, closing, "SHA-1") }
expect b TUNNEL_CLOSE
`;

async function run(script: string) {
  const path = join(folder, 'tunnel.packet');
  writeFileSync(path, script);
  const { out, err } = await peerscope(['run', path, '--record', folder, '--json']);
  expect(err).toBe('');
  const [{ failure, recording }] = jsonLines(out);
  return { failure, recording };
}

/** Messages from the TUNNEL_REQ on, with their state, and the rules that were broken. */
async function read(recording: string, ...args: string[]) {
  const tunnel = [
    '--filter',
    'p2p.message in {"TUNNEL_REQ", "TUNNEL_DATA", "TUNNEL_CLOSE", "TUNNEL_CREATE", "TUNNEL_CREATE_ACK"}',
  ];
  const { out } = await peerscope(['decode', recording, '--json', ...tunnel, ...args]);
  const checked = await peerscope(['check', recording, '--json', ...args]);
  const messages = jsonLines(out).map(({ message, state, decrypted }) => `${message} ${state} ${decrypted}`);
  return {
    messages,
    out,
    status: checked.status,
    // Every connection has notes on its group and iv.
    findings: jsonLines(checked.out).flatMap(({ rule, severity }) => (rule === undefined || severity === 'note' ? [] : [rule])),
  };
}

const whole = ['TUNNEL_REQ', 'TUNNEL_CREATE', 'TUNNEL_DATA', 'TUNNEL_CREATE_ACK', 'TUNNEL_DATA', 'TUNNEL_DATA', 'TUNNEL_CLOSE'];

describe('a tunnel that a script sets up', () => {
  it('is decoded with the RSA key of its target, without a finding', async () => {
    const { failure, recording } = await run(requested + answered + closed);
    expect(failure).toBeUndefined();
    const { messages, out, status, findings } = await read(recording, '--keys', keys);
    expect(messages).toEqual(whole.map((name) => `${name} decoded true`));
    expect([status, findings]).toEqual([0, []]);
    for (const said of ['hello, requester', 'hello, target', 'goodbye']) expect(out).toContain(Buffer.from(said).toString('hex'));
  }, 30_000);

  it('stays closed without that key, and with another', async () => {
    const { recording } = await run(requested + answered);
    const wrong = join(folder, 'other.keys');
    writeFileSync(wrong, `P2P_RSA_PRIVATE ${other.export(der).toString('base64')}\n`);
    for (const args of [[], ['--keys', wrong]]) {
      const { messages, out } = await read(recording, ...args);
      expect(messages).toEqual(
        ['TUNNEL_REQ', 'TUNNEL_DATA', 'TUNNEL_DATA', 'TUNNEL_DATA'].map((name) => `${name} encrypted partly`),
      );
      expect(out).not.toContain(Buffer.from('goodbye').toString('hex'));
    }
  }, 30_000);

  it('is not answered with another key', async () => {
    const { failure } = await run(requested + answered.replace('target.pem', 'other.pem'));
    expect(failure.text).toBe('ciphertext does not open with private_key');
  }, 30_000);

  it('that is closed with a signature of another key, or one that is spoiled, is a finding', async () => {
    for (const signature of [
      'rsa_pss_sign(file("other.pem"), closing, "SHA-1")',
      'flip(rsa_pss_sign(signer, closing, "SHA-1"), 1)',
    ]) {
      const { recording } = await run(requested + answered + closed.replace(/rsa_pss_sign.*"SHA-1"\)/, signature));
      const { status, findings } = await read(recording, '--keys', keys);
      expect([status, findings]).toEqual([1, ['p2p.signature']]);
    }
  }, 30_000);
});
