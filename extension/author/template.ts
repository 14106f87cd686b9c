/** The text of a new protocol: a module that decodes at once, short enough to be read before it is changed. */
import { noise as noiseFramework } from '../../dissector/index.ts';
import type { Framing, ProtocolPlan } from './plan.ts';

/** The module of a protocol. */
export function moduleText(plan: ProtocolPlan): string {
  return plan.transport === 'udp' ? datagrams(plan) : streams(plan);
}

/** The packet script beside it. */
export function scriptText({ name, transport }: ProtocolPlan): string {
  if (transport === 'tcp')
    return `### an ask is answered
node b = ${name} listen 127.0.0.1:0
node a = ${name} dial b
send a record { type: 1, text: "hello" }
expect a record { type: 2, text: "hello" } within 2s

### a wrong version ends the connection
node b = ${name} listen 127.0.0.1:0
node a = ${name} dial b manual
send a preamble { version: 9 }
expect a close within 2s
`;
  return `### a ping is answered
node b = ${name} listen 127.0.0.1:0
node a = ${name} dial b
send a ping { id: 7 }
expect a pong { id: 7 } within 2s

### a wrong version is a finding
node b = ${name} listen 127.0.0.1:0
node a = ${name} dial b
send a ping { version: 9 }
expect b ping { version: 9 }
`;
}

function titleOf(name: string): string {
  return name[0]!.toUpperCase() + name.slice(1);
}

function datagrams({ name, port }: ProtocolPlan): string {
  return `/// <reference path="peerscope.d.ts" />
/**
 * ${titleOf(name)}, over UDP, port ${port}.
 *
 *   peerscope decode ${name}.pcapng --protocol ${name}.js
 *   peerscope run ${name}.packet --protocol ${name}.js
 *   peerscope protocol test ${name}.js
 *
 * On the wire, big-endian: u8 version (1), u8 type, u32 id; in a text also u16 length and the text.
 *
 * @param {typeof import('peerscope/dissector')} library
 */
export default ({ bytes, defineMessages, struct, structForm, uint }) => {
  /** @type {Record<number, string>} */
  const types = { 1: 'ping', 2: 'pong', 3: 'text' };
  const numbers = { ping: 1, pong: 2, text: 3 };
  const head = [
    uint(1, 'version', '1.'),
    uint(1, 'type', 'Kind of message.', { names: types }),
    uint(4, 'id', 'A pong has that of its ping.'),
  ];
  const text = [uint(2, 'length', 'Bytes of the text.'), bytes('text', { ref: 'length' }, 'A text.', 'utf8')];
  const ping = structForm('ping', struct('ping', 'Asks whether the other side is there.', head));
  const pong = structForm('pong', struct('pong', 'Answers a ping.', head));
  const note = structForm('text', struct('text', 'Tells a text.', [...head, ...text]));

  return defineMessages({
    id: '${name}',
    title: '${titleOf(name)}',
    document: 'the comment at the top of ${name}.js',
    ports: [{ transport: 'udp', port: ${port} }],
    messages: [ping, pong, note],
    // Reads any message, before its name is known.
    head: structForm('head', struct('head', 'Any message.', [...head, bytes('rest', 'rest', 'What follows.')])),
    name: ({ type }) => types[Number(type)] ?? 'text',
    // Asked about any datagram: it has to be sure.
    looksLike: ({ type }) => Number(type) in types,
    exchange: { key: ({ id }) => id, asks: ({ type }) => type === 1 },
    rules: [
      {
        id: 'version',
        severity: 'error',
        clause: 'version',
        check: ({ version }) => version !== 1 && \`the version is \${version}, not 1\`,
      },
    ],
    info: ({ id, text }) => (text === undefined ? \`id \${id}\` : String(text)),
    // The test node: what it fills in, and what it answers.
    peer: {
      fill: (name, _me, random) => ({
        version: 1,
        type: numbers[/** @type {keyof typeof numbers} */ (name)],
        id: new DataView(random(4).buffer).getUint32(0),
        ...(name === 'text' ? { text: 'hello' } : {}),
      }),
      answer: (name, { id }) => (name === 'ping' ? ['pong', { id }] : undefined),
    },
  });
};
`;
}

/** The test node of a conversation: it says what the conversation reads, and answers each ask. */
function streamPeer(noise: string | undefined, label: string): string {
  const hasStatic = noise !== undefined && usesStatic(noise);
  const me = hasStatic ? ', me' : '';
  const handshake =
    noise === undefined
      ? ''
      : `        const { inner } = yield* talk.noise(sealed, '${noise}', {
          keys: { s: '${label}_STATIC', e: '${label}_EPHEMERAL' },
${hasStatic ? '          s: me.noise,\n' : ''}        });
`;
  const talk = noise === undefined ? 'talk' : 'inner';
  return `    // The test node: it answers an ask.
    peer: {
${hasStatic ? '      identity: { noise: 32 },\n' : ''}      fill: (name) => filled[name] ?? {},
      *speak(talk${me}) {
        talk.send(preamble, {});
        const begun = yield* talk.read(preamble);
        if (begun.version !== 1) return talk.fail(\`The version is \${begun.version}, not 1.\`);
${handshake}        talk.ready();
        for (;;) {
          const { type, text } = yield* ${talk}.read(record);
          if (type === 1) ${talk}.send(record, { type: 2, text });
        }
      },
    },
`;
}

