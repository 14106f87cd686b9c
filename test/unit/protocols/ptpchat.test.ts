import { describe, expect, it } from 'vitest';
import { analyse } from '../../golden/open.ts';
import { capture, tcpConversation, udpFrame } from '../analysis/packets.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const alice = { address: '192.0.2.1', port: 9001 };
const bob = { address: '2001:db8::2', port: 41_000 };
const peer = { address: '192.0.2.2', port: 9001 };

/** A message of which no rule says what comes before or after it. */
const relay = (id: string): string => JSON.stringify({ msg_type: 'RELAY', msg_data: { msg_id: id } });
const prefixed = (text: string): Uint8Array => {
  const body = bytes(text);
  return Uint8Array.from([0, 0, body.length >>> 8, body.length & 0xff, ...body]);
};
const joined = (...parts: Uint8Array[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => [...part]));

function messages(file: Uint8Array) {
  const analysis = analyse(file);
  return Array.from({ length: analysis.messageCount }, (_, n) => {
    const { name, state, frames, findings } = analysis.message(n);
    const { dissection } = analysis.dissect(n);
    return {
      name,
      state,
      frames,
      rules: findings.map(({ rule }) => rule),
      fields: dissection.fields,
      whole: Buffer.from(dissection.whole).toString(),
    };
  });
}

describe('ptpchat over TCP', () => {
  const ids = ['a', 'b}"{', 'ü', 'd'];

  it.each([1, 3, 7, 1000])('reads objects back to back, cut into segments of %i bytes', (size) => {
    const stream = bytes(ids.map(relay).join(' \r\n'));
    const seen = messages(capture(tcpConversation(alice, peer, [stream, bytes(relay('x'))], size)));
    expect(seen.map(({ fields }) => fields)).toEqual([...ids, 'x'].map((id) => ({ msg_id: id })));
    expect(seen.map(({ state, rules }) => [state, rules])).toEqual(seen.map(() => ['decoded', []]));
  });

  it.each([1, 5, 1000])('reads objects with a length before each, cut into segments of %i bytes', (size) => {
    const stream = joined(...ids.map((id) => prefixed(relay(id))));
    const seen = messages(capture(tcpConversation(alice, peer, [stream, prefixed(relay('x'))], size)));
    expect(seen.map(({ whole }) => whole)).toEqual([...ids, 'x'].map(relay));
  });

  it('shows what is left of an object that never became whole', () => {
    const seen = messages(
      capture(tcpConversation(alice, peer, [bytes(`${relay('a')}{"msg_type":"JOIN","ms`), new Uint8Array(0)], 10)),
    );
    expect(seen.map(({ name, state, rules }) => [name, state, rules])).toEqual([
      ['RELAY', 'decoded', []],
      ['JOIN', 'incomplete', []],
    ]);
  });
});

describe('ptpchat over UDP', () => {
  const one = (text: string | Uint8Array) =>
    messages(capture([udpFrame(alice, peer, typeof text === 'string' ? bytes(text) : text)]))[0]!;

  it('is recognised away from its port by its bytes', () => {
    const seen = messages(capture([udpFrame({ address: '2001:db8::1', port: 5 }, bob, bytes(relay('a')))]));
    expect(seen.map(({ name }) => name)).toEqual(['RELAY']);
  });

  it('is not what other JSON on another port is', () => {
    expect(messages(capture([udpFrame({ ...alice, port: 5 }, bob, bytes('{"method":"ping"}'))]))).toEqual([]);
  });

  it.each([
    ['ptpchat.duplicate-key', '{"msg_type":"ACK","msg_data":{"msg_id":"a","msg_id":"b"}}', 'decoded', { msg_id: 'b' }],
    ['ptpchat.missing-element', '{"msg_type":"ACK","msg_data":{}}', 'decoded', {}],
    [
      'ptpchat.base64',
      '{"msg_type":"CERTIFICATE","msg_data":{"msg_id":1,"node_id":2,"recipient_id":3,"certificate":"AAA"}}',
      'decoded',
      undefined,
    ],
    ['ptpchat.verb-case', '{"msg_type":"ack","msg_data":{"msg_id":1}}', 'decoded', { msg_id: 1 }],
    ['ptpchat.unknown-type', '{"msg_type":"PING"}', 'decoded', {}],
    ['ptpchat.msg-type', '{"msg_type":17}', 'malformed', {}],
    ['ptpchat.json', '["msg_type","HELLO"]', 'malformed', {}],
    ['ptpchat.json', '{"msg_type":"HELLO"', 'malformed', {}],
    ['ptpchat.trailing-bytes', '{"msg_type":"HELLO"}x', 'malformed', {}],
  ])('finds %s in %s', (rule, text, state, fields) => {
    const seen = one(text);
    expect({ rules: seen.rules, state: seen.state }).toEqual({ rules: [rule], state });
    if (fields !== undefined) expect(seen.fields).toEqual(fields);
  });

  it('accepts HELLO without, and with null, msg_data and ignores other head elements', () => {
    for (const text of ['{"msg_type":"HELLO"}', '{"msg_type":"HELLO","msg_data":null,"ttl":3}']) {
      expect(one(text)).toMatchObject({ name: 'HELLO', state: 'decoded', rules: [], fields: {} });
    }
  });

  it('keeps integers beyond 2^53 as digits', () => {
    expect(one('{"msg_type":"ACK","msg_data":{"msg_id":90071992547409931}}').fields).toEqual({ msg_id: '90071992547409931' });
  });

  it('survives 10,000 levels of JSON with a named limit', () => {
    const deep = `{"msg_type":"ACK","msg_data":${'['.repeat(10_000)}`;
    expect(one(deep)).toMatchObject({ name: 'ACK', state: 'malformed', rules: ['ptpchat.limit'] });
  });
});
