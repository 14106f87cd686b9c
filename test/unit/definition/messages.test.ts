/** Messages by their definition: what is broken is told as that, and rules see whole messages. */
import { describe, expect, it } from 'vitest';
import {
  bytes,
  checksum,
  defineConversation,
  defineMessages,
  Layer,
  type MessagesDefinition,
  type OpenedCapture,
  openBytes,
  type Protocol,
  struct,
  structForm,
  uint,
} from '../../../dissector/index.ts';
import { capture, tcpConversation, udpFrame } from '../analysis/packets.ts';
import { Network } from '../testnode/network.ts';

const head = [uint(1, 'type', '1 note.'), uint(1, 'id', 'Number.')];
const note = structForm(
  'note',
  struct('note', 'A note.', [
    ...head,
    uint(1, 'length', 'Bytes of the text.'),
    bytes('text', { ref: 'length' }, 'Text.', 'utf8'),
    checksum('crc32', 'sum', 'Over all before.'),
  ]),
);
const definition: MessagesDefinition = {
  id: 'notes',
  title: 'Notes',
  document: 'this test',
  messages: [note],
  head: structForm('head', struct('head', 'Any.', [...head, bytes('rest', 'rest', 'The rest.')])),
  name: () => 'note',
  looksLike: ({ type }) => type === 1,
  rules: [{ id: 'shout', severity: 'warning', clause: 'manners', check: ({ text }) => text === 'HEY' && 'it shouts' }],
  peer: {
    fill: () => ({ type: 1, id: 2, text: 'hi' }),
    answer: (_, { text }) => (text === 'ask' ? ['note', { text: 'told' }] : undefined),
  },
};

function open(payloads: readonly Uint8Array[], protocol: Protocol = defineMessages(definition)): OpenedCapture {
  const frames = payloads.map((payload) => udpFrame({ address: '10.0.0.1', port: 1 }, { address: '10.0.0.2', port: 2 }, payload));
  const opened = openBytes(capture(frames), { protocols: [protocol] });
  if ('problem' in opened) throw new Error(opened.problem.text);
  return opened;
}

const told = (opened: OpenedCapture) =>
  [...opened.messages()].map(({ state, findings }) => [state, ...findings.map(({ rule, text }) => `${rule}: ${text}`)]);
const good = (text: string): Uint8Array => note.encode({ type: 1, id: 7, text });

describe('messages', () => {
  it('that do not fit their own form are malformed or incomplete, whatever their head says', () => {
    const cut = good('hello').slice(0, 5);
    const long = Uint8Array.from([...good('x'), 9, 9]);
    expect(told(open([good('a'), cut, long, good('b')]))).toEqual([
      ['decoded'],
      ['incomplete', expect.stringMatching(/^notes\.message: note\.text needs 5 bytes/)],
      ['malformed', expect.stringMatching(/^notes\.message: .*2 bytes/)],
      ['decoded'],
    ]);
  });

  it('are judged by all of their fields', () => {
    expect(told(open([good('HEY'), good('hey')]))).toEqual([['decoded', 'notes.shout: it shouts'], ['decoded']]);
  });

  it('are judged with the question that they answer, and one that nobody has asked for is told', () => {
    const asking = defineMessages({
      ...definition,
      exchange: { key: ({ id }) => Number(id) % 100, asks: ({ id }) => Number(id) < 100 },
      rules: [
        {
          ...{ id: 'unasked', severity: 'warning', clause: 'manners' },
          check: ({ text }, _name, _before, question) =>
            text !== 'who' &&
            (question === undefined ? 'nobody has asked' : question.values.text !== 'who' && 'it was no question'),
        },
      ],
    });
    const [a, b] = [
      { address: '10.0.0.1', port: 1 },
      { address: '10.0.0.2', port: 2 },
    ] as const;
    const said = (id: number, text: string) => note.encode({ type: 1, id, text });
    const opened = openBytes(
      capture([udpFrame(a, b, said(1, 'who')), udpFrame(b, a, said(101, 'me')), udpFrame(b, a, said(102, 'me, too'))]),
      { protocols: [asking] },
    );
    if ('problem' in opened) throw new Error(opened.problem.text);
    expect(told(opened)).toEqual([['decoded'], ['decoded'], ['decoded', 'notes.unasked: nobody has asked']]);
  });

  it('with a wrong checksum have a finding, those with a right one none', () => {
    const wrong = good('a');
    wrong[wrong.length - 1]! ^= 1;
    expect(told(open([wrong, good('a')]))).toEqual([
      ['decoded', expect.stringMatching(/^notes\.message: sum: The crc32 of 4 bytes is [0-9a-f]{8}, not [0-9a-f]{8}$/)],
      ['decoded'],
    ]);
  });

  it('have a name that is one of theirs', () => {
    const protocol = defineMessages({ ...definition, name: () => 'nope' });
    expect(() => open([good('a')], protocol)).toThrow('"name" gave "nope", which is the name of none of its messages');
  });

  it('are read whole by a node, which tells of one that it cannot read', async () => {
    const network = new Network();
    const protocol = defineMessages(definition);
    const [a, b] = [await network.add(protocol, { port: 1 }), await network.add(protocol, { port: 2 })];
    a.dial(b);
    const link = a.node.links[0]!.id;
    a.node.send(link, 'note', { text: 'ask' });
    network.run(100);
    expect(a.node.counts.received).toBe(1);
    a.node.sendRaw(link, good('ask').slice(0, 4));
    network.run(100);
    expect(b.complaints()).toEqual([expect.stringMatching(/^note cannot be read: note\.text needs 3 bytes/)]);
  });
});

describe('layers', () => {
  const layer = (name?: () => string) =>
    new Layer({
      ...{ id: 'record', title: 'record', names: ['short', 'long'], ...(name === undefined ? {} : { name }) },
      layout: struct('record', 'A record.', [
        bytes('magic', 4, 'REC!', 'utf8'),
        uint(1, 'value', 'Value.'),
        checksum('crc16-arc', 'sum', 'Over the value.', { over: { from: 'value' } }),
      ]),
    });
  const talked = (one: Layer, record: Uint8Array) => {
    const protocol = defineConversation({
      ...{ id: 'talk', title: 'Talk', document: 'this test', layers: [one], begins: new TextEncoder().encode('REC!') },
      *conversation(talk) {
        for (;;) yield* talk.read(one);
      },
    });
    const ends = [
      { address: '10.0.0.1', port: 1 },
      { address: '10.0.0.2', port: 2 },
    ] as const;
    const opened = openBytes(capture(tcpConversation(...ends, [record, new Uint8Array(0)], 100)), { protocols: [protocol] });
    if ('problem' in opened) throw new Error(opened.problem.text);
    return told(opened);
  };
  const record = layer().messages[0]!.encode({ magic: 'REC!', value: 7 });

  it('with a wrong checksum have a finding, those with a right one none', () => {
    expect(talked(layer(), record)).toEqual([['decoded']]);
    const wrong = record.slice();
    wrong[6]! ^= 1;
    expect(talked(layer(), wrong)).toEqual([['decoded', expect.stringContaining('talk.message: sum: The crc16-arc of 1 byte')]]);
  });

  it('have a name that is one of theirs', () => {
    expect(() =>
      talked(
        layer(() => 'nope'),
        record,
      ),
    ).toThrow('"name" of the layer record gave "nope", which is none of its "names"');
  });
});
