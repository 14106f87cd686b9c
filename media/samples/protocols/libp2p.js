/**
 * libp2p over TCP: multistream-select 1.0.0, Noise XX, yamux, identify and ping, as the libp2p specifications have them.
 *
 *   peerscope decode libp2p.pcap --protocol libp2p.js --keys libp2p.keys
 *
 * The capture is one connection of js-libp2p 3.
 *
 * A conversation is one generator. It reads messages of layers; what Noise decrypts and what a yamux stream carries are conversations
 * again. Trees, filters (`yamux.type == 0`), missing keys and `--explain` follow from what it reads.
 */
export default (library) => {
  const { byCase, bytes, curves, defineConversation, Layer, noiseLayer, protoForm, rulesOf } = library;
  const { struct, uint, varint, x25519PrivateKind } = library;
  const field = (number, name, type, doc, more = {}) => ({ number, name, type, doc, ...more });
  const many = { repeated: true };
  const text = new TextEncoder();
  const rule = rulesOf('libp2p');
  const rules = {
    refused: rule('refused', 'note', 'multistream-select 1.0.0, na'),
    identity: rule('identity', 'error', 'noise-libp2p, Static Key Authentication'),
  };

  const select = new Layer({
    id: 'multistream',
    title: 'multistream-select',
    layout: struct('multistream', 'The name of a protocol that is asked for or agreed to.', [
      varint('size', 'Bytes of what follows.'),
      bytes('protocol', { ref: 'size' }, 'The name, ended by a line feed; "na" refuses.', 'utf8'),
    ]),
    info: ({ protocol }) => protocol.trim(),
  });

  const noise = noiseLayer(
    struct('noise', 'A Noise message behind its length.', [
      uint(2, 'length', 'Bytes of the Noise message.'),
      bytes('message', { ref: 'length' }, 'A handshake message, or ciphertext with its tag of 16 bytes.'),
    ]),
    'message',
  );

  const publicKey = {
    name: 'identity_key',
    doc: 'Public key of the identity.',
    fields: [field(1, 'type', 'uint64', '0 RSA, 1 Ed25519, 2 secp256k1, 3 ECDSA.'), field(2, 'data', 'bytes', 'The key.')],
  };
  const extensions = {
    name: 'extensions',
    doc: 'What both sides may use beyond the handshake.',
    fields: [
      field(1, 'webtransport_certhashes', 'bytes', 'Hashes of certificates.', many),
      field(2, 'stream_muxers', 'string', 'Multiplexers, best first.', many),
    ],
  };
  const payload = new Layer({
    id: 'identity',
    title: 'libp2p identity',
    layout: protoForm('identity', {
      name: 'identity',
      doc: 'Payload of the Noise handshake: who the sender is.',
      fields: [
        field(1, 'identity_key', publicKey, 'Public key of the identity.'),
        field(2, 'identity_sig', 'bytes', 'Signature of the static Noise key.'),
        field(4, 'extensions', extensions, 'Extensions.'),
      ],
    }),
  });

  const types = ['data', 'window_update', 'ping', 'go_away'];
  const yamux = new Layer({
    id: 'yamux',
    title: 'yamux',
    layout: struct('yamux', 'A frame of yamux.', [
      uint(1, 'version', '0.'),
      uint(1, 'type', 'Kind of frame.', { names: types }),
      uint(2, 'flags', '1 SYN, 2 ACK, 4 FIN, 8 RST.'),
      uint(4, 'stream_id', 'Odd for streams of the client, even for those of the server, 0 for the session.'),
      uint(4, 'length', 'Bytes of data; of other frames a change of the window, a ping value or an error code.'),
      byCase('type', { 0: [bytes('data', { ref: 'length' }, 'Bytes of the stream.')], 1: [], 2: [], 3: [] }),
    ]),
    names: types,
    name: ({ type }) => types[type],
    info: ({ stream_id, length, flags }) => `stream ${stream_id}, length ${length}${flags === 0 ? '' : `, flags ${flags}`}`,
  });

  const identify = new Layer({
    id: 'identify',
    title: 'identify',
    layout: struct('identify', 'Who a peer is and what it speaks, behind its length.', [
      varint('size', 'Bytes of the message.'),
      bytes('peer', { ref: 'size' }, 'The message.'),
    ]),
    holds: {
      peer: protoForm('peer', {
        name: 'peer',
        doc: 'Who a peer is and what it speaks.',
        fields: [
          field(1, 'publicKey', 'bytes', 'Public key of the identity.'),
          field(2, 'listenAddrs', 'bytes', 'Addresses that it listens on.', many),
          field(3, 'protocols', 'string', 'Protocols that it speaks.', many),
          field(4, 'observedAddr', 'bytes', 'Address that the other side is seen at.'),
          field(5, 'protocolVersion', 'string', 'Family of protocols.'),
          field(6, 'agentVersion', 'string', 'Implementation.'),
          field(8, 'signedPeerRecord', 'bytes', 'Signed addresses.'),
        ],
      }),
    },
    info: ({ peer }) => peer.agentVersion ?? '',
  });

  const ping = new Layer({
    id: 'ping',
    title: 'ping',
    layout: struct('ping', 'What the other side sends back.', [bytes('value', 32, 'Random.')]),
    names: ['echo'],
  });

  /** Both sides name protocols until they have named the same one. */
  function* negotiate(talk) {
    for (;;) {
      const [asked, answered] = yield* talk.pair(select);
      if (answered.protocol === 'na\n') talk.find(rules.refused, answered, `${asked.protocol.trim()} is refused`, [asked]);
      else if (asked.protocol !== '/multistream/1.0.0\n') return asked.protocol.trim();
    }
  }

  /** The identity signs the static Noise key. */
  function verify(talk, identity, staticKey) {
    if (identity?.identity_sig === undefined || staticKey === undefined) return;
    const { type, data } = identity.identity_key ?? {};
    if (Number(type) !== 1)
      return talk.check(identity, 'identity_sig', { state: 'unchecked', why: 'Only signatures of Ed25519 are checked.' });
    const signed = Uint8Array.from([...text.encode('noise-libp2p-static-key:'), ...staticKey]);
    const isValid = curves.ed25519.verify(data, signed, identity.identity_sig);
    const why = isValid ? 'The identity has signed the static Noise key.' : 'The identity has not signed the static Noise key.';
    talk.check(identity, 'identity_sig', { state: isValid ? 'valid' : 'invalid', why });
    if (!isValid) talk.find(rules.identity, identity, why);
  }

  return defineConversation({
    id: 'libp2p',
    title: 'libp2p',
    document: 'libp2p specifications',
    layers: [select, noise, payload, yamux, identify, ping],
    begins: text.encode('\x13/multistream/1.0.0\n'),
    keys: [
      x25519PrivateKind('NOISE_STATIC', 'A static private key of the Noise handshake.'),
      x25519PrivateKind('NOISE_EPHEMERAL', 'An ephemeral private key of the Noise handshake.'),
    ],
    rules: Object.values(rules),
    *conversation(talk) {
      if ((yield* negotiate(talk)) !== '/noise') return;
      const keys = { s: 'NOISE_STATIC', e: 'NOISE_EPHEMERAL' };
      const options = { keys, payload };
      const { inner, payloads, statics } = yield* talk.noise(noise, 'Noise_XX_25519_ChaChaPoly_SHA256', options);
      for (const side of [0, 1]) verify(talk, payloads[side], statics[side]);
      // Who names multiplexers in the handshake has chosen one with it.
      const isChosen = payloads.every((each) => each?.extensions?.stream_muxers?.length > 0);
      if (!isChosen && (yield* negotiate(inner)) !== '/yamux/1.0.0') return;
      inner.mux(yamux, { stream: (frame) => frame.stream_id, data: 'data' }, function* (stream) {
        const protocol = yield* negotiate(stream);
        if (protocol === '/ipfs/id/1.0.0') yield* stream.read(identify);
        if (protocol === '/ipfs/ping/1.0.0') for (;;) yield* stream.read(ping);
      });
    },
  });
};
