/**
 * A conversation over TCP with cryptography of its own: a key exchange, encrypted frames with a checksum, notes inside of them, a state
 * machine, rules, computed values and a node that encrypts.
 *
 *   peerscope decode crow.pcapng --protocol crow.js --keys crow.keys
 *   peerscope run crow.packet --protocol crow.js
 *
 * Crow, a protocol made up for this sample. Integers are big-endian where nothing else is said.
 *   1. frame    u16 "CR", u8 version 1, u8 type, u32 length of the body, body, CRC-32 of all before it.
 *   2. hello 1 and welcome 2, the answer: node id 20, X25519 public key 32. K is SHA-256 of the shared secret.
 *   3. data 3   u64 little-endian counter, which grows; ciphertext; tag 16. ChaCha20-Poly1305 under K, the nonce is 4 zero bytes and
 *               the counter as it travels.
 *   4. note     plaintext of data: u8 kind (1 publish, 2 ack), u8 hops left, topic (varint length, UTF-8), the rest.
 */
export default (library) => {
  const { bounded, byCase, bytes, checksum, ciphers, curves, defineConversation, derivation, derivedValue, fresh } = library;
  const { hashes, Layer, prefixed, rulesOf, secretValue, struct, toHex, uint, wireValue, x25519PrivateKind } = library;

  const types = { 1: 'hello', 2: 'welcome', 3: 'data' };
  const who = [
    fresh('id', bytes('node_id', 20, 'Id of the node.')),
    fresh('key', bytes('public_key', 32, "The node's X25519 public key.")),
  ];
  const frame = new Layer({
    id: 'crowframe',
    title: 'Crow frame',
    layout: struct('crowframe', 'A frame.', [
      uint(2, 'magic', '"CR".', { hex: true }),
      uint(1, 'version', 'Always 1.'),
      uint(1, 'type', 'Kind of frame.', { names: types }),
      uint(4, 'length', 'Bytes of the body.'),
      bounded('body', { ref: 'length' }, 'The body.', [
        byCase(
          'type',
          {
            1: who,
            2: who,
            3: [
              fresh('sequence', uint(8, 'counter', 'Nonce of the frame.', { order: 'little' })),
              fresh('ciphertext', bytes('ciphertext', { ref: 'length', less: 24 }, 'An encrypted note.')),
              fresh('ciphertext', bytes('tag', 16, 'Tag of the ciphertext.')),
            ],
          },
          [bytes('unknown', 'rest', 'The body of a type that is not known.')],
        ),
      ]),
      checksum('crc32', 'crc', 'CRC-32 of all before it.'),
    ]),
    names: Object.values(types),
    name: ({ type }) => types[type],
    info: ({ body }) => (body.counter === undefined ? `node ${toHex(body.node_id).slice(0, 8)}…` : `counter ${body.counter}`),
  });
  const kinds = { 1: 'publish', 2: 'ack' };
  const note = new Layer({
    id: 'note',
    title: 'Crow note',
    layout: struct('note', 'What a data frame carries.', [
      uint(1, 'kind', 'Kind of note.', { names: kinds }),
      uint(1, 'hops', 'Hops left.'),
      ...prefixed('topic', 'varint', 'What it is about.', 'utf8'),
      bytes('rest', 'rest', 'What it says.'),
    ]),
    info: ({ kind, topic }) => `${kinds[kind] ?? kind} ${topic}`,
  });

  const rule = rulesOf('crow');
  const rules = {
    version: rule('version', 'error', 'crow, 1'),
    counter: rule('counter', 'warning', 'crow, 3'),
  };
  const PRIVATE = x25519PrivateKind('CROW_PRIVATE', 'The X25519 private key of either node.');
  const missing = 'CROW_PRIVATE of either node';

  const machine = {
    start: 'closed',
    states: { closed: 'nobody has said hello', asked: 'a hello waits for its welcome', open: 'both sides may send data' },
    transitions: [
      { from: ['closed'], message: 'hello', by: 'opener', to: 'asked' },
      { from: ['asked'], message: 'welcome', by: 'answerer', to: 'open' },
      { from: ['open'], message: 'data', by: 'either' },
    ],
  };

  const nonceOf = (counter) => {
    const nonce = new Uint8Array(12);
    new DataView(nonce.buffer).setBigUint64(4, BigInt(counter), true);
    return nonce;
  };
  /** K; undefined for a public key of low order. */
  const keyOf = (secret, publicKey) => {
    const shared = curves.x25519.shared(secret, publicKey);
    return shared && hashes.sha256(shared);
  };
  const framed = (type) => ({ magic: 0x4352, version: 1, type });

  return defineConversation({
    id: 'crow',
    title: 'Crow',
    document: 'crow',
    ports: [{ transport: 'tcp', port: 4300 }],
    begins: Uint8Array.of(0x43, 0x52, 1, 1),
    layers: [frame, note],
    rules: Object.values(rules),
    keys: [PRIVATE],
    machine,
    endpointIds: [{ field: 'crowframe.body.node_id', of: 'sender' }],
    wire: {
      transport: 'tcp',
      messages: Object.entries(types).map(([type, name]) => ({
        name,
        when: [
          { at: 0, size: 2, from: 0x4352 },
          { at: 3, size: 1, from: Number(type) },
        ],
        opens: true,
      })),
    },

    *conversation(talk) {
      const publicKeys = [];
      const before = [];
      let key;
      for (;;) {
        const message = yield* talk.read(frame);
        const { version, type, body } = message;
        const { direction } = message.$;
        if (version !== 1) talk.find(rules.version, message, `the version is ${version}, not 1`);
        if (type === 1 || type === 2) {
          publicKeys[direction] = body.public_key;
          const [a, b] = publicKeys;
          // The private key of either side opens the session: it is found by the public key that it yields.
          if (a !== undefined && b !== undefined)
            for (const [own, other] of [
              [a, b],
              [b, a],
            ]) {
              const [found] = talk.keys(PRIVATE, toHex(own));
              if (found !== undefined) key ??= keyOf(found.secret, other);
            }
        }
        if (type !== 3) continue;
        const { counter } = body;
        const last = before[direction];
        if (last !== undefined && counter <= last.body.counter)
          talk.find(rules.counter, message, `${counter} follows ${last.body.counter}`, [last]);
        before[direction] = message;
        const k = secretValue('K', key, `needs ${missing}`);
        const keys = ['A', 'B'].map((name, at) => derivedValue(name, publicKeys[at], 'it is not in the capture'));
        talk.compute(message, () => [
          derivation('K = SHA-256(X25519(a, B))', 'crow, 2', keys, [k]),
          derivation(
            'nonce = 00000000 || counter',
            'crow, 3',
            [wireValue('counter', `${counter}`)],
            [wireValue('nonce', nonceOf(counter))],
          ),
        ]);
        if (key === undefined) talk.seal(message, [missing]);
        else {
          const own = key;
          talk.decrypt(message, 'body.ciphertext', {
            to: 'body.tag',
            open: (sealed) => ciphers.chachaPoly.open(own, nonceOf(counter), sealed),
            how: `ChaCha20-Poly1305, counter ${counter}`,
            layer: note,
          });
        }
      }
    },

    peer: {
      identity: { private_key: 32, node_id: 20 },
      sealed: ['note'],
      fill: (name, me) => {
        if (name === 'note') return { kind: 1, hops: 7, topic: 'weather', rest: new Uint8Array(0) };
        if (name === 'data') return framed(3);
        const body = { node_id: me.node_id, public_key: curves.x25519.publicOf(me.private_key) };
        return { ...framed(name === 'hello' ? 1 : 2), body };
      },
      *speak(talk, me) {
        talk.logKey('CROW_PRIVATE', me.private_key);
        if (talk.dialled) talk.send(frame, framed(1));
        const theirs = yield* talk.read(frame);
        // Anything may come from a stranger.
        if (theirs.body.public_key === undefined) return talk.fail('The first frame of the other side has no public key.');
        if (!talk.dialled) talk.send(frame, framed(2));
        const key = keyOf(me.private_key, theirs.body.public_key);
        if (key === undefined) return talk.fail('The public key is of low order.');
        let counter = 0;
        const inner = talk.inside(frame, {
          seal: (plaintext, { wrongKey }) => {
            const used = wrongKey ? key.map((byte) => byte ^ 1) : key;
            const sealed = ciphers.chachaPoly.seal(used, nonceOf(++counter), plaintext);
            const body = { counter: BigInt(counter), ciphertext: sealed.subarray(0, -16), tag: sealed.subarray(-16) };
            return { ...framed(3), body };
          },
          open: ({ type, body }) =>
            type === 3
              ? ciphers.chachaPoly.open(key, nonceOf(body.counter), Uint8Array.from([...body.ciphertext, ...body.tag]))
              : `A frame of type ${type} came, where only data may.`,
        });
        talk.ready();
        for (;;) {
          const { kind, topic, rest } = yield* inner.read(note);
          if (kind === 1) inner.send(note, { kind: 2, hops: 1, topic, rest });
        }
      },
    },
  });
};
