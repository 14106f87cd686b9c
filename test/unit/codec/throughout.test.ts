/** The new items in a protocol of one's own: what `protocol test` checks of trees, JSON, filters, the encoder and broken bytes. */
import { describe, expect, it } from 'vitest';
import {
  align,
  bounded,
  byCase,
  bytes,
  cbor,
  cborForm,
  checksum,
  type FieldValues,
  flags,
  headedProtoForm,
  ipv4,
  list,
  nulTerminated,
  port,
  protoMap,
  struct,
  structForm,
  time,
  tlv,
  uint,
  varint,
  when,
  zigzag,
} from '../../../dissector/codec/index.ts';
import { defineMessages } from '../../../dissector/definition/index.ts';
import { openBytes } from '../../../dissector/index.ts';
import { testCapture } from '../../../extension/author/testprotocol.ts';
import { capture, udpFrame } from '../analysis/packets.ts';

const head = [bytes('magic', 4, 'Always "mine".', 'utf8'), uint(1, 'type', 'Which message it is.')];
const hello = structForm(
  'hello',
  struct('hello', 'A greeting.', [
    ...head,
    flags(2, 'flags', 'Flags.', [{ name: 'more', bit: 0, doc: 'More follows.' }], 'little'),
    zigzag('delta', 'A difference.'),
    nulTerminated('name', 'A name.'),
    time('ntp', 'sent', 'When it was sent.'),
    align(4),
    uint(3, 'length', 'Bytes of the body and of this length.'),
    bounded('body', { ref: 'length', less: 3 }, 'The body.', [
      varint('count', 'Addresses.'),
      list('addresses', 'count', 'Addresses.', struct('address', 'One.', [ipv4('ip', 'Address.'), port('port', 'Port.')])),
      when('more', true, [byCase('count', { 0: [] }, [list('words', { until: [0, 0] }, 'Words.', uint(2, 'word', 'A word.'))])]),
    ]),
    checksum('crc32c', 'crc', 'Of all that stands before it.'),
    tlv('options', 'Options.', {
      tag: uint(1, 'tag', 'Which option.'),
      length: uint(1, 'size', 'Bytes.'),
      known: { 1: struct('mtu', 'The MTU.', [uint(2, 'bytes', 'Bytes.')]) },
    }),
  ]),
);
const state = headedProtoForm('state', 'A state.', struct('state', 'A state.', head), {
  name: 'body',
  doc: 'The state.',
  fields: [
    { number: 1, name: 'level', type: 'sint64', doc: 'A level.' },
    { number: 2, name: 'marks', type: 'fixed32', repeated: true, doc: 'Marks.' },
    { number: 3, name: 'mood', type: { enum: { 0: 'calm', 1: 'busy' } }, doc: 'A mood.' },
    protoMap(4, 'shares', 'string', 'double', 'Shares by name.'),
    { number: 5, name: 'is_open', type: 'bool', oneof: 'what', doc: 'Open.' },
    { number: 6, name: 'note', type: 'string', oneof: 'what', doc: 'A note.' },
  ],
});
const told = cborForm(
  'told',
  'What is told.',
  cbor.map([
    cbor.entry('magic', 'Always "mine".', cbor.text, 'mine'),
    cbor.entry('kind', 'A kind.', cbor.int, 1),
    cbor.entry('weights', 'Weights.', cbor.list(cbor.float), 2),
    cbor.entry('inner', 'More.', cbor.map([cbor.entry('ok', 'Whether.', cbor.bool)])),
  ]),
);

const protocol = defineMessages({
  ...{ id: 'mine', title: 'Mine', document: 'this test' },
  head: structForm('head', struct('head', 'The head.', [...head, bytes('rest', 'rest', 'The rest.')])),
  messages: [hello, state, told],
  name: ({ type }) => (type === 1 ? 'hello' : type === 2 ? 'state' : 'told'),
  looksLike: ({ magic }) => magic === 'mine' || (typeof magic === 'string' && magic.endsWith('dmi')),
});

const common = { magic: 'mine', delta: -7, name: 'Ada', sent: '2026-01-31T12:00:00.25Z', flags: { more: true } };
const addresses = [
  { ip: '192.0.2.1', port: 7 },
  { ip: '192.0.2.2', port: 8 },
];
const messages: readonly Uint8Array[] = [
  hello.encode({
    ...common,
    type: 1,
    body: { addresses, words: [258, 772] },
    options: [
      { tag: 1, mtu: { bytes: 1500 } },
      { tag: 9, value: new Uint8Array(3) },
    ],
  }),
  hello.encode({ ...common, type: 1, flags: { other: 8 }, body: { addresses: [], trailing: Uint8Array.of(1, 2) }, crc: 7 }),
  state.encode({
    magic: 'mine',
    type: 2,
    body: {
      level: -5n,
      marks: [1, 2, 3],
      mood: 'busy',
      shares: [{ key: 'a', value: 0.5 }],
      note: 'x',
    },
  } as FieldValues),
  told.encode({
    magic: 'x',
    kind: -3,
    weights: [1, 1.5],
    inner: { ok: true },
  }),
];

describe('a protocol of the new items', () => {
  const [a, b] = [
    { address: '10.0.0.1', port: 40_000 },
    { address: '10.0.0.2', port: 4000 },
  ];
  // Broken copies are made by "slice", which copies no Buffer.
  const recorded = new Uint8Array(capture(messages.map((message) => udpFrame(a, b, message))));

  it('keeps what every protocol keeps', () => {
    const results = [
      ...testCapture(
        { name: 'mine', bytes: recorded, keyLog: undefined },
        { protocols: [protocol], id: 'mine', rounds: 60, seed: 7, lineProblem: () => undefined },
      ),
    ];
    expect(results.flatMap(({ title, failures }) => failures.map((failure) => `${title}: ${failure}`))).toEqual([]);
    expect(results.map(({ title, what }) => `${title}: ${what}`)).toContain('encoder: 4 messages and layers');
  });

  it('shows the verdicts on its checksums', () => {
    const opened = openBytes(recorded, { protocols: [protocol] });
    if ('problem' in opened) throw new Error(opened.problem.text);
    const verdicts = [0, 1].map(
      (n) =>
        opened
          .tree(n)
          .layers.at(-1)!
          .children!.find(({ name }) => name === 'crc')!.check?.state,
    );
    expect(verdicts).toEqual(['valid', 'invalid']);
  });
});
