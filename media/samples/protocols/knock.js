/**
 * Every part of a protocol that shows in the editor, in a protocol small enough to see them all: messages, a key, an open choice, a state
 * machine, rules, steps, computed values and a node.
 *
 *   peerscope decode knock.pcapng --protocol knock.js --keys knock.keys
 *   peerscope node knock --protocol knock.js --connect 127.0.0.1:4000
 *
 * Knock, over UDP. Integers are big-endian.
 *   1. hello    u8 1, x25519_public 32. Opens a session.
 *   2. welcome  u8 2, x25519_public 32, proof 8. The answer. Z is the shared secret, K is "derived from Z", proof the first
 *               bytes of SHA-256(K, both public keys).
 *   3. data     u8 3, u32 counter, sealed. ChaCha20-Poly1305 under K; the nonce is 8 zero bytes and the counter, which grows.
 */
export default (library) => {
  const { aboutOrder, advance, allowed, bytes, certain, ciphers, compileStruct, curves, defineProtocol, derivedValue } = library;
  const {
    fieldToJson,
    fresh,
    generatedFields,
    hashes,
    KeyTrial,
    rulesOf,
    secretValue,
    struct,
    structForm,
    toHex,
    uint,
    undecoded,
    wireValue,
  } = library;
  const { x25519 } = curves;

  // 1. Messages. A layout is data: trees, fields of filters and the encoder come from it.
  const type = uint(1, 'type', 'Kind of message.', { names: { 1: 'hello', 2: 'welcome', 3: 'data' } });
  // `fresh`: it is new in each run, so a comparison of two captures asks for a rule, not for the same value.
  const key = fresh('key', bytes('x25519_public', 32, 'Public key of the sender.'));
  const proof = fresh('signature', bytes('proof', 8, 'Shows that the sender has K.'));
  const counter = fresh('sequence', uint(4, 'counter', 'Grows.'));
  const sealed = fresh('ciphertext', bytes('sealed', 'rest', 'Ciphertext and tag.'));
  const names = ['hello', 'welcome', 'data'];
  const layouts = [
    struct('knock', 'Opens a session.', [type, key]),
    struct('knock', 'Answers a hello.', [type, key, proof]),
    struct('knock', 'Encrypted data.', [type, counter, sealed]),
  ];
  const messages = layouts.map((layout, at) => structForm(names[at], layout));
  const decoders = layouts.map((layout) => compileStruct(layout));
  // What the tree shows beside them is declared, so that filters know it.
  const treeFields = [{ name: 'text', kind: { type: 'text' }, json: true, doc: 'The data, decrypted.', messages: ['data'] }];
  const generated = generatedFields(treeFields);

  // 2. Keys, and what the document leaves open: each candidate is tried until one proves itself; --choice knock.key=z pins one.
  const privateKey = library.x25519PrivateKind('KNOCK_PRIVATE', 'The private key of either side.');
  const keyChoice = {
    id: 'knock.key',
    doc: 'The document says that K is derived from Z, and not how.',
    candidates: [
      { id: 'sha-256', doc: 'SHA-256(Z)', of: (z) => hashes.sha256(z) },
      { id: 'z', doc: 'Z itself', of: (z) => z },
    ],
  };

  // 3. The key schedule, written once: the passes, the computed values and the node use it.
  const proofOf = (k, session) => hashes.sha256(Uint8Array.from([...k, ...session.hello, ...session.welcome])).slice(0, 8);
  const nonceOf = (counter) =>
    Uint8Array.from([...new Array(8).fill(0), ...new Uint8Array(Uint32Array.of(counter).buffer).reverse()]);
  const sharedSecret = (session, keys) => {
    for (const [own, other] of [
      [session.hello, session.welcome],
      [session.welcome, session.hello],
    ]) {
      const found = own && other && keys.find(privateKey, toHex(own))[0];
      if (found) return x25519.shared(found.secret, other);
    }
  };

  // 4. Who may send what in which state.
  const machine = {
    start: 'closed',
    states: { closed: 'nobody has knocked', asked: 'a hello waits for its welcome', open: 'data may flow' },
    transitions: [
      { from: ['closed', 'asked'], message: 'hello', by: 'opener', to: 'asked' },
      { from: ['asked'], message: 'welcome', by: 'answerer', to: 'open' },
      { from: ['open'], message: 'data', by: 'either' },
    ],
  };

  // 5. What is checked. A rule about order is silent where the times of a capture leave the order open.
  const rule = rulesOf('knock');
  const rules = {
    layout: rule('layout', 'error', 'knock, messages'),
    order: aboutOrder(rule('order', 'warning', 'knock, 2')),
    proof: rule('proof', 'error', 'knock, 2'),
    tag: rule('tag', 'error', 'knock, 3'),
    counter: aboutOrder(rule('counter', 'warning', 'knock, 3')),
  };
  const valuesOf = (data, at) => fieldToJson(decoders[at](data).field);

  return defineProtocol({
    ...{ id: 'knock', title: 'Knock', document: 'the comment at the top of this file' },
    ...{
      names,
      messages,
      treeFields,
      keys: [privateKey],
      rules: Object.values(rules),
      machines: [machine],
      choices: [keyChoice],
      // How messages are told apart by bytes alone: `peerscope wireshark knock` makes a dissector of it.
      wire: {
        transport: 'udp',
        messages: [
          { name: 'hello', when: [{ at: 0, size: 1, from: 1 }], length: 33, opens: true },
          { name: 'welcome', when: [{ at: 0, size: 1, from: 2 }], length: 41, opens: true },
          { name: 'data', when: [{ at: 0, size: 1, from: 3 }] },
        ],
      },
    },

    recognise: ({ datagrams }) => {
      const [first] = datagrams;
      const isHello = first?.bytes[0] === 1 && first.bytes.length === 33;
      return isHello && datagrams.every(({ bytes: [kind] }) => kind >= 1 && kind <= 3) ? certain : 0;
    },

    // 6. The first pass: each message once, in the order of the capture. What it learns goes into the table.
    observe: ({ keys, choices, messages: table }) => ({
      conversation: ({ id: conversation }) => {
        let session;
        const datagram = (direction, data, frame, _cut, pieces) => {
          const at = data[0] - 1;
          const { field, problem } = decoders[at]?.(data) ?? { problem: { text: 'there is no such message' } };
          const id = table.add({
            conversation,
            direction,
            frame,
            pieces,
            name: names[at] ? at : 0,
            state: problem ? 'malformed' : 'decoded',
            encrypted: at === 2,
          });
          if (problem) return table.addFinding(id, rules.layout, problem.text);
          if (at === 0) session = { opener: direction, frame, hello: data.slice(1, 33), state: machine.start, last: [] };
          if (session === undefined) return at === 2 && table.setState(id, 'encrypted');
          table.setSession(id, session);
          const by = direction === session.opener ? 'opener' : 'answerer';
          const next = advance(machine, session.state, names[at], by);
          if (next === undefined)
            table.addFinding(id, rules.order, `${names[at]} of the ${by} while ${machine.states[session.state]}`);
          session.state = next ?? session.state;
          const { proof, counter, sealed } = fieldToJson(field);
          if (at === 1) welcome(id, data, proof);
          if (at === 2) opened(id, data, counter, sealed, direction);
        };
        const welcome = (id, data, proof) => {
          session.welcome = data.slice(1, 33);
          const z = sharedSecret(session, keys);
          if (z === undefined) return;
          session.choice = choices.of(keyChoice).find(({ of }) => toHex(proofOf(of(z), session)) === proof);
          session.k = session.choice?.of(z);
          if (session.k === undefined)
            table.addFinding(id, rules.proof, 'no candidate of knock.key makes this proof', [session.frame]);
        };
        const opened = (id, data, counter, _sealed, direction) => {
          const text = session.k && ciphers.chachaPoly.open(session.k, nonceOf(counter), data.slice(5));
          if (text) table.facts.set(id, { text });
          else if (session.k === undefined) table.setState(id, 'encrypted');
          else {
            table.setState(id, 'malformed');
            table.addFinding(id, rules.tag, 'the tag does not verify under K');
          }
          if (counter <= session.last[direction])
            table.addFinding(id, rules.counter, `${counter} follows ${session.last[direction]}`);
          session.last[direction] = counter;
        };
        return { datagram };
      },
      end: () => {},
    }),

    // 7. The second pass: the tree of one message, the same each time.
    dissect: (message) => {
      const { bytes: all, source, start, end, name, state, facts } = message;
      const { field: layer, problem } = decoders[names.indexOf(name)](all, source, start, end);
      layer.end = end;
      if (problem) layer.problem = problem;
      // Every byte of a message belongs to a field.
      const read = layer.children.at(-1)?.end ?? start;
      if (read < end) layer.children.push(undecoded(all, source, read, end, 'What is left of it.'));
      const sealed = layer.children.find((child) => child.name === 'sealed');
      if (facts?.text && sealed) {
        const { id } = message.derive('Decrypted', facts.text, {
          kind: 'derived',
          from: source,
          start: sealed.start,
          end,
          how: 'ChaCha20-Poly1305 under K',
        });
        layer.children.push(
          generated('text', new TextDecoder().decode(facts.text), { source: id, start: 0, end: facts.text.length }),
        );
      }
      const fields = fieldToJson(layer);
      const missing = state === 'encrypted' ? ['KNOCK_PRIVATE of either side'] : [];
      return { layer, fields, whole: all.slice(start, end), info: fields.text ?? problem?.text ?? '', missing };
    },

    // 8. The step of a session that a message is: the ladder and the page Steps follow the machine along them.
    part: ({ session }) => session && { session, title: `session of frame ${session.frame}`, opener: session.opener, machine },

    // 9. What both sides compute for a message. A secret is shown to whoever asks for it, and written nowhere.
    compute: ({ name, session, bytes: all, start, end, facts }, keys) => {
      if (session?.welcome === undefined || name === 'hello') return [];
      const [unknown, z] = ['needs KNOCK_PRIVATE of either side', sharedSecret(session, keys)];
      const k = secretValue('K', session.k, unknown);
      if (name === 'welcome') {
        const { proof } = valuesOf(all.slice(start, end), 1);
        const publics = [wireValue('hello.x25519_public', session.hello), wireValue('welcome.x25519_public', session.welcome)];
        const check = session.k
          ? { state: 'valid', why: 'It is the proof in the welcome.' }
          : { state: 'unchecked', why: unknown };
        return [
          {
            formula: 'Z = X25519(private key, public key)',
            clause: 'RFC 7748, section 6.1',
            inputs: publics,
            results: [secretValue('Z', z, unknown)],
          },
          {
            formula: `K = ${session.choice?.doc ?? 'derived from Z'}`,
            clause: 'knock, 2',
            inputs: [secretValue('Z', z, unknown)],
            results: [k],
          },
          {
            formula: 'proof = SHA-256(K, both keys)[0, 8]',
            clause: 'knock, 2',
            inputs: [k, ...publics],
            results: [wireValue('proof', proof)],
            check,
          },
        ];
      }
      const { counter, sealed } = valuesOf(all.slice(start, end), 2);
      const inputs = [k, wireValue('nonce', nonceOf(counter)), wireValue('sealed', sealed)];
      return [
        {
          formula: 'text = Open(K, nonce, sealed)',
          clause: 'knock, 3',
          inputs,
          results: [derivedValue('text', facts?.text, unknown)],
        },
      ];
    },

    // 10. What each given key did, without showing it.
    explain: ({ session, encrypted }, keys) =>
      (encrypted && session ? keys.all(privateKey) : []).map((given) => {
        const trial = new KeyTrial(given);
        const isOwn = [session.hello, session.welcome].some((each) => each && toHex(each) === given.index);
        trial.step('find its public key in the session', { public: given.index }, isOwn ? 'yes' : 'no', isOwn);
        return trial.tried;
      }),

    peer: node(),
  });

  // 11. The active side: what happens comes in by its methods, what it does goes out by `context`. It has no socket and no clock.
  function node() {
    return {
      ...{ transports: ['udp'], roles: [], signatures: {}, nonces: { data: ['counter'] }, sealed: ['data'], delivers: ['data'] },
      createIdentity: async (random) => JSON.stringify({ private: toHex(random(32)) }),
      start(context, identity) {
        const secret = library.fromHex(JSON.parse(identity).private ?? '');
        if (secret?.length !== 32) return 'The identity is { "private": 32 bytes in hex }.';
        const own = x25519.publicOf(secret);
        const links = new Map();
        const keyOf = (session) => keyChoice.candidates[0].of(x25519.shared(secret, session.other));
        return {
          opened({ id, dialled }) {
            links.set(id, { state: machine.start, by: dialled ? 'opener' : 'answerer', counter: 0 });
            if (links.size === 1) context.key(`KNOCK_PRIVATE ${toHex(secret)}`);
            if (dialled) context.send(id, 'hello');
          },
          received(id, data) {
            const session = links.get(id);
            const at = data[0] - 1;
            if (decoders[at] === undefined || decoders[at](data).problem)
              return context.tell(id, 'A message cannot be read.', true);
            const next = advance(machine, session.state, names[at], session.by === 'opener' ? 'answerer' : 'opener');
            if (next === undefined)
              return context.tell(id, `${names[at]} is not allowed: ${machine.states[session.state]}.`, true);
            session.state = next;
            if (at < 2) {
              session.other = undefined;
              // RFC 7748, section 6.1: a public key of low order makes no secret.
              if (x25519.shared(secret, data.slice(1, 33)) === undefined)
                return context.tell(id, 'The public key is of low order.', true);
              session.other = data.slice(1, 33);
            }
            if (at === 0) return context.send(id, 'welcome');
            // Who makes the proof, or a tag, has heard this node: until then it gets three times the bytes that it sent at most.
            const text =
              at === 1 ? undefined : ciphers.chachaPoly.open(keyOf(session), nonceOf(valuesOf(data, 2).counter), data.slice(5));
            session.isProven ||=
              at === 1
                ? toHex(data.slice(33)) === toHex(proofOf(keyOf(session), { hello: own, welcome: session.other }))
                : text !== undefined;
            // A relay that ends both conversations says it in its other session.
            if (text !== undefined) context.deliver(id, 'data', { sealed: text });
            if (!session.isProven) context.tell(id, `The ${at === 1 ? 'proof' : 'tag'} is not that of this session.`, true);
          },
          timer() {},
          closed: (id) => void links.delete(id),
          shutdown() {},
          status: (id) => ({
            state: links.get(id).state,
            doc: machine.states[links.get(id).state],
            ready: links.get(id).state === 'open',
            isProven: links.get(id).isProven === true,
          }),
          allowedMessages: (id) => allowed(machine, links.get(id).state, links.get(id).by),
          fill(id, message, given) {
            const session = links.get(id);
            if (message !== 'hello' && !session.other) throw new Error(`${message} needs the public key of the other side.`);
            if (message === 'hello') return { type: 1, x25519_public: own, ...given };
            if (message === 'data')
              return { type: 3, counter: ++session.counter, sealed: new TextEncoder().encode('hi'), ...given };
            return {
              type: 2,
              x25519_public: own,
              proof: proofOf(keyOf(session), { hello: session.other, welcome: own }),
              ...given,
            };
          },
          // What is given as "sealed" is what is encrypted; a fault may want another key.
          emit(id, message, values, { wrongKey }) {
            const session = links.get(id);
            session.state = advance(machine, session.state, message, session.by) ?? session.state;
            const form = messages[names.indexOf(message)];
            if (message !== 'data') return form.encode(values);
            const k = keyOf(session).map((byte, place) => (wrongKey && place === 0 ? byte ^ 1 : byte));
            return form.encode({ ...values, sealed: ciphers.chachaPoly.seal(k, nonceOf(values.counter), values.sealed) });
          },
        };
      },
    };
  }
};
