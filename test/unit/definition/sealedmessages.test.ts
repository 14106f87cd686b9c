/** Encrypted fields of messages: the sample heartbeat in its short form and in its two passes, and definitions that cannot be. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as library from '../../../dissector/index.ts';
import {
  bytes,
  defineMessages,
  type MessageLine,
  type MessagesDefinition,
  openBytes,
  type Protocol,
  struct,
  structForm,
  uint,
} from '../../../dissector/index.ts';
// @ts-expect-error: a sample is JavaScript, as a person writes it.
import short from '../../../media/samples/heartbeat.js';
// @ts-expect-error: a sample is JavaScript, as a person writes it.
import long from '../../../media/samples/heartbeat-passes.js';
import { capture, udpFrame } from '../analysis/packets.ts';

type Sample = (given: typeof library) => Protocol;
const [heartbeat, passes] = [(short as Sample)(library), (long as Sample)(library)];
const recorded = readFileSync(new URL('../../../media/samples/heartbeat.pcapng', import.meta.url));
const right = 'HEARTBEAT_KEY c0ffee';

function opened(protocol: Protocol, keys: string, content: Uint8Array = recorded) {
  const capture = openBytes(content, { protocols: [protocol], keys: [keys] });
  if ('problem' in capture) throw new Error(capture.problem.text);
  return capture;
}

const lines = (protocol: Protocol, keys: string): MessageLine[] => [...opened(protocol, keys).messages()];
const states = (keys: string) => lines(heartbeat, keys).map(({ state, decrypted }) => `${state} ${decrypted}`);

describe('an encrypted field of a message', () => {
  it.each([
    ['with its key', right],
    ['without a key', ''],
    ['with another key', 'HEARTBEAT_KEY c0ffef'],
  ])('says the same in the short form and in the two passes, %s', (_what, keys) => {
    const told = (protocol: Protocol) =>
      lines(protocol, keys).map(({ findings, ...line }) => ({ ...line, findings: findings.length }));
    expect(told(heartbeat)).toEqual(told(passes));
  });

  it('is opened by its key alone', () => {
    expect(states(right).filter((state) => state === 'decoded true')).toHaveLength(2);
    expect(lines(heartbeat, right)[2]!.fields).toMatchObject({ text: 'OK all is well' });
    for (const keys of ['', 'HEARTBEAT_KEY c0ffef', 'HEARTBEAT_KEY ee'])
      expect(states(keys).filter((state) => state === 'encrypted false')).toHaveLength(2);
    expect(JSON.stringify(lines(heartbeat, 'HEARTBEAT_KEY c0ffef'))).not.toContain('all is well');
  });

  it('stands in a source of its own, and says which key is missing and what each did', () => {
    const tree = opened(heartbeat, right).tree(2);
    const text = tree.layers.at(-1)!.children!.find(({ name }) => name === 'text')!;
    expect(tree.sources[text.source]).toMatchObject({ name: 'Decrypted' });
    expect(tree.layers.at(-1)!.children!.find(({ name }) => name === 'note')!.check?.state).toBe('valid');
    const closed = opened(heartbeat, 'HEARTBEAT_KEY c0ffef').explain(2);
    expect(closed.missing).toEqual(['HEARTBEAT_KEY: The bytes that notes are XORed with, in hex.']);
    expect(closed.keys_tried[0]!.steps).toEqual([
      { name: 'decrypt note: XOR with HEARTBEAT_KEY', inputs: { note: '14 bytes' }, result: 'it does not open', ok: false },
    ]);
    expect(JSON.stringify(closed)).not.toContain('c0ffef');
  });
});

const head = [uint(1, 'type', 'Kind.'), uint(1, 'number', 'Grows.')];
const inner = structForm(
  'inner',
  struct('inner', 'What it holds.', [uint(1, 'kind', 'Kind.'), bytes('body', 'rest', 'Text.', 'utf8')]),
);
const definition = (more: Partial<MessagesDefinition> = {}): MessagesDefinition => ({
  ...{ id: 'toy', title: 'Toy', document: 'this test' },
  head: structForm('head', struct('toy', 'A head.', [...head, bytes('rest', 'rest', 'The rest.')])),
  messages: [structForm('note', struct('toy', 'A note.', [...head, bytes('sent', 'rest', 'Encrypted.')]))],
  name: () => 'note',
  looksLike: ({ type }) => type === 7,
  keys: [library.sharedKeyKind('TOY_KEY', 'A key.')],
  sealed: {
    note: {
      ...{ field: 'sent', key: 'TOY_KEY', how: 'ChaCha20-Poly1305', holds: inner },
      open: (sent, key, { number }) => library.ciphers.chachaPoly.open(key, nonce(Number(number)), sent),
    },
  },
  ...more,
});
const nonce = (number: number): Uint8Array => new Uint8Array(12).fill(number);
const key = new Uint8Array(32).fill(5);
const ends = [
  { address: '10.0.0.1', port: 1 },
  { address: '10.0.0.2', port: 2 },
] as const;
const sent = (number: number): Uint8Array =>
  Uint8Array.from([
    ...[7, number],
    ...library.ciphers.chachaPoly.seal(key, nonce(number), new TextEncoder().encode(`\x01number ${number}`))!,
  ]);
const datagrams = (numbers: readonly number[]): Uint8Array => capture(numbers.map((number) => udpFrame(...ends, sent(number))));

describe('a message inside of an encrypted field', () => {
  const log = `TOY_KEY ${'05'.repeat(32)}`;

  it('stands in a field of its name', () => {
    const [line] = [...opened(defineMessages(definition()), log, datagrams([1])).messages()];
    expect(line).toMatchObject({
      state: 'decoded',
      decrypted: true,
      fields: { number: 1, inner: { kind: 1, body: 'number 1' } },
    });
    const [closed] = [...opened(defineMessages(definition()), log.replace('05', '06'), datagrams([1])).messages()];
    expect(closed).toMatchObject({ state: 'encrypted', decrypted: false });
    expect(closed!.fields).not.toHaveProperty('inner');
  });

  it('is what rules see, and the message that the same side sent before', () => {
    const rules: MessagesDefinition['rules'] = [
      {
        ...{ id: 'order', severity: 'warning', clause: 'toy 1', isAboutOrder: true },
        check: ({ number }, _name, before) => before && Number(number) < Number(before.values.number) && `${number} is late`,
      },
      {
        ...{ id: 'body', severity: 'note', clause: 'toy 2' },
        check: (values) => JSON.stringify(values.inner ?? '').includes('number 2') && 'it is number 2',
      },
    ];
    const found = (keys: string) =>
      [...opened(defineMessages(definition({ rules })), keys, datagrams([1, 3, 2])).findings()].map(
        ({ rule, text }) => `${rule}: ${text}`,
      );
    expect(found(log)).toEqual(['toy.order: 2 is late', 'toy.body: it is number 2']);
    expect(found('')).toEqual(['toy.order: 2 is late']);
  });
});

describe('a definition of encrypted fields', () => {
  const [own] = Object.values(definition().sealed!);
  it.each([
    ['a message that there is not', { other: own! }, '"sealed" has a message other, and "messages" has none'],
    ['a field that there is not', { note: { ...own!, field: 'snet' } }, '"sealed": note has no field "snet"'],
    ['a label of no key', { note: { ...own!, key: 'KEY' } }, '"KEY" is the label of none of "keys"'],
    ['a slip of the pen', { note: { ...own!, fields: 1 } as never }, 'fields'],
    ['nothing that it holds', { note: { ...own!, holds: undefined as never } }, 'what it "holds"'],
  ])('with %s is refused', (_what, sealed, text) => {
    expect(() => defineMessages(definition({ sealed }))).toThrow(text);
  });
});
