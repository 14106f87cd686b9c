import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Analysis } from '../../../dissector/analysis/index.ts';
import { compileFilter, FieldCatalog, FilterRow } from '../../../dissector/filter/index.ts';
import { protocols } from '../../../dissector/protocols/index.ts';
import { keysOf } from '../../golden/keys.ts';
import { analyse, goldenPath } from '../../golden/open.ts';

const catalog = new FieldCatalog(protocols);
const open = (file: string): Analysis => analyse(readFileSync(goldenPath(file)), keysOf(file.replace(/\.pcap(ng)?$/, '')));
const captures = {
  p2p: open('p2p_a.pcapng'),
  p2pke: open('p2pke_a.pcapng'),
  p2ppacket: open('p2ppacket_a.pcap'),
  botd: open('botd_a.pcapng'),
  ptpchat: open('ptpchat_a.pcapng'),
  broken: open('p2p_b.pcapng'),
};
type Name = keyof typeof captures;

function filterOf(text: string) {
  const compiled = compileFilter(text, catalog);
  if ('problem' in compiled) throw new Error(`${text}: ${compiled.problem.text}`);
  return compiled.filter;
}

/** Rows of the full list that match. */
function rows(name: Name, text: string): { frame: number; n: number }[] {
  const analysis = captures[name];
  const filter = filterOf(text);
  const row = new FilterRow(analysis);
  return Array.from({ length: analysis.rowCount('all') }, (_, i) => analysis.rowAt('all', i)).filter(({ frame, n }) =>
    filter.matches(row.at(frame, n)),
  );
}

const count = (name: Name, text: string): number => rows(name, text).length;
const numbers = (name: Name, text: string): number[] => rows(name, text).map(({ n }) => n);

