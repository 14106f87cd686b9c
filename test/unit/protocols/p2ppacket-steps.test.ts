import { createDecipheriv, createHash, createPrivateKey, createPublicKey, diffieHellman, verify } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { analyse } from '../../golden/open.ts';
import { data, handshake, Node, ping, recorded, reliable, retry, type Sent, sealed } from './p2ppacket.build.ts';
import { bytesOf, computed, leaks, opened, refused, secretsOf, stepsOf, valueIn } from './steps.build.ts';

const [one, two, three] = [1, 2, 3].map((n) => new Node({ address: `192.0.2.${n}`, port: 7000 }, n)) as [Node, Node, Node];
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const [pkcs8, spki, edSpki] = ['302e020100300506032b656e04220420', '302a300506032b656e032100', '302a300506032b6570032100'].map(
  (prefix) => (key: Uint8Array) => Buffer.concat([Buffer.from(prefix, 'hex'), key]),
) as [(key: Uint8Array) => Buffer, (key: Uint8Array) => Buffer, (key: Uint8Array) => Buffer];
const exchanged = (own: Node, other: Node): Buffer =>
  diffieHellman({
    privateKey: createPrivateKey({ key: pkcs8(own.secret), format: 'der', type: 'pkcs8' }),
    publicKey: createPublicKey({ key: spki(other.x), format: 'der', type: 'spki' }),
  });

describe('a handshake of p2ppacket, step by step', () => {
  it('allows each packet of the recorded capture and ends open', () => {
    const analysis = opened('p2ppacket_a.pcap');
    expect(refused(analysis)).toEqual([]);
    expect(stepsOf(analysis).size).toBe(analysis.messageCount);
    const { steps, title } = analysis.steps(0)!;
    expect(title).toBe('session 1 of 1');
    expect(steps.slice(0, 4).map(({ by, after }) => `${by} ${after}`)).toEqual([
      'opener asked',
      'answerer retried',
      'opener answered',
      'answerer open',
    ]);
    expect(computed(analysis, 2, 'hello retry').check).toEqual({
      state: 'valid',
      why: 'it is the cookie of the hello retry in frame 2',
    });
    for (const n of [0, 2, 3]) {
      const signed = computed(analysis, n, 'verify');
      expect(signed.check?.state).toBe('valid');
      const key = createPublicKey({ key: edSpki(bytesOf(signed, 'ed25519_public')), format: 'der', type: 'spki' });
      expect(verify(null, bytesOf(signed, 'message'), key, bytesOf(signed, 'signature'))).toBe(true);
    }
  });

  it('tells what a hello signs where another candidate fits', () => {
    const analysis = analyse(recorded([[one, two, one.hello(undefined, [one.x])]]));
    expect(valueIn(computed(analysis, 0, 'verify(ed25519_public, x25519_public, signature)'), 'message')).toBe(hex(one.x));
  });

  it('says that a cookie is not the one that was given', () => {
    const [first, second, , last] = handshake(one, two);
    const wrong: Sent = [one, two, one.hello(new Uint8Array(32).fill(7))];
    const analysis = analyse(recorded([first!, second!, wrong, last!]));
    expect(computed(analysis, 2, 'hello retry').check?.state).toBe('invalid');
  });
});

