/** Identities of p2pke nodes of each kind of key: made here, or given as OpenSSL writes them. */
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { defaultLimits, fromHex, toHex } from '../../../dissector/bytes/index.ts';
import { readPublicKey, type SigningKey } from '../../../dissector/crypto/index.ts';
import { p2pke } from '../../../dissector/protocols/p2pke/index.ts';
import { createIdentity, identityKinds, readIdentity } from '../../../dissector/protocols/p2pke/node/identity.ts';
import { findings, lines, Network, fault as parsed, told } from './network.ts';

const random = (length: number): Uint8Array => new Uint8Array(randomBytes(length));
const made = new Map<string, string>();
beforeAll(async () => {
  for (const kind of identityKinds) made.set(kind, await createIdentity(random, kind));
});
const titles: Readonly<Record<string, string>> = {
  ed25519: 'Ed25519',
  'p-256': 'ECDSA P-256',
  'p-384': 'ECDSA P-384',
  rsa: 'RSA 2048',
};

function keyOf(text: string): SigningKey {
  const key = readIdentity(text, defaultLimits);
  if (typeof key === 'string') throw new Error(key);
  return key;
}

/** The second node dials the first. */
async function pair(listening: string, dialling: string, ...faults: string[]) {
  const network = new Network();
  const b = await network.add(p2pke, { port: 7001, identity: listening });
  const a = await network.add(p2pke, { port: 7000, identity: dialling, faults: faults.map((text) => parsed(text, p2pke)) });
  a.dial(b);
  network.run(100);
  return { network, a, b };
}

describe('two nodes shake hands', () => {
  for (const dialling of identityKinds)
    for (const listening of identityKinds)
      it(`with identities of ${dialling} and ${listening}`, async () => {
        const { network, a, b } = await pair(made.get(listening)!, made.get(dialling)!);
        // The answer of an RSA key is more than three times what came of an Ed25519 one: it waits until that comes again.
        const isLong = dialling === 'ed25519' && listening === 'rsa';
        if (isLong) network.run(5000);
        a.node.send(1, 'data', { data: Uint8Array.of(1) });
        network.run(10);
        b.node.send(1, 'data', { data: Uint8Array.of(2) });
        network.run(10);
        const again = isLong ? ['> InitHello'] : [];
        expect(told(a)).toEqual(['> InitHello', ...again, '< RespHello', '> InitDone', '> data', '< data']);
        for (const each of [a, b]) expect([findings(each), each.complaints()]).toEqual([[], []]);
        const own = toHex(keyOf(made.get(listening)!).spki);
        const theirs = toHex(keyOf(made.get(dialling)!).spki);
        const said = lines(b).map(({ fields }) => JSON.stringify(fields));
        for (const [at, key] of [...(isLong ? [theirs] : []), theirs, own, theirs].entries())
          expect(said[at]).toContain(`"key_x509":"${key}"`);
      });
});

describe('a signature that does not verify is refused and found', () => {
  for (const kind of identityKinds)
    for (const message of ['InitHello', 'RespHello', 'InitDone'])
      it(`of ${kind} in ${message}`, async () => {
        const network = new Network();
        const faults = [parsed(`wrong-signature:${message}`, p2pke)];
        const isResponders = message === 'RespHello';
        const b = await network.add(p2pke, { port: 7001, identity: made.get(kind)!, faults: isResponders ? faults : [] });
        const a = await network.add(p2pke, { port: 7000, identity: made.get(kind)!, faults: isResponders ? [] : faults });
        a.dial(b);
        network.run(100);
        const other = isResponders ? a : b;
        expect(other.complaints()[0]).toMatch(new RegExp(`^${message} is refused: ${titles[kind]} signature does not verify`));
        expect(other.node.status(1).ready).toBe(false);
        for (const each of [a, b]) expect(findings(each)).toContain('p2pke.signature');
      });
});