describe('a filter', () => {
  it.each<[Name, string, number]>([
    ['p2pke', 'p2pke.counter >= 16 && ip.src == 127.0.0.1', 30],
    ['p2pke', 'p2pke.counter == 17', 2],
    ['p2pke', 'p2pke.counter in {0, 1, 2}', 3],
    ['p2pke', 'p2pke.counter in {16..20}', 10],
    ['p2pke', 'p2pke.InitHello or p2pke.RespHello', 2],
    ['p2pke', 'p2pke.message == "data" and not p2pke.direction == 0', 15],
    ['p2pke', 'udp.port == 7001 && udp', 33],
    ['p2pke', 'tcp', 0],
    ['p2pke', 'eth.src[0:3] == 00:00:00', 33],
    ['p2pke', 'eth.src contains 00:00', 33],
    ['p2pke', 'eth.src contains 02', 0],
    ['p2pke', 'len(eth.src) == 6', 33],
    ['p2pke', 'eth.src == eth.dst', 33],
    ['p2pke', 'eth.addr == 00-00-00-00-00-00', 33],
    ['p2pke', 'eth.dst == 0000.0000.0000', 33],
    ['p2pke', 'eth.src == "00:00:00:00:00:00"', 33],
    ['p2pke', 'eth.src == 02:00:00:00:00:01', 0],
    ['p2pke', 'frame contains 08.00.45', 33],
    ['p2pke', String.raw`frame matches r"\d\d\d\d\d_ChaCha"`, 1],
    ['p2pke', String.raw`frame matches "\\d\\d_ChaCha"`, 1],
    ['p2pke', String.raw`frame contains "\x45\x00"`, 33],
    ['p2pke', 'decrypted', 32],
    ['p2pke', 'p2pke.cipher_suites matches "^noise"', 0],
    ['p2p', 'p2p.message == "TUNNEL_DATA"', 16],
    ['p2p', 'p2p.TUNNEL_DATA && p2p.tunnel_id == -5', 1],
    ['p2p', 'p2p.tunnel_id == 9223372036854775807', 1],
    ['p2p', 'p2p.inid == 4242', 2],
    ['p2p', 'p2p.latitude < -33', 2],
    ['p2p', 'p2p.type == FIN', 1],
    ['p2p', 'p2p.param_g == 2', 1],
    ['p2p', 'p2p.answered_in', 10],
    ['p2p', 'p2p.a_peer_public_key[0:2] == 30:81', 1],
    ['p2p', 'p2p.init_vector contains a1:71', 1],
    ['p2p', 'p2p.init_vector[-2:] == 6751', 1],
    ['p2p', 'len(p2p.data) > 65000', 1],
    ['p2p', 'p2p.reason == "bye"', 1],
    ['p2p', 'tcp.flags.fin', 1],
    ['p2p', 'event == "closed"', 1],
    ['p2p', 'frame.number <= 3', 3],
    ['p2p', 'frame[12:2] == 08:00 && frame.number == 1', 1],
    ['p2p', 'p2p && frame.time_relative > 6', 4],
    ['p2ppacket', 'p2ppacket.channels.sequence == 5', 4],
    ['p2ppacket', 'p2ppacket.sequence == 5', 4],
    ['p2ppacket', 'all p2ppacket.sequence > 3 && p2ppacket.data', 4],
    ['p2ppacket', 'count(p2ppacket.sequence) == 20', 1],
    ['p2ppacket', 'p2ppacket.retransmission_of', 1],
    ['botd', 'botd.Ping', 6],
    ['botd', 'botd.ping_id contains "d89e"', 1],
    ['botd', 'lower(botd.id) matches "^[0-9a-f-]{36}$" && botd.Init', 1],
    ['ptpchat', 'ptpchat.msg_data.channel == "lab-channel" && ptpchat.JOIN', 2],
    ['ptpchat', 'ptpchat.channel contains "lab" && ptpchat.LEAVE', 3],
    ['broken', 'finding.rule == "p2p.order"', 3],
    ['broken', 'finding.severity == "error"', 1],
    ['broken', 'finding && !(finding.severity == "note")', 9],
    ['p2p', 'tcp.stream == 0', 140],
    ['p2p', 'udp.stream', 0],
    ['p2pke', 'udp.stream == 0', 33],
    ['p2pke', 'tcp.stream', 0],
    ['broken', 'tcp.stream == 3 && conversation != 3', 0],
    ['broken', 'state in {"malformed", "incomplete"}', 6],
  ])('of %s: %s matches %i rows', (name, text, expected) => expect(count(name, text)).toBe(expected));

  it('knows "not equal" as none of the values', () => {
    const some = count('p2p', 'tcp.port == 5002');
    expect([count('p2p', 'tcp.port != 5002'), count('p2p', 'any tcp.port != 5002')]).toEqual([0, some]);
  });

  it('compares fields with fields', () =>
    expect(count('p2p', 'tcp.srcport > tcp.dstport') + count('p2p', 'tcp.srcport < tcp.dstport')).toBe(count('p2p', 'tcp')));
  it('compares addresses with networks', () => {
    expect(count('botd', 'ip.addr == 192.0.2.0/24')).toBe(count('botd', 'ip'));
    expect(count('botd', 'ip.src == 198.51.100.0/25') + count('botd', 'ip.src == 192.0.2.10')).toBe(count('botd', 'ip'));
  });

  it.each([
    [
      String.raw`frame matches "\d+"`,
      String.raw`\d`,
      String.raw`"\d" is no escape in a string; in r"…" a backslash stands for itself`,
    ],
    ['frame contains r"a', 'r"a', 'the string has no closing quote'],
    ['eth.src == foo', 'foo', 'eth.src is compared with a MAC address like 02:00:5e:10:00:01, not "foo"'],
    ['eth.addr == 0:0:0', '0:0:0', 'eth.addr is compared with a MAC address like 02:00:5e:10:00:01, not "0:0:0"'],
  ])('%s is refused: another one would be meant than is written', (text, place, told) => {
    const compiled = compileFilter(text, catalog);
    const { start, end, text: why } = 'problem' in compiled ? compiled.problem : { start: 0, end: 0, text: '' };
    expect([text.slice(start, end), why]).toEqual([place, told]);
  });

  it('reads as the same with words and with signs', () => {
    expect(numbers('p2pke', 'p2pke.counter ge 16 and not (p2pke.direction eq 1)')).toEqual(
      numbers('p2pke', 'p2pke.counter >= 16 && !(p2pke.direction == 1)'),
    );
  });

  it('binds && stronger than ||, ! strongest', () => {
    const loose = numbers('p2p', 'p2p.FIN || p2p.HELLO && p2p.FIN');
    expect(loose).toEqual(numbers('p2p', 'p2p.FIN || (p2p.HELLO && p2p.FIN)'));
    expect(loose).not.toEqual(numbers('p2p', '(p2p.FIN || p2p.HELLO) && p2p.DATA'));
    expect(numbers('p2p', '!p2p.FIN && p2p.FIN')).toEqual([]);
  });
});