function usesStatic(name: string): boolean {
  const read = noiseFramework.readProtocolName(name);
  return typeof read !== 'string' && read.pattern.messages.some(({ tokens }) => tokens.includes('s'));
}

/** What each side of a stream begins with: four bytes at least, since the protocol is recognised by them. */
export function magicOf(name: string): string {
  return name.padEnd(4, '-');
}

const lengths: Readonly<Record<Framing, { readonly item: string; readonly words: string }>> = {
  u16: { item: "uint(2, 'length', 'Bytes of the text.')", words: 'u16 length' },
  u32: { item: "uint(4, 'length', 'Bytes of the text.')", words: 'u32 length' },
  varint: { item: "varint('length', 'Bytes of the text.')", words: 'varint length' },
};

function streams({ name, port, framing, noise }: ProtocolPlan): string {
  const { item, words } = lengths[framing];
  const label = name.toUpperCase();
  const magic = magicOf(name);
  const takes = [
    ...['bytes', 'defineConversation', 'Layer', ...(noise === undefined ? [] : ['noiseLayer']), 'rulesOf', 'struct', 'uint'],
    ...(framing === 'varint' ? ['varint'] : []),
    ...(noise === undefined ? [] : ['x25519PrivateKind']),
  ];
  const keys = noise === undefined ? '' : ` --keys ${name}.keys`;
  const records = `u8 type, ${words}, and the text`;
  const then =
    noise === undefined
      ? `Then records: ${records}.`
      : `Then the messages of
 * ${noise}, each behind a u16 length, and in its transport messages records:
 * ${records}.`;
  return `/// <reference path="peerscope.d.ts" />
/**
 * ${titleOf(name)}, over TCP, port ${port}.
 *
 *   peerscope decode ${name}.pcapng --protocol ${name}.js${keys}
 *   peerscope run ${name}.packet --protocol ${name}.js
 *   peerscope protocol test ${name}.js
 *
 * On the wire, big-endian: each side begins with "${magic}" and u8 version (1). ${then}
 *
 * @param {typeof import('peerscope/dissector')} library
 */
export default ({ ${takes.join(', ')} }) => {
  const preamble = new Layer({
    id: 'preamble',
    title: 'preamble',
    layout: struct('preamble', 'What each side begins with.', [
      bytes('magic', ${magic.length}, '"${magic}".', 'utf8'),
      uint(1, 'version', '1.'),
    ]),
    info: ({ version }) => \`version \${version}\`,
  });
${
  noise === undefined
    ? ''
    : `  const sealed = noiseLayer(
    struct('noise', 'A Noise message behind its length.', [
      uint(2, 'length', 'Bytes of the Noise message.'),
      bytes('message', { ref: 'length' }, 'A handshake message, or ciphertext with its tag of 16 bytes.'),
    ]),
    'message',
  );
`
}  const types = { 1: 'ask', 2: 'tell' };
  const record = new Layer({
    id: 'record',
    title: 'record',
    layout: struct('record', 'A record.', [
      uint(1, 'type', 'Kind of record.', { names: types }),
      ${item},
      bytes('text', { ref: 'length' }, 'A text.', 'utf8'),
    ]),
    info: ({ text }) => String(text),
  });
  const rule = rulesOf('${name}');
  const version = rule('version', 'error', 'the comment at the top of ${name}.js');
  // What the test node says where nobody says otherwise.
  /** @type {Record<string, import('peerscope/dissector').FieldValues>} */
  const filled = { preamble: { magic: '${magic}', version: 1 }, record: { type: 1, text: 'hello' } };

  return defineConversation({
    id: '${name}',
    title: '${titleOf(name)}',
    document: 'the comment at the top of ${name}.js',
    ports: [{ transport: 'tcp', port: ${port} }],
    // The first bytes of the side that opens the connection: it is recognised by them.
    begins: new TextEncoder().encode('${magic}'),
    layers: [preamble, ${noise === undefined ? '' : 'sealed, '}record],
    rules: [version],
${
  noise === undefined
    ? ''
    : `    keys: [
      x25519PrivateKind('${label}_STATIC', 'A static private key (X25519), 32 bytes in hex.'),
      x25519PrivateKind('${label}_EPHEMERAL', 'An ephemeral private key (X25519), 32 bytes in hex.'),
    ],
`
}    // Reads both directions. Where it ends, what follows is shown as bytes.
    *conversation(talk) {
      for (const begun of yield* talk.pair(preamble))
        if (begun.version !== 1) talk.find(version, begun, \`the version is \${begun.version}, not 1\`);
${
  noise === undefined
    ? '      for (;;) yield* talk.read(record);\n'
    : `      const { inner } = yield* talk.noise(sealed, '${noise}', {
        keys: { s: '${label}_STATIC', e: '${label}_EPHEMERAL' },
      });
      for (;;) yield* inner.read(record);
`
}    },
${streamPeer(noise, label)}  });
};
`;
}
