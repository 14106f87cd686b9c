import { describe, expect, it } from 'vitest';
import { analyse } from '../../golden/open.ts';
import { capture, tcpConversation, tcpFlags, tcpFrame } from '../analysis/packets.ts';
import { nodes } from './ptpchat-script.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const nothing = new Uint8Array(0);
const relay = (id: string): string =>
  JSON.stringify({ msg_type: 'RELAY', msg_data: { msg_id: id, list: [{ a: [1, true, null] }, []] } });
const prefixed = (text: string, length = text.length): string => `\0\0${String.fromCharCode(length >>> 8, length & 0xff)}${text}`;

function seen(file: Uint8Array): string[] {
  const analysis = analyse(file);
  return Array.from({ length: analysis.messageCount }, (_, n) => {
    const { name, state, findings } = analysis.message(n);
    const { fields, whole } = analysis.dissect(n).dissection;
    const shown =
      name === 'RELAY' && state === 'decoded' ? (fields as { msg_id: string }).msg_id : `${name} ${state} ${whole.length}`;
    return [shown, ...findings.map(({ rule }) => rule.replace('ptpchat.', ''))].join(' ');
  });
}

const stream = (text: string, size: number) => seen(capture(tcpConversation(nodes.A, nodes.S, [bytes(text), nothing], size)));

describe.each([1, 7, 1000])('a direction in segments of %i bytes that stops being JSON', (size) => {
  const [a, b, c] = [relay('a'), relay('b'), relay('c')];

  it.each([
    ['a brace is missing', '{"msg_type":"ACK","msg_data":{"msg_id":"x"}', ['ACK malformed 43 json']],
    ['a comma is missing', '{"msg_type":"ACK" "msg_data":{"msg_id":"x"}}', ['ACK malformed 44 json']],
    ['a string is not closed', '{"msg_type":"ACK', ['undecodable malformed 16 json']],
    ['a bracket closes a brace', '{"msg_type":"ACK","msg_data":{"list":[{"msg_id":1}}}', ['ACK malformed 52 json']],
    ['something stands between', 'GET / HTTP/1.1\r\n\r\n', ['undecodable malformed 18 json']],
    ['a lone bracket stands between', '}', ['undecodable malformed 1 json']],
  ])('goes on where an object starts cleanly: %s', (_, broken, found) => {
    expect(stream(`${a}${broken}${b}${c}`, size)).toEqual(['a', ...found, 'b', 'c']);
  });

  it('goes on at the next object where only what a word says is wrong', () => {
    expect(stream(`${a}{"msg_type":nonsense}${b}`, size)).toEqual(['a', 'undecodable malformed 21 json', 'b']);
  });

  it('says so where nothing clean follows', () => {
    expect(stream(`${a}{"msg_type":"ACK"]${'{"no":1}'.repeat(3)}`, size)).toEqual(['a', 'ACK malformed 42 json']);
  });

  it('is found again by length and object where lengths come first', () => {
    const bad = `\0\0\0\0junk{"msg_data":1}{"msg_type":"ACK"}`;
    expect(stream(`${prefixed(a)}${bad}${prefixed(b)}${prefixed(c)}`, size)).toEqual([
      'a',
      `undecodable malformed ${bad.length} json`,
      'b',
      'c',
    ]);
  });

  it('survives a length that is wrong', () => {
    const found = stream(`${prefixed(a)}${prefixed(b, b.length - 3)}${prefixed(c)}${prefixed(a)}`, size);
    expect(found).toEqual(['a', `RELAY malformed ${b.length - 3} json`, 'undecodable malformed 3 json', 'c', 'a']);
  });
});

describe('a stream with bytes missing', () => {
  const [first, lost, last] = [relay('first'), relay('lost'), relay('last')];
  const frames = (text: readonly string[], missing: number, withSyn = true) => {
    let seq = 1000;
    const out = withSyn ? [tcpFrame(nodes.A, nodes.S, 999, 0, tcpFlags.syn, nothing)] : [];
    for (const [i, part] of text.entries()) {
      if (i !== missing) out.push(tcpFrame(nodes.A, nodes.S, seq, 1, tcpFlags.ack, bytes(part)));
      seq += part.length;
    }
    return [...out, tcpFrame(nodes.S, nodes.A, 1, seq, tcpFlags.ack, nothing)];
  };

  it('says so at the message after a whole one that is missing', () => {
    expect(seen(capture(frames([first, lost, last], 1)))).toEqual(['first', 'last gap']);
  });

  it('keeps both ends of a message with a hole, and goes on', () => {
    const [left, hole, right] = [lost.slice(0, 20), lost.slice(20, 30), lost.slice(30)];
    for (const form of [(text: string) => text, prefixed]) {
      const whole = form(lost);
      const at = whole.length - lost.length;
      const parts = [`${form(first)}${whole.slice(0, at)}${left}`, hole, `${right}${form(last)}${form(first)}`];
      expect(seen(capture(frames(parts, 1)))).toEqual([
        'first',
        `${at > 0 ? 'incomplete' : 'RELAY'} incomplete ${at + left.length} gap`,
        `incomplete incomplete ${right.length} incomplete`,
        'last',
        'first',
      ]);
    }
  });

  it('is no fault where the capture begins inside a message', () => {
    for (const form of [(text: string) => text, prefixed]) {
      const text = `${lost.slice(30)}${form(first)}${form(last)}`;
      expect(seen(capture(frames([text], 1, false)))).toEqual([`incomplete incomplete ${lost.length - 30}`, 'first', 'last']);
    }
  });
});

describe('HELLOs in a stream', () => {
  it('that one segment brings together have no interval', () => {
    const hello = '{"msg_type":"HELLO"}';
    expect(stream(hello.repeat(3), 1000)).toEqual(Array(3).fill('HELLO decoded 20'));
  });
});
