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
  const { byCase, bytes, curves, defineConversation, fresh, Layer, noiseLayer, protoForm, rulesOf } = library;
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
      fresh('ciphertext', bytes('message', { ref: 'length' }, 'A handshake message, or ciphertext with its tag of 16 bytes.')),
    ]),
    'message',
  );

  const publicKey = {
    name: 'identity_key',
    doc: 'Public key of the identity.',
    fields: [
      field(1, 'type', 'uint64', '0 RSA, 1 Ed25519, 2 secp256k1, 3 ECDSA.'),
      fresh('key', field(2, 'data', 'bytes', 'The key.')),
    ],
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
        fresh('signature', field(2, 'identity_sig', 'bytes', 'Signature of the static Noise key.')),
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
          fresh('key', field(1, 'publicKey', 'bytes', 'Public key of the identity.')),
          fresh('id', field(2, 'listenAddrs', 'bytes', 'Addresses that it listens on.', many)),
          field(3, 'protocols', 'string', 'Protocols that it speaks.', many),
          fresh('id', field(4, 'observedAddr', 'bytes', 'Address that the other side is seen at.')),
          field(5, 'protocolVersion', 'string', 'Family of protocols.'),
          field(6, 'agentVersion', 'string', 'Implementation.'),
          fresh('signature', field(8, 'signedPeerRecord', 'bytes', 'Signed addresses.')),
        ],
      }),
    },
    info: ({ peer }) => peer.agentVersion ?? '',
  });

  const ping = new Layer({
    id: 'ping',
    title: 'ping',
    layout: struct('ping', 'What the other side sends back.', [fresh('id', bytes('value', 32, 'Random.'))]),
    names: ['echo'],
  });

  const NOISE = 'Noise_XX_25519_ChaChaPoly_SHA256';
  const names = { header: '/multistream/1.0.0', yamux: '/yamux/1.0.0', identify: '/ipfs/id/1.0.0', ping: '/ipfs/ping/1.0.0' };
  const noiseOptions = { keys: { s: 'NOISE_STATIC', e: 'NOISE_EPHEMERAL' }, payload };
  const signedBy = (staticKey) => Uint8Array.from([...text.encode('noise-libp2p-static-key:'), ...staticKey]);
  /** Who names multiplexers in the handshake has chosen one with it. */
  const isEarly = (...payloads) => payloads.every((each) => each?.extensions?.stream_muxers?.length > 0);

  /** Both sides name protocols until they have named the same one. */
  function* negotiate(talk) {
    for (;;) {
      const [asked, answered] = yield* talk.pair(select);
      if (answered.protocol === 'na\n') talk.find(rules.refused, answered, `${asked.protocol.trim()} is refused`, [asked]);
      else if (asked.protocol !== `${names.header}\n`) return asked.protocol.trim();
    }
  }

  /** The identity signs the static Noise key. */
  function verify(talk, identity, staticKey) {
    if (identity?.identity_sig === undefined || staticKey === undefined) return;
    const { type, data } = identity.identity_key ?? {};
    if (Number(type) !== 1)
      return talk.check(identity, 'identity_sig', { state: 'unchecked', why: 'Only signatures of Ed25519 are checked.' });
    const isValid = curves.ed25519.verify(data, signedBy(staticKey), identity.identity_sig);
    const why = isValid ? 'The identity has signed the static Noise key.' : 'The identity has not signed the static Noise key.';
    talk.check(identity, 'identity_sig', { state: isValid ? 'valid' : 'invalid', why });
    if (!isValid) talk.find(rules.identity, identity, why);
  }

  /** What a node sends for it: who opened names one protocol, the other side takes one of `spoken`. */
  function* agree(talk, spoken) {
    const say = (protocol) => talk.send(select, { protocol: `${protocol}\n` });
    say(names.header);
    if (talk.dialled) say(spoken[0]);
    yield* talk.read(select);
    for (;;) {
      const named = (yield* talk.read(select)).protocol.trim();
      const isSpoken = spoken.includes(named);
      if (!talk.dialled) say(isSpoken ? named : 'na');
      if (isSpoken || talk.dialled) return isSpoken ? named : undefined;
    }
  }

  const about = (me) => ({
    publicKey: Uint8Array.from([8, 1, 18, 32, ...curves.ed25519.publicOf(me.identity)]),
    protocols: [names.identify, names.ping],
    agentVersion: 'peerscope',
  });

  const [SYN, ACK, FIN, RST] = [1, 2, 4, 8];
  const filled = Object.fromEntries(
    types.map((name, type) => [name, { version: 0, type, flags: 0, stream_id: 0, ...(type === 0 ? {} : { length: 0 }) }]),
  );
  const muxing = {
    stream: (frame) => frame.stream_id,
    opens: (frame) => frame.stream_id !== 0,
    data: 'data',
    number: (count, dialled) => 2 * count + (dialled ? 1 : 2),
    frame: (stream_id, data, { isFirst, isLast, isOwn }) => ({
      ...filled.data,
      ...{ stream_id, data, flags: (isFirst ? (isOwn ? SYN : ACK) : 0) + (isLast ? FIN : 0) },
    }),
    // The window of a stream is given back at once; a ping of the session is answered.
    replies({ type, flags, stream_id, length }) {
      if (type === 0 && length > 0) return [{ ...filled.window_update, stream_id, length }];
      return type === 2 && (flags & SYN) > 0 ? [{ ...filled.ping, flags: ACK, length }] : [];
    },
    ends: ({ flags }) => (flags & FIN) > 0,
    resets: ({ flags }) => (flags & RST) > 0,
  };

  return defineConversation({
    id: 'libp2p',
    title: 'libp2p',
    document: 'libp2p specifications',
    layers: [select, noise, payload, yamux, identify, ping],
    endpointIds: [{ field: 'identity.identity_key.data', of: 'sender' }],
    begins: text.encode('\x13/multistream/1.0.0\n'),
    keys: [
      x25519PrivateKind('NOISE_STATIC', 'A static private key of the Noise handshake.'),
      x25519PrivateKind('NOISE_EPHEMERAL', 'An ephemeral private key of the Noise handshake.'),
    ],
    rules: Object.values(rules),
    *conversation(talk) {
      if ((yield* negotiate(talk)) !== '/noise') return;
      const { inner, payloads, statics } = yield* talk.noise(noise, NOISE, noiseOptions);
      for (const side of [0, 1]) verify(talk, payloads[side], statics[side]);
      if (!isEarly(...payloads) && (yield* negotiate(inner)) !== names.yamux) return;
      inner.mux(yamux, muxing, function* (stream) {
        const protocol = yield* negotiate(stream);
        if (protocol === names.identify) yield* stream.read(identify);
        else if (protocol === names.ping) for (;;) yield* stream.read(ping);
        else yield* stream.handOver('libp2p.protocol', protocol);
      });
    },
    peer: {
      identity: { identity: 32, noise: 32 },
      fill: (message, _, random) => ({ ...(message === 'echo' ? { value: random(32) } : filled[message]) }),
      *speak(talk, me) {
        if ((yield* agree(talk, ['/noise'])) === undefined) return talk.fail('The other side does not speak Noise.');
        const own = {
          identity_key: { type: 1, data: curves.ed25519.publicOf(me.identity) },
          identity_sig: curves.ed25519.sign(me.identity, signedBy(curves.x25519.publicOf(me.noise))),
          extensions: { stream_muxers: [names.yamux] },
        };
        const { inner, payload: theirs, rs } = yield* talk.noise(noise, NOISE, { ...noiseOptions, s: me.noise, says: own });
        const { type, data } = theirs?.identity_key ?? {};
        const isEd25519 = Number(type) === 1;
        if (!isEd25519) talk.tell('The identity of the other side is not checked: it is not Ed25519.');
        else if (!curves.ed25519.verify(data, signedBy(rs), theirs.identity_sig ?? new Uint8Array(64)))
          return talk.fail('The identity of the other side has not signed its static Noise key.');
        if (!isEarly(theirs) && (yield* agree(inner, [names.yamux])) === undefined)
          return talk.fail('The other side does not speak yamux.');
        const mux = inner.mux(yamux, muxing, function* (stream) {
          const protocol = yield* agree(stream, stream.dialled ? [names.ping] : [names.ping, names.identify]);
          if (protocol === names.identify) stream.send(identify, { peer: about(me) });
          if (protocol !== names.ping) return stream.end();
          if (stream.dialled) stream.send(ping, {});
          stream.ready();
          for (;;) {
            const { value } = yield* stream.read(ping);
            if (!stream.dialled) stream.send(ping, { value });
          }
        });
        if (talk.dialled) mux.open();
        else talk.ready();
      },
    },
  });
};
