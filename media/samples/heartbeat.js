/**
 * A protocol of your own, over UDP. This one is loaded by
 *
 *   peerscope decode heartbeat.pcapng --protocol heartbeat.js --keys heartbeat.keys
 *
 * and in the editor by the setting peerscope.protocolModules.
 *
 * On the wire (port 7777, big-endian): u16 magic "HB", u8 type (1 beat, 2 sealed), u32 sequence, note to the end.
 * The note of a sealed beat is "OK " and a text, XORed with the key over and over.
 */
export default ({ bytes, defineMessages, fresh, fromHex, struct, structForm, uint }) => {
  const head = [
    uint(2, 'magic', 'The letters "HB".'),
    uint(1, 'type', 'Kind of beat.', { names: { 1: 'beat', 2: 'sealed' } }),
    fresh('sequence', uint(4, 'sequence', 'Grows by one from beat to beat.')),
  ];
  const message = (name, doc, ...fields) => structForm(name, struct('heartbeat', doc, [...head, ...fields]));
  const isBeat = { at: 0, size: 2, from: 0x4842 };
  const isSealed = { at: 2, size: 1, from: 2 };
  const xor = (data, key) => data.map((byte, at) => byte ^ key[at % key.length]);
  const parse = ([hex = '']) => (fromHex(hex)?.length > 0 ? { index: '', secret: fromHex(hex) } : 'expected bytes in hex');

  return defineMessages({
    id: 'heartbeat',
    title: 'Heartbeat',
    document: 'the comment at the top of this file',
    head: message('head', 'What every beat begins with.', bytes('rest', 'rest', 'Its note.')),
    messages: [
      message('beat', 'A beat.', bytes('note', 'rest', 'Any text.', 'utf8')),
      message('sealed', 'A sealed beat.', fresh('ciphertext', bytes('note', 'rest', 'Encrypted text.'))),
    ],
    name: ({ type }) => (type === 2 ? 'sealed' : 'beat'),
    // For Wireshark (`peerscope wireshark`): which message it is, by data alone.
    wire: {
      transport: 'udp',
      messages: [
        { name: 'sealed', when: [isBeat, isSealed], opens: true },
        { name: 'beat', when: [isBeat], opens: true },
      ],
    },
    looksLike: ({ magic }) => magic === 0x4842,
    ports: [{ transport: 'udp', port: 7777 }],
    keys: [{ label: 'HEARTBEAT_KEY', form: 'key', doc: 'The bytes that notes are XORed with, in hex.', parse }],
    sealed: {
      sealed: {
        field: 'note',
        key: 'HEARTBEAT_KEY',
        how: 'XOR with HEARTBEAT_KEY',
        // Nobody else's key makes "OK " of the first three bytes.
        open: (sent, key) => (/^OK /.test(String.fromCharCode(...xor(sent.subarray(0, 3), key))) ? xor(sent, key) : undefined),
        holds: { name: 'text', kind: { type: 'text' }, doc: 'The note of a sealed beat, decrypted.' },
      },
    },
    rules: [
      {
        id: 'sequence',
        severity: 'warning',
        clause: 'heartbeat, sequence: grows by one',
        isAboutOrder: true,
        check: ({ sequence }, _name, before) =>
          before && sequence !== before.values.sequence + 1 && `${sequence} follows ${before.values.sequence}`,
      },
    ],
    info: ({ sequence, note, text }, name) => `${sequence}: ${text ?? (name === 'sealed' ? 'a sealed note' : note)}`,
  });
};