describe('a key of another identity', () => {
  for (const kind of identityKinds)
    it(`of the kind ${kind} is refused on a channel that has one`, async () => {
      const { network, a, b } = await pair(made.get('ed25519')!, made.get(kind)!);
      const other = await network.add(p2pke, { port: 7000, identity: await createIdentity(random, kind) });
      network.members.splice(network.members.indexOf(a), 1);
      other.dial(b);
      network.run(1000);
      expect(other.node.status(1).ready).toBe(false);
      expect(b.complaints()[0]).toBe('The handshake is refused: its long-term key is not the one of the channel so far.');
    });

  for (const kind of identityKinds)
    it(`of the kind ${kind} does not carry what ${kind === 'rsa' ? 'p-256' : 'rsa'} has signed`, async () => {
      const network = new Network();
      const foreign = toHex(keyOf(made.get(kind)!).spki);
      const b = await network.add(p2pke, { port: 7001, identity: made.get('ed25519')! });
      const a = await network.add(p2pke, { port: 7000, identity: made.get(kind === 'rsa' ? 'p-256' : 'rsa')!, mode: 'step' });
      a.dial(b);
      const filled = a.node.made(1, 'InitHello') as { payload: { auth_claim: object } };
      const auth_claim = { ...filled.payload.auth_claim, key_x509: fromHex(foreign)! };
      a.node.send(1, 'InitHello', { ...filled, payload: { ...filled.payload, auth_claim } });
      network.run(100);
      a.node.release(a.node.held.at(-1)!.id);
      network.run(100);
      expect(b.complaints().join()).toContain('signature does not verify');
    });
});

describe('an identity', () => {
  const pem = { type: 'pkcs8', format: 'pem' } as const;
  const given: readonly (readonly [string, ReturnType<typeof generateKeyPairSync>['privateKey']])[] = [
    ['Ed25519', generateKeyPairSync('ed25519').privateKey],
    ['P-256', generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey],
    ['P-384', generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey],
    ['P-521', generateKeyPairSync('ec', { namedCurve: 'P-521' }).privateKey],
    ['RSA of 3072 bits', generateKeyPairSync('rsa', { modulusLength: 3072 }).privateKey],
  ];
  it.each(given)('is PEM or DER of %s, in each form the same key', (_, privateKey) => {
    const text = privateKey.export(pem) as string;
    const der = privateKey.export({ type: 'pkcs8', format: 'der' }) as Buffer;
    const keys = [
      ...[text, text.replaceAll('\n', '\r\n'), `# my key\n${text}`],
      ...[JSON.stringify({ pkcs8: der.toString('hex') }), JSON.stringify({ pkcs8: der.toString('base64') })],
    ].map((each) => toHex(keyOf(each).spki));
    expect(new Set(keys).size).toBe(1);
    expect(typeof readPublicKey(fromHex(keys[0]!)!)).toBe('object');
  });

  const rsa = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey;
  const short = generateKeyPairSync('rsa', { modulusLength: 512 }).privateKey;
  const curve = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  const der = curve.export({ type: 'pkcs8', format: 'der' });
  it.each([
    ['nothing', '', /a private key in PEM, both in PKCS #8\.$/],
    ['null', 'null', /a private key in PEM, both in PKCS #8\.$/],
    ['a number', '{"pkcs8": 7}', /a private key in PEM, both in PKCS #8\.$/],
    ['no digits', '{"pkcs8": "*"}', /a private key in PEM, both in PKCS #8\.$/],
    ['a seed that is too short', '{"ed25519_seed": "c0ffee"}', /^An identity of p2pke is \{"ed25519_seed": "64 hex digits"\}\.$/],
    ['a key that is cut off', JSON.stringify({ pkcs8: toHex(der.subarray(0, 40)) }), /it is not a private key in PKCS #8\.$/],
    ['another algorithm', generateKeyPairSync('x25519').privateKey.export(pem), /algorithm 1\.3\.101\.110 is not/],
    ['an RSA key that is too short', short.export(pem), /^An RSA key of an identity of p2pke has 600 bits or more\.$/],
    ['PKCS #1', rsa.export({ type: 'pkcs1', format: 'pem' }), /in an older format: openssl pkey writes it in PKCS #8\.$/],
    ['SEC 1', curve.export({ type: 'sec1', format: 'pem' }), /in an older format: openssl pkey writes it in PKCS #8\.$/],
    [
      'an encrypted key',
      curve.export({ ...pem, cipher: 'aes-256-cbc', passphrase: 'c0ffee' }),
      /the private key is encrypted: openssl pkey writes it without a passphrase\.$/,
    ],
    ['PEM that is cut off', curve.export(pem).slice(0, 60), /the PEM is not whole\.$/],
  ] as const)('is not %s: a sentence that shows nothing of it', (_, text, why) => {
    const read = readIdentity(text as string, defaultLimits);
    expect(read).toMatch(why);
    expect(read).not.toMatch(/c0ffee|[0-9a-f]{20}|[A-Za-z0-9+/]{30}/);
  });

  it('is none of an unknown kind', async () => {
    await expect(createIdentity(random, 'dsa')).rejects.toThrow(
      'p2pke has no identity of the kind "dsa": ed25519, p-256, p-384, rsa.',
    );
  });
});