describe('what is hardly meant', () => {
  const hints = (text: string) => filterOf(text).hints.map(({ text: told, start, end }) => [text.slice(start, end), told]);

  it.each([
    ['p2p.message == "HELO"', '"HELO"', 'p2p.message is not known to be "HELO"; did you mean "HELLO"?'],
    ['p2p.message == tunnel_data', 'tunnel_data', 'p2p.message is not known to be "tunnel_data"; did you mean "TUNNEL_DATA"?'],
    ['p2p.message != NOSUCH', 'NOSUCH', 'p2p.message is not known to be "NOSUCH"'],
    ['p2p && (state in {"decoded", "opened"})', '"opened"', 'state is not known to be "opened"'],
    ['finding.rule == "p2p.ordr"', '"p2p.ordr"', 'finding.rule is not known to be "p2p.ordr"; did you mean "p2p.order"?'],
    ['message == "InitHelo"', '"InitHelo"', 'message is not known to be "InitHelo"; did you mean "InitHello"?'],
  ])('%s is told at its place, and is a filter', (text, place, told) => expect(hints(text)).toEqual([[place, told]]));

  it.each([
    'p2p.message == "HELLO"',
    'p2p.message contains "NOSUCH"',
    'lower(p2p.message) == "hello"',
    'p2p.message[0:2] == "HE"',
    'p2p.message > "NOSUCH"',
    'p2p.reason == "whatever"',
    'p2pke.counter == 7',
  ])('%s is meant', (text) => expect(hints(text)).toEqual([]));
});

describe('what is wrong with a filter', () => {
  it.each<[string, RegExp, string]>([
    ['p2pke.countr == 1', /is no field; did you mean p2pke\.counter/, 'p2pke.countr'],
    ['p2pke.counter == many', /integer/, 'many'],
    ['p2p.type == 256.1', /integer or one of HELLO/, '256.1'],
    ['ip.src == 1.2.3', /address like/, '1.2.3'],
    ['ip.src == 10.0.0.1/33', /address like/, '10.0.0.1/33'],
    ['p2p.init_vector == zz', /bytes like/, 'zz'],
    ['p2p.counter ==', /no field|ends where/, ''],
    ['p2pke.counter ==', /ends where a field or value/, ''],
    ['(p2p', /closing parenthesis/, ''],
    ['p2p)', /expected && or \|\|/, ')'],
    ['p2p p2pke', /expected && or \|\|/, 'p2pke'],
    ['"text"', /alone is no condition/, '"text"'],
    ['p2p.reason == "bye', /no closing quote/, '"bye'],
    ['p2p.HELLO == 1', /there or not/, '1'],
    ['p2p.reason matches "("', /regular expression cannot be read: missing closing \)/, '"("'],
    ['p2p.reason matches "(?=a)"', /regular expression cannot be read: .*\(\?=/, '"(?=a)"'],
    ['p2p.reason matches "(a)\\\\1"', /regular expression cannot be read: /, '"(a)\\\\1"'],
    ['p2p.reason matches "((a{1000}){1000}){1000}"', /invalid repeat count/, '"((a{1000}){1000}){1000}"'],
    ['frame.number contains 1', /neither bytes nor text/, '1'],
    ['frame.number[0]', /no slices/, 'frame.number[0]'],
    ['p2p.reason[x]', /no meaning|slice/, 'x'],
    ['frame.number in {1, 2', /comma or/, ''],
    ['frame.number in 1', /expected \{/, '1'],
    ['p2p.message = "HELLO"', /"=" has no meaning here; did you mean ==\?$/, '='],
    ['p2p & p2pke', /did you mean &&\?$/, '&'],
    ['p2p | p2pke', /did you mean \|\|\?$/, '|'],
    ['p2p.type ? 1', /no meaning/, '?'],
    ['len(frame.number) > 1', /have a length/, 'len(frame.number)'],
    ['', /ends where/, ''],
  ])('%s: told at its place', (text, told, place) => {
    const compiled = compileFilter(text, catalog);
    if (!('problem' in compiled)) throw new Error('it compiles');
    expect(compiled.problem.text).toMatch(told);
    if (place !== '') expect(text.slice(compiled.problem.start, compiled.problem.end)).toBe(place);
  });

  it('is always told, whatever is typed', () => {
    const pieces = [
      'p2p',
      'p2pke.counter',
      '==',
      '&&',
      '(',
      ')',
      '!',
      '"a',
      '"a"',
      '1',
      '[',
      ']',
      '0:2',
      '{',
      '}',
      ',',
      '..',
      'in',
      'not',
      'len(',
      '\\',
      'é',
    ];
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.constantFrom(...pieces), fc.string({ maxLength: 4 })), { maxLength: 12 }), (parts) => {
        const text = parts.join(' ');
        const compiled = compileFilter(text, catalog);
        if (!('problem' in compiled)) return;
        const { start, end, text: told } = compiled.problem;
        expect(told).not.toBe('');
        expect(start >= 0 && start <= end && end <= text.length).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  it('is not that it is nested deeply', () => {
    const compiled = compileFilter(`${'('.repeat(5000)}p2p${')'.repeat(5000)}`, catalog);
    expect('problem' in compiled && compiled.problem.text).toMatch(/nested/);
  });
});
