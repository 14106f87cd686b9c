/** A protocol of one's own inside a tunnel of p2p: known by its first bytes, decoded with the key of the target, closed without it. */
import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import * as library from '../../../dissector/index.ts';
import { jsonLines, peerscope, temporary } from '../cli/help.ts';

const folder = join(dirname(temporary('unused')), 'tunnelpayload');
mkdirSync(folder);
const target = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
const other = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
const signer = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey;
const der = { type: 'pkcs8', format: 'der' } as const;
writeFileSync(join(folder, 'target.pem'), target.export({ type: 'pkcs8', format: 'pem' }));
writeFileSync(join(folder, 'signer.der'), signer.export(der));
const logOf = (name: string, key: typeof target): string => {
  const path = join(folder, name);
  writeFileSync(path, `P2P_RSA_PRIVATE ${key.export(der).toString('base64')}\n`);
  return path;
};
const keys = logOf('tunnel.keys', target);
const wrong = logOf('other.keys', other);

/** Lines of a length and a text; the first of the requester is "chat". */
const moduleOf = (body: string): string => `
export default ({ defineConversation, Layer, struct, uint, bytes, rulesOf }) => {
  const shout = rulesOf('chat')('shout', 'warning', 'chat 1');
  const said = new Layer({
    id: 'said',
    title: 'Said',
    layout: struct('said', 'A line.', [uint(1, 'size', 'Bytes.'), bytes('body', { ref: 'size' }, 'Text.', 'utf8')]),
    info: ({ body }) => body,
  });
  return defineConversation({
    id: 'chat', title: 'Chat', document: 'chat', layers: [said], rules: [shout],
    begins: Uint8Array.of(4, 99, 104, 97, 116),
    carriedIn: [{ table: 'p2p.tunnel' }],
    *conversation(talk) {
      for (;;) {
        const line = yield* talk.read(said);
        ${body}
      }
    },
  });
};
`;
const chat = join(folder, 'chat.mjs');
writeFileSync(chat, moduleOf("if (line.body === line.body.toUpperCase()) talk.find(shout, line, 'it is shouted');"));
const broken = join(folder, 'broken.mjs');
writeFileSync(broken, moduleOf("if (line.body === 'HEY') throw new Error('cannot stand it');"));

/** The target speaks first; a line of the requester begins in one packet and ends in the next. */
const script = `
node b = p2p listen 127.0.0.1:0
node a = p2p dial b
expect a FIN_ACK
@signer = file("signer.der")
@test = random(32)
@shared = random(48)
@key = truncate(shared, 32)
@iv = slice(shared, 32)
@create = encode("p2p", "TUNNEL_CREATE", { type: 0, hops_offset: 0, id: 9, public: rsa_public(signer), private: signer })
@sent = aes_256_cfb8(key, iv, create)
send a TUNNEL_REQ {
  hops: 0, tunnel_id: 77, public_key: rsa_public(signer), test_hash: sha256(test),
  test_encrypted: rsa_oaep_encrypt(rsa_public(file("target.pem")), test, "SHA-256", "SHA-1"),
  shared_key: rsa_oaep_encrypt(rsa_public(file("target.pem")), shared, "SHA-256", "SHA-1"),
  data: sent
}
expect b TUNNEL_REQ
@ack = encode("p2p", "TUNNEL_CREATE_ACK", { type: 1, hops: 0 })
send b TUNNEL_DATA { tunnel_id: 77, data: aes_256_cfb8(key, iv, concat(ack, hex(07), "welcome")) }
expect a TUNNEL_DATA
@first = aes_256_cfb8(key, slice(sent, subtract(length(sent), 16)), concat(hex(04), "chat", hex(05), "hel"))
send a TUNNEL_DATA { tunnel_id: 77, data: first }
@all = concat(sent, first)
send a TUNNEL_DATA { tunnel_id: 77, data: aes_256_cfb8(key, slice(all, subtract(length(all), 16)), concat("lo", hex(03), "HEY")) }
expect b TUNNEL_DATA
expect b TUNNEL_DATA
`;

let recording = '';
beforeAll(async () => {
  const path = join(folder, 'tunnel.packet');
  writeFileSync(path, script);
  const { out, err } = await peerscope(['run', path, '--record', folder, '--json']);
  expect(err).toBe('');
  const [result] = jsonLines(out);
  expect(result.failure).toBeUndefined();
  recording = result.recording;
}, 30_000);

/** Of the messages that a filter finds: name and fields. */
async function said(module: string, log: string, filter = 'p2p.message == "said"') {
  const { out } = await peerscope(['decode', recording, '--json', '--keys', log, '--protocol', module, '--filter', filter]);
  return jsonLines(out).map(({ message, state, decrypted, fields }) => [message, state, decrypted, fields.body]);
}

describe('the payload of a tunnel', () => {
  it('is read by the protocol that begins so, each message in a row', async () => {
    const lines = ['welcome', 'chat', 'hello', 'HEY'];
    expect(await said(chat, keys)).toEqual(lines.map((body) => ['said', 'decoded', true, body]));
    expect(await said(chat, keys, 'said.body == "hello"')).toEqual([['said', 'decoded', true, 'hello']]);
    const checked = await peerscope(['check', recording, '--json', '--keys', keys, '--protocol', chat]);
    const rules = jsonLines(checked.out).flatMap(({ rule, severity }) =>
      severity === 'note' || rule === undefined ? [] : [rule],
    );
    expect(rules).toEqual(['chat.shout']);
  }, 30_000);

  it('lies in the tree behind the packets that carry it', async () => {
    const { default: make } = (await import(pathToFileURL(chat).href)) as { default: (library: object) => library.Protocol };
    const protocols = [...library.protocols, make(library)];
    const opened = library.openBytes(readFileSync(recording), { protocols, keys: [readFileSync(keys, 'utf8')] });
    if ('problem' in opened) throw new Error(opened.problem.text);
    const hello = [...opened.messages()].find(({ fields }) => (fields as { body?: string }).body === 'hello')!;
    const { layers, sources } = opened.tree(hello.n);
    const body = layers.at(-1)!.children!.find(({ name }) => name === 'body')!;
    const { bytes, name } = sources.find(({ id }) => id === body.source)!;
    expect(new TextDecoder().decode(bytes.subarray(body.start, body.end))).toBe('hello');
    // The line begins in one packet and ends in the next.
    expect(name).toBe('Reassembled');
    expect(sources.filter((source) => source.name === 'Tunnel').map(({ origin }) => 'how' in origin && origin.how)).toEqual([
      expect.stringContaining('AES-256-CFB8 under the shared_key'),
      expect.stringContaining('AES-256-CFB8 under the shared_key'),
    ]);
  });

  it('stays closed without the key of the target', async () => {
    expect(await said(chat, wrong)).toEqual([]);
    const { out } = await peerscope(['decode', recording, '--json', '--keys', wrong, '--protocol', chat]);
    expect(out).not.toContain('welcome');
  }, 30_000);

  it('costs no other message when its module fails', async () => {
    expect((await said(broken, keys)).map(([, , , body]) => body)).toEqual(['welcome', 'chat', 'hello', 'HEY']);
    const { err, status } = await peerscope(['decode', recording, '--keys', keys, '--protocol', broken]);
    expect(err).toContain('cannot stand it');
    expect(status).not.toBe(0);
  }, 30_000);
});
