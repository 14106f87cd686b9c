/**
 * The active side of wireguard.js: a node that makes handshakes and sends packets.
 *
 *   peerscope run wireguard.packet --protocol wireguard.js
 *
 * A node is an object of functions: what happens comes in by them, what it does goes out by `context`. `fill` makes the values of a message,
 * `emit` its bytes: between both a script may have changed values.
 */
export const wireguardNode = ({ ciphers, curves, fromHex, noise, toBase64 }, wireguard) => {
  const { NAME, prologue, keys, wg, timestamp, inner, mac1Of, mac2Of, cookieKey, same, ascii, nothing, noMac, noPsk } = wireguard;
  const ikpsk2 = noise.readProtocolName(NAME);
  const formOf = (name) => wg.messages.find((form) => form.name === name);
  const types = { initiation: 1, response: 2, cookie_reply: 3, data: 4, keepalive: 4 };
  const names = ['initiation', 'response', 'cookie_reply', 'data'];
  const other = { initiator: 'responder', responder: 'initiator' };
  const address = { initiator: '10.0.0.1', responder: '10.0.0.2' };

  /** Throws an Error for a text that is no identity. */
  function keysOf(identity) {
    const own = Object.fromEntries(Object.entries(JSON.parse(identity)).map(([name, digits]) => [name, fromHex(digits)]));
    for (const side of ['initiator', 'responder']) if (own[side]) own[`${side}_public`] ??= curves.x25519.publicOf(own[side]);
    const isWhole = ['initiator_public', 'responder_public'].every((name) => own[name]?.length === 32);
    if (!isWhole || !Object.values({ psk: noPsk, ...own }).every((key) => key?.length === 32))
      throw new Error('a key is missing');
    return { psk: noPsk, ...own };
  }

  function session(context, own, role) {
    const links = new Map();
    const index = () => context.random(4).reduce((sum, byte) => sum * 256 + byte, 0);
    const tellKey = (label, key) => context.key(`${label} = ${toBase64(key)}`);
    const refuse = (id, what) => context.tell(id, `${what} is left out.`, true);
    const missing = (what) => {
      throw new Error(what);
    };
    const begin = (link) => {
      const e = context.random(32);
      const more = link.side === 'initiator' ? { rs: link.remote } : {};
      link.made = {
        e,
        handshake: noise.beginHandshake(ikpsk2, link.side, { s: own[link.side], e, psks: [own.psk], ...more }, prologue),
      };
      return link.made.handshake;
    };

    /** The values of a message before its macs. */
    const make = {
      initiation(link) {
        const now = new Date(Number(context.now() / 1_000_000n)).toISOString();
        const sent = begin(link).writeMessage(timestamp.messages[0].encode({ time: now }));
        const [encrypted_static, encrypted_timestamp] = [sent.slice(32, 80), sent.slice(80)];
        return { sender: index(), ephemeral: sent.slice(0, 32), encrypted_static, encrypted_timestamp };
      },
      response(link) {
        if (link.asked === undefined) missing('A response answers an initiation, and none came.');
        const handshake = begin(link);
        const payload = handshake.readMessage(link.asked.bytes.subarray(8, 116));
        if (typeof payload === 'string') missing(`The initiation is refused: ${payload}.`);
        const sent = handshake.writeMessage();
        const fields = { ephemeral: sent.slice(0, 32), encrypted_nothing: sent.slice(32) };
        return { sender: index(), receiver: link.asked.sender, ...fields };
      },
      cookie_reply({ asked, side, offered }) {
        if (asked === undefined) missing('A cookie reply answers an initiation, and none came.');
        const nonce = context.random(24);
        const sealed = ciphers.xchachaPoly.seal(cookieKey(own[`${side}_public`]), nonce, offered, asked.mac1);
        return { receiver: asked.sender, nonce, encrypted_cookie: sealed };
      },
      data(link) {
        const udp = { protocol: 17, srcport: 7, dstport: 7, data: Uint8Array.from([0, 13, 0, 0, ...ascii('hello')]) };
        const ends = { src: address[link.side], dst: address[other[link.side]] };
        const ip = { id: 0, flags: 2, offset: 0, ttl: 64, checksum: 0, ...ends, options: nothing, ...udp };
        const packet = inner.messages[0].encode({ version: 4, words: 5, tos: 0, ip, padding: nothing });
        return { ...make.keepalive(link), packet };
      },
      keepalive(link) {
        if (link.keys === undefined) missing('There is no session yet.');
        return { receiver: link.index, counter: link.counter++, packet: nothing };
      },
    };

    const read = {
      initiation(id, link, values, bytes) {
        link.asked = { ...values, bytes };
        const isProven = same(values.mac2, mac2Of(link.offered, bytes));
        context.send(id, role === 'loaded' && !isProven ? 'cookie_reply' : 'response');
      },
      response(id, link, { sender }, bytes) {
        const { handshake } = link.sent ?? {};
        if (handshake?.isTurn !== false || handshake.isComplete) return refuse(id, 'A response that answers nothing');
        if (typeof handshake.readMessage(bytes.subarray(12, 60)) === 'string') return refuse(id, 'A response that does not open');
        Object.assign(link, { keys: handshake.split(), index: sender, counter: 0 });
        context.send(id, 'keepalive');
      },
      cookie_reply(id, link, { nonce, encrypted_cookie }) {
        const cookie = ciphers.xchachaPoly.open(cookieKey(link.remote), nonce, encrypted_cookie, link.mac1 ?? nothing);
        if (cookie === undefined) return refuse(id, 'A cookie reply that does not open');
        link.cookie = cookie;
        context.send(id, 'initiation');
      },
      data(id, link, { counter, packet }) {
        const k = link.keys?.receive.k;
        const plaintext = k === undefined ? undefined : ikpsk2.cipher.decrypt(k, counter, nothing, packet);
        link.isProven ||= plaintext !== undefined;
        if (plaintext?.length > 0) context.deliver(id, 'data', { packet: plaintext });
        if (!link.isProven) refuse(id, 'A packet that does not open');
      },
    };

    return {
      opened({ id, dialled }) {
        const side = (role === 'loaded' ? 'responder' : role) ?? (dialled ? 'initiator' : 'responder');
        links.set(id, { side, remote: own[`${other[side]}_public`], offered: context.random(16), counter: 0 });
        tellKey(keys.s, own[side]);
        tellKey(keys.rs, own[`${other[side]}_public`]);
        if (side === 'initiator') context.send(id, 'initiation');
      },
      received(id, bytes) {
        const name = names[bytes[0] - 1];
        const { values, problem } = formOf(name)?.decode(bytes) ?? { problem: true };
        if (problem !== undefined) refuse(id, 'A message that cannot be read');
        else read[name](id, links.get(id), values, bytes.slice());
      },
      fill(id, name, given) {
        const link = links.get(id);
        if (!Object.hasOwn(make, name)) missing(`${name} is no message that a node sends by itself.`);
        const values = { type: types[name], reserved: new Uint8Array(3), ...make[name](link), ...given };
        if (values.type > 2) return values;
        const bytesOf = (more) => formOf(name).encode({ mac1: noMac, mac2: noMac, ...values, ...more });
        const mac1 = given.mac1 ?? mac1Of(link.remote, bytesOf({}));
        return { ...values, mac1, mac2: given.mac2 ?? (link.cookie ? mac2Of(link.cookie, bytesOf({ mac1 })) : noMac) };
      },
      emit(id, name, values, { wrongKey }) {
        const link = links.get(id);
        if (values.type === 4) {
          if (link.keys === undefined) missing('There is no session yet.');
          const padded = Uint8Array.from([...values.packet, ...new Uint8Array(-values.packet.length & 15)]);
          const k = wrongKey ? context.random(32) : link.keys.send.k;
          return formOf(name).encode({ ...values, packet: ikpsk2.cipher.encrypt(k, values.counter, nothing, padded) });
        }
        if (values.type < 3) {
          tellKey(keys.e, link.made.e);
          if (!same(own.psk, noPsk)) tellKey(keys.psk, own.psk);
        }
        if (name === 'initiation') Object.assign(link, { sent: link.made, mac1: values.mac1 });
        if (name === 'response' && !link.made.handshake.isComplete)
          missing('Another handshake has begun since this response was made.');
        if (name === 'response') Object.assign(link, { keys: link.made.handshake.split(), index: link.asked.sender, counter: 0 });
        return formOf(name).encode(values);
      },
      status(id) {
        const { keys: established, isProven = false } = links.get(id) ?? {};
        const [state, doc] = established ? ['established', 'Data may be sent.'] : ['handshake', 'The handshake is not complete.'];
        return { state, doc, ready: established !== undefined, isProven };
      },
      allowedMessages: (id) => (links.get(id)?.keys ? ['data', 'keepalive', 'initiation'] : ['initiation']),
      closed: (id) => void links.delete(id),
      timer() {},
      shutdown() {},
    };
  }

  return {
    ...{
      transports: ['udp'],
      port: 51820,
      signatures: {},
      nonces: { data: ['counter'] },
      sealed: ['data', 'keepalive'],
      delivers: ['data'],
    },
    roles: [
      { id: 'initiator', doc: 'begins a session; without a role, on links that it dialled' },
      { id: 'responder', doc: 'waits for an initiation' },
      { id: 'loaded', doc: 'a responder under load: it wants a cookie first' },
    ],
    // Both sides have to know each other beforehand. So every new node has the keys of both; they are no secret. To speak with another peer,
    // give the private key of one side, and the other side's public key as "initiator_public" or "responder_public".
    createIdentity: async () => JSON.stringify({ initiator: '11'.repeat(32), responder: '22'.repeat(32), psk: '33'.repeat(32) }),
    start(context, identity, role) {
      try {
        return session(context, keysOf(identity), role);
      } catch {
        return 'The identity is a JSON object with "initiator" and "responder", and "psk" where there is one: keys of 64 hex digits.';
      }
    },
  };
};
