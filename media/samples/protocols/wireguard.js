/**
 * WireGuard: the handshake (Noise IKpsk2), cookies and data, as the paper "WireGuard: Next Generation Kernel Network Tunnel" has them.
 *
 *   peerscope decode wireguard.pcapng --protocol wireguard.js --keys wireguard.keys
 *
 * Keys are those of Wireshark's wg.keylog_file. The capture is of two nodes of this module.
 *
 * Datagrams may be lost, late or sent twice: nothing here waits for the next message. Sessions are found by the index that messages carry, in
 * whatever conversation they come, so a side may change its address. Data is decrypted by its counter, in any order.
 */
import { wireguardNode } from './wireguard-node.js';

export default (library) => {
  const { byCase, bytes, ciphers, defineConversation, fresh, hashes, ipPacketLayer, Layer, rulesOf } = library;
  const { sharedKeyKind, struct, time, uint, x25519PrivateKind, x25519PublicKind } = library;
  const ascii = (text) => new TextEncoder().encode(text);
  const same = (a, b) => a?.length === b?.length && a.every((byte, at) => byte === b[at]);
  const hex = (index) => `0x${index.toString(16).padStart(8, '0')}`;
  const rule = rulesOf('wireguard');
  const rules = {
    mac1: rule('mac1', 'error', 'WireGuard, 5.4.4'),
    mac2: rule('mac2', 'note', 'WireGuard, 5.4.4'),
    repeated: rule('repeated', 'warning', 'WireGuard, 5.4.2'),
    replay: rule('replay', 'warning', 'WireGuard, 5.4.6'),
    moved: rule('moved', 'note', 'WireGuard, 2.1'),
  };

  const types = ['initiation', 'response', 'cookie_reply', 'data'];
  const index = (name, doc) => fresh('id', uint(4, name, doc, { order: 'little' }));
  const encrypted = (name, length, doc) => fresh('ciphertext', bytes(name, length, doc));
  const sender = index('sender', 'Index that the sender gives the session.');
  const receiver = index('receiver', 'Index that the receiver has given the session.');
  const ephemeral = fresh('key', bytes('ephemeral', 32, 'Ephemeral public key.'));
  const macs = [
    fresh('signature', bytes('mac1', 16, 'Proves that the sender knows the public key.')),
    fresh('signature', bytes('mac2', 16, 'Proves a cookie, or zeros.')),
  ];
  const wg = new Layer({
    id: 'wg',
    title: 'WireGuard',
    layout: struct('wg', 'A WireGuard message.', [
      uint(1, 'type', 'Kind of message.', { names: { 1: 'initiation', 2: 'response', 3: 'cookie reply', 4: 'data' } }),
      bytes('reserved', 3, 'Zeros.'),
      byCase('type', {
        1: [
          ...[sender, ephemeral, encrypted('encrypted_static', 48, 'Static public key of the initiator, and a tag.')],
          ...[encrypted('encrypted_timestamp', 28, 'When it was made, and a tag.'), ...macs],
        ],
        2: [sender, receiver, ephemeral, encrypted('encrypted_nothing', 16, 'A tag.'), ...macs],
        3: [receiver, fresh('nonce', bytes('nonce', 24, 'Random.')), encrypted('encrypted_cookie', 32, 'The cookie, and a tag.')],
        4: [
          ...[receiver, fresh('sequence', uint(8, 'counter', 'Nonce of the packet.', { order: 'little' }))],
          encrypted('packet', 'rest', 'An IP packet, padded to 16 bytes, and a tag; the tag alone keeps the session alive.'),
        ],
      }),
    ]),
    names: [...types, 'keepalive'],
    name: ({ type, packet }) => (type === 4 && packet?.length === 16 ? 'keepalive' : types[type - 1]),
    info: (message) => {
      const told = ['sender', 'receiver'].filter((name) => name in message).map((name) => `${name} ${hex(message[name])}`);
      return [...told, ...('counter' in message ? [`counter ${message.counter}`] : [])].join(', ');
    },
    treeFields: [
      fresh('key', {
        name: 'static',
        kind: { type: 'bytes' },
        json: true,
        doc: 'Static public key of the initiator, decrypted.',
      }),
    ],
  });
  // WireGuard counts 10 leap seconds.
  const tai64n = fresh('time', time('tai64n', 'time', 'When the initiation was made.', { leapSeconds: 10 }));
  const timestamp = new Layer({
    id: 'timestamp',
    title: 'timestamp',
    layout: struct('timestamp', 'A time.', [tai64n]),
    info: (message) => message.time,
  });
  const secret = fresh('random', bytes('secret', 16, 'What mac2 is made with, for two minutes.'));
  const cookie = new Layer({ id: 'cookie', title: 'cookie', layout: struct('cookie', 'A cookie.', [secret]) });
  const inner = ipPacketLayer();

  const NAME = 'Noise_IKpsk2_25519_ChaChaPoly_BLAKE2s';
  const prologue = ascii('WireGuard v1 zx2c4 Jason@zx2c4.com');
  const [noPsk, noMac, nothing] = [32, 16, 0].map((length) => new Uint8Array(length));
  const keys = {
    ...{ s: 'LOCAL_STATIC_PRIVATE_KEY', e: 'LOCAL_EPHEMERAL_PRIVATE_KEY' },
    ...{ rs: 'REMOTE_STATIC_PUBLIC_KEY', psk: 'PRESHARED_KEY' },
  };
  // 5.4.4: mac1 covers all before it under a key of the receiver's public key, mac2 all before it under a cookie.
  const mac = (key, bytes) => hashes.keyed(hashes.blake2s, key, 16, bytes);
  const [macLabel, cookieLabel] = ['mac1----', 'cookie--'].map(ascii);
  const mac1Of = (publicKey, bytes) => mac(hashes.blake2s(macLabel, publicKey), bytes.subarray(0, -32));
  const mac2Of = (cookie, bytes) => mac(cookie, bytes.subarray(0, -16));
  const cookieKey = (publicKey) => hashes.blake2s(cookieLabel, publicKey);

  /** The verdict on a mac, and a finding where it is wrong. */
  function verify(talk, message, name, expected, what) {
    if (expected === undefined) return talk.check(message, name, { state: 'unchecked', why: `The ${what} is not known.` });
    const isValid = same(expected, message[name]);
    const why = `It is ${isValid ? '' : 'not '}that of the ${what}.`;
    talk.check(message, name, { state: isValid ? 'valid' : 'invalid', why });
    if (!isValid) talk.find(rules[name], message, `${name} is not that of the ${what}`);
  }

  function* conversation(talk) {
    /** By direction, what the side that sends in it proves from then on. */
    const cookies = [];
    const checkMacs = (message, receiverKey) => {
      const { bytes, direction } = message.$;
      verify(talk, message, 'mac1', receiverKey && mac1Of(receiverKey, bytes), "receiver's static public key");
      const given = cookies[direction];
      if (!same(message.mac2, noMac)) verify(talk, message, 'mac2', given && mac2Of(given, bytes), 'cookie');
    };

    const read = {
      initiation(message) {
        const before = talk.sessions.get(message.sender);
        const isRepeated = same(before?.initiation.ephemeral, message.ephemeral);
        if (isRepeated) talk.find(rules.repeated, message, 'this initiation came before', [before.initiation]);
        // mac1 tells whom it is for. Where it fits no key that is known, each of them is tried.
        const responder = talk.publicKeys(keys).find((key) => same(mac1Of(key, message.$.bytes), message.mac1));
        const options = { keys, prologue, psks: [noPsk], payload: timestamp, statics: { responder } };
        const begun = talk.handshake(NAME, options).read(message, 'ephemeral', 'encrypted_timestamp');
        checkMacs(message, begun.statics.responder);
        const { initiator } = begun.statics;
        if (initiator) talk.note(message, 'static', initiator);
        // Anybody can send an initiation: one that does not open ends no session.
        if (isRepeated || (before?.handshake.isOpen && !initiator)) return;
        talk.sessions.set(message.sender, { initiation: message, begun, handshake: begun, talk });
      },
      response(message) {
        const session = talk.sessions.get(message.receiver);
        if (session?.initiation.sender !== message.receiver)
          return talk.seal(message, ['the initiation that it answers is not in the capture']);
        const handshake = session.begun.read(message, 'ephemeral', 'encrypted_nothing');
        checkMacs(message, handshake.statics.initiator);
        // The same with responses: one that opens is the right one.
        if (session.handshake.isOpen && !handshake.isOpen) return;
        Object.assign(session, { handshake, response: message });
        talk.sessions.set(message.sender, session);
      },
      cookie_reply(message) {
        const session = talk.sessions.get(message.receiver);
        const isInitiators = session?.initiation.sender === message.receiver;
        const refused = isInitiators ? session.initiation : session?.response;
        if (refused === undefined) return talk.seal(message, ['the message that it answers is not in the capture']);
        const from = isInitiators ? 'responder' : 'initiator';
        const key = session.handshake.statics[from];
        if (key === undefined) return talk.seal(message, [`${keys.rs} or ${keys.s}: the ${from}'s static key`]);
        const open = (sent) => ciphers.xchachaPoly.open(cookieKey(key), message.nonce, sent, refused.mac1);
        const opened = talk.decrypt(message, 'encrypted_cookie', { open, how: 'XChaCha20-Poly1305', layer: cookie });
        if (opened) cookies[1 - message.$.direction] = opened.bytes;
      },
      data(message) {
        const session = talk.sessions.get(message.receiver);
        if (session === undefined) return talk.seal(message, ['the handshake of its session is not in the capture']);
        const from = session.initiation.sender === message.receiver ? 'responder' : 'initiator';
        const opened = session.handshake.open(message, 'packet', { from, nonce: message.counter, layer: inner });
        if (opened === undefined) return;
        if (opened.isRepeated) talk.find(rules.replay, message, `counter ${message.counter} came before`);
        if (session.talk !== talk) talk.find(rules.moved, message, 'the session was at another address', [session.initiation]);
        session.talk = talk;
      },
    };
    for (;;) {
      const message = yield* talk.read(wg);
      read[types[message.type - 1]](message);
    }
  }

  const typed = (type) => ({ at: 0, size: 4, from: type * 0x1000000 });
  const lengths = { 1: 148, 2: 92, 3: 64 };
  const protocol = defineConversation({
    id: 'wireguard',
    title: 'WireGuard',
    document: 'WireGuard',
    layers: [wg, timestamp, cookie, inner],
    ports: [{ transport: 'udp', port: 51820 }],
    periodic: ['keepalive'],
    wire: {
      transport: 'udp',
      // Type and reserved bytes.
      messages: [
        { name: 'keepalive', when: [typed(4)], length: 32 },
        ...types.map((name, at) => ({ name, when: [typed(at + 1)], ...(at === 0 ? { opens: true } : {}) })),
      ],
    },
    // No session has 2^32 packets: it is made anew after two minutes.
    looksLike: (datagram) => {
      const [type, ...reserved] = datagram.subarray(0, 4);
      if (reserved.some((byte) => byte !== 0)) return false;
      if (type !== 4) return datagram.length === lengths[type];
      return datagram.length >= 32 && datagram.length % 16 === 0 && datagram.subarray(12, 16).every((byte) => byte === 0);
    },
    keys: [
      x25519PrivateKind(keys.s, 'A static private key of either side.'),
      x25519PrivateKind(keys.e, 'An ephemeral private key of either side.'),
      x25519PublicKind(keys.rs, 'A static public key of either side.'),
      sharedKeyKind(keys.psk, 'A pre-shared key; without one it is zeros, which need no line.'),
    ],
    rules: Object.values(rules),
    conversation,
  });
  const parts = { NAME, prologue, keys, wg, timestamp, inner, mac1Of, mac2Of, cookieKey, same, ascii, nothing, noMac, noPsk };
  return { ...protocol, peer: wireguardNode(library, parts) };
};