describe('sealed data', () => {
  const exchange = [
    ...handshake(one, two),
    [one, two, sealed(data([reliable(1, 1, 0, 'between us')]), one, two)],
    [two, one, sealed(data([reliable(1, 1, 1, 'indeed')]), one, two, 2)],
  ] as Sent[];

  it.each([one, two])('is opened with what Node computes from either private key', (owner) => {
    const analysis = analyse(recorded(exchange), `P2PPACKET_X25519_PRIVATE ${hex(owner.secret)}`);
    const z = exchanged(one, two);
    expect(valueIn(computed(analysis, 3, 'Z = '), 'Z')).toBe(hex(z));
    const key = createHash('blake2s256').update(z).update(one.x).update(two.x).digest();
    expect(valueIn(computed(analysis, 3, 'key = '), 'key')).toBe(hex(key));
    const opens = computed(analysis, 4, 'plaintext = ');
    const cipher = createDecipheriv('chacha20-poly1305', key, bytesOf(opens, 'nonce'), { authTagLength: 16 });
    const ciphertext = bytesOf(opens, 'ciphertext');
    cipher.setAAD(bytesOf(opens, 'aad'), { plaintextLength: ciphertext.length }).setAuthTag(bytesOf(opens, 'tag'));
    expect(Buffer.concat([cipher.update(ciphertext), cipher.final()])).toEqual(bytesOf(opens, 'plaintext'));
    expect(opens.check?.state).toBe('valid');
    expect(leaks(analysis, [...secretsOf(analysis), hex(one.secret), hex(two.secret)])).toEqual([]);
    // The other side's private key stays unknown: nothing tells it.
    expect(secretsOf(analysis)).toEqual(new Set([hex(owner.secret), hex(z), hex(key)]));
  });

  it.each(['', `P2PPACKET_X25519_PRIVATE ${hex(three.secret)}`, `P2PPACKET_SESSION_KEY ${hex(one.x)} ${'42'.repeat(32)}`])(
    'names the keys that would open it, with the keys "%s"',
    (keys) => {
      const analysis = analyse(recorded(exchange), keys);
      expect(secretsOf(analysis).size).toBe(0);
      expect(computed(analysis, 4, 'plaintext = ').inputs[0]).toEqual({
        name: 'key',
        unknown: 'needs P2PPACKET_X25519_PRIVATE of either side, or P2PPACKET_SESSION_KEY',
        secret: true,
      });
      expect(computed(analysis, 4, 'plaintext = ').check?.state).toBe('unchecked');
    },
  );

  it('has no key where the other public key is of low order', () => {
    const low = Object.assign(new Node(two.at, 2), { x: new Uint8Array(32) });
    const analysis = analyse(recorded(handshake(one, low)), `P2PPACKET_X25519_PRIVATE ${hex(one.secret)}`);
    const unknown = 'it is zero: the other x25519_public is of low order';
    expect(computed(analysis, 3, 'Z = ').results).toEqual([{ name: 'Z', unknown, secret: true }]);
    expect(computed(analysis, 3, 'key = ').results).toEqual([{ name: 'key', unknown, secret: true }]);
  });

  it('is opened with a session key alone, and Z stays unknown', () => {
    const key = createHash('blake2s256').update(exchanged(one, two)).update(one.x).update(two.x).digest();
    const analysis = analyse(recorded(exchange), `P2PPACKET_SESSION_KEY ${hex(one.x)} ${hex(key)}`);
    expect(secretsOf(analysis)).toEqual(new Set([hex(key)]));
    expect(computed(analysis, 5, 'plaintext = ').check?.state).toBe('valid');
  });
});

describe('sessions whose beginning is not in the capture', () => {
  const [first, second, third, last] = handshake(one, two) as [Sent, Sent, Sent, Sent];
  const talk: Sent[] = [
    [one, two, data([reliable(1, 1)])],
    [two, one, data([reliable(1, 1, 1)])],
    [one, two, ping(4)],
  ];

  it.each([
    ['at the hello retry', [second, third, last, ...talk]],
    ['at the hello with the cookie', [third, last, ...talk]],
    ['at the hello of the other side', [last, ...talk]],
    ['at the data', talk],
    ['with the hello twice', [first, first, second, first, third, last, ...talk]],
  ] as [string, Sent[]][])('allow each packet: a capture that begins %s', (_, sent) => {
    const analysis = analyse(recorded(sent));
    expect(refused(analysis)).toEqual([]);
    expect(analysis.steps(sent.length - 1)!.steps.at(-1)!.after).toBe('open');
  });

  it('refuse once what has a finding about order', () => {
    const analysis = analyse(recorded([first, [two, one, retry(9)], ...talk]));
    expect(refused(analysis)).toEqual(['2 data: retried']);
    expect(analysis.message(2).findings.map((finding) => finding.rule)).toContain('p2ppacket.order');
  });
});

describe('an introduction over three nodes', () => {
  const entry = { id: 0, sequence: 1, ...one.introduction(three) };
  const socket = { ipv6: Uint8Array.from([...new Uint8Array(10), 0xff, 0xff, 192, 0, 2, 1]), port: 7000 };
  const sent: Sent[] = [
    ...handshake(one, two, 5),
    ...handshake(three, two, 6),
    [one, two, data([{ ...entry, type: 'introduction_request' }])],
    [one, three, ping(1)],
    [two, three, data([{ ...entry, ...socket, type: 'introduction' }])],
    [three, two, data([{ id: 0, sequence: 1, ack: 1, type: 'introduction_ack', status: 0 }])],
    [three, one, ping(1)],
    [two, one, data([{ id: 0, sequence: 1, ack: 1, type: 'introduction_ack', status: 0 }])],
    [three, one, three.hello()],
    [one, three, data([reliable(1, 1)])],
  ];
  const analysis = analyse(recorded(sent));

  it('allows each packet, and the introduced session begins open', () => {
    expect(refused(analysis)).toEqual([]);
    expect(analysis.steps(14)!.steps.at(-1)).toMatchObject({ by: 'opener', before: 'open', after: 'open' });
  });

  it("verifies the requester's signature where it asks and where it is carried on", () => {
    for (const n of [8, 10]) {
      const signed = computed(analysis, n, 'x25519_public || target_ed25519');
      expect(signed.check?.state).toBe('valid');
      expect(valueIn(signed, 'ed25519_public')).toBe(hex(one.ed));
      expect(valueIn(signed, 'message')).toBe(hex(one.x) + hex(three.ed));
    }
  });
});
