/**
 * The protocol of heartbeat.js, written in the two passes that every protocol is made of. Nothing is decided for its author here: what is
 * recognised, what a first pass learns, how the tree of a message is made, what each key did.
 *
 *   peerscope decode heartbeat.pcapng --protocol heartbeat-passes.js --keys heartbeat.keys
 *
 * A module exports what defineProtocol returned, or as here a function that gets the library, so that the file needs nothing beside it.
 *
 * On the wire (UDP, port 7777, big-endian): u16 magic "HB", u8 type (1 beat, 2 sealed), u32 sequence, note to the end.
 * The note of a sealed beat is "OK " and a text, XORed with the key over and over.
 */
export default (library) => {
  const {
    bytes,
    certain,
    compileStruct,
    defineProtocol,
    fieldToJson,
    fresh,
    fromHex,
    generatedFields,
    rulesOf,
    struct,
    structForm,
    KeyTrial,
    uint,
    undecoded,
  } = library;
  // A layout is data: from it come the tree, the JSON, the fields of filters and an encoder.
  const head = [
    uint(2, 'magic', 'The letters "HB".'),
    uint(1, 'type', 'Kind of beat.', { names: { 1: 'beat', 2: 'sealed' } }),
    fresh('sequence', uint(4, 'sequence', 'Grows by one from beat to beat.')),
  ];
  const beatLayout = struct('heartbeat', 'A beat.', [...head, bytes('note', 'rest', 'Any text.', 'utf8')]);
  const sealedLayout = struct('heartbeat', 'A sealed beat.', [
    ...head,
    fresh('ciphertext', bytes('note', 'rest', 'Encrypted text.')),
  ]);
  const [beat, sealed] = [beatLayout, sealedLayout].map((layout) => compileStruct(layout));

  // What a filter may name: heartbeat.sequence > 3.
  const messages = [structForm('beat', beatLayout), structForm('sealed', sealedLayout)];
  // A field that dissect adds to those of the layouts is declared too; json: it stands among the fields of decode --json.
  const text = {
    name: 'text',
    kind: { type: 'text' },
    json: true,
    doc: 'The note of a sealed beat, opened.',
    messages: ['sealed'],
  };
  const treeFields = [text];
  const generated = generatedFields(treeFields);

  const rule = rulesOf('heartbeat');
  const rules = {
    incomplete: rule('incomplete', 'error', 'heartbeat, layout'),
    sequence: rule('sequence', 'warning', 'heartbeat, sequence: grows by one'),
  };
  const label = 'HEARTBEAT_KEY';
  const parse = ([hex, ...more]) => {
    const secret = more.length === 0 && hex ? fromHex(hex) : undefined;
    return secret?.length > 0 ? { index: '', secret } : 'expected bytes in hex';
  };
  const isBeat = (data) => data[0] === 0x48 && data[1] === 0x42;
  const xor = (data, key) => data.map((byte, i) => byte ^ key[i % key.length]);
  const proven = (text) => text[0] === 0x4f && text[1] === 0x4b && text[2] === 0x20;
  const noteOf = ({ bytes, start, end }) => bytes.subarray(Math.min(start + 7, end), end);

  return defineProtocol({
    id: 'heartbeat',
    title: 'Heartbeat',
    document: 'the comment at the top of this file',
    names: ['beat', 'sealed'],
    messages,
    treeFields,
    keys: [{ label, form: 'key', doc: 'The bytes that notes are XORed with, in hex.', parse }],
    rules: Object.values(rules),

    // 0 to 100: how sure the first bytes and the ports make it that a conversation is this protocol.
    recognise: ({ datagrams, ports }) =>
      datagrams.length > 0 && datagrams.every((each) => isBeat(each.bytes)) ? (ports.includes(7777) ? 95 : certain) : 0,

    // The first pass: sees each message once, in the order of the capture, and writes down what it learns.
    observe: ({ keys, messages }) => ({
      conversation: ({ id: conversation }) => {
        const last = [undefined, undefined];
        const datagram = (direction, data, frame, _cut, pieces) => {
          const encrypted = data[2] === 2;
          const { field, problem } = (encrypted ? sealed : beat)(data);
          const key = keys.all(label).find(({ secret }) => proven(xor(data.subarray(7), secret)));
          const state = problem ? 'incomplete' : encrypted && !key ? 'encrypted' : 'decoded';
          const id = messages.add({ conversation, direction, frame, name: encrypted ? 1 : 0, state, encrypted, pieces });
          if (problem) return messages.addFinding(id, rules.incomplete, problem.text);
          if (encrypted && key) messages.facts.set(id, { plain: xor(data.slice(7), key.secret) });
          const sequence = field.children[2].value;
          const before = last[direction];
          if (before && sequence !== before.sequence + 1)
            messages.addFinding(id, rules.sequence, `${sequence} follows ${before.sequence}`, [before.frame]);
          last[direction] = { sequence, frame };
        };
        return { datagram };
      },
      end: () => {},
    }),

    // The second pass: the tree of one message, the same each time.
    dissect: (message) => {
      const { bytes, source, start, end, state, facts } = message;
      const { field: layer, problem } = (message.encrypted ? sealed : beat)(bytes, source, start, end);
      layer.end = end;
      if (problem) {
        layer.problem = problem;
        // Every byte of a message belongs to a field.
        const read = layer.children.at(-1)?.end ?? start;
        if (read < end) layer.children.push(undecoded(bytes, source, read, end, 'What is left of it.'));
      }
      if (facts) {
        // Decrypted bytes are a Source of their own; a field's range lies in the Source that it names.
        const { plain } = facts;
        const origin = { kind: 'derived', from: source, start: start + 7, end, how: `XOR with ${label}` };
        const opened = message.derive('Opened note', plain, origin);
        const value = new TextDecoder().decode(plain);
        layer.children.push(generated('text', value, { source: opened.id, start: 0, end: plain.length }));
      }
      const { sequence, note, text } = fieldToJson(layer);
      const shown = text ?? (message.encrypted ? 'a sealed note' : note);
      const info = problem ? problem.text : `${sequence}: ${shown}`;
      const missing = state === 'encrypted' ? [`${label} with the bytes that the note is XORed with`] : [];
      return { layer, fields: fieldToJson(layer), whole: bytes.slice(start, end), info, missing };
    },

    // Why is this not decrypted? What each given key did, step by step, without showing it.
    explain: (message, keys) =>
      (message.encrypted ? keys.all(label) : []).map((key) => {
        const trial = new KeyTrial(key);
        const note = noteOf(message);
        const opens = proven(xor(note, key.secret));
        trial.step(
          'XOR the note with the key',
          { note: `${note.length} bytes` },
          `starts with "OK ": ${opens ? 'yes' : 'no'}`,
          opens,
        );
        return trial.tried;
      }),
  });
};
