/** What a person decides: the protocol of a conversation, the candidate of an open choice. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Analysis, type AnalysisOptions, parseDecodeAs } from '../../../dissector/analysis/index.ts';
import { memoryFile, openCapture } from '../../../dissector/capture/index.ts';
import { advance, allowed, Choices, KeyRing, pinProblem } from '../../../dissector/protocol/index.ts';
import { protocols } from '../../../dissector/protocols/index.ts';
import { machine } from '../../../dissector/protocols/p2p/machine.ts';
import { keysOf } from '../../golden/keys.ts';
import { goldenPath } from '../../golden/open.ts';
import { capture, udpFrame } from './packets.ts';

function open(bytes: Uint8Array, options: AnalysisOptions, keys = ''): Analysis {
  const opened = openCapture(memoryFile(bytes));
  if ('problem' in opened) throw new Error(opened.problem.text);
  const ring = new KeyRing(protocols.flatMap((protocol) => protocol.keys));
  ring.add('keys', keys);
  const analysis = new Analysis(opened.reader, protocols, ring, options);
  while (analysis.step(100));
  analysis.finish();
  return analysis;
}

const golden = (name: string): Uint8Array => new Uint8Array(readFileSync(goldenPath(name)));
const rule = (text: string) => {
  const parsed = parseDecodeAs(text, protocols);
  if (typeof parsed === 'string') throw new Error(parsed);
  return parsed;
};

describe('a rule of decode as', () => {
  const odd = capture([
    udpFrame({ address: '192.0.2.1', port: 1 }, { address: '192.0.2.2', port: 2 }, Uint8Array.of(0, 0, 0, 20, 9, 9)),
  ]);

  it.each(['udp.port == 2 → p2pke', 'port==1->p2pke', 'udp => p2pke', 'ip.addr == 192.0.2.2 && udp.port == 1 → p2pke'])(
    '%s matches',
    (text) => {
      expect(open(odd, {}).messageCount).toBe(0);
      const analysis = open(odd, { decodeAs: [rule(text)] });
      expect(analysis.message(0)).toMatchObject({ protocol: { id: 'p2pke' } });
    },
  );

  it.each(['udp.port == 3 → p2pke', 'tcp.port == 2 → p2pke', 'ip.addr == 192.0.2.3 → p2pke', 'udp.port == 2 → none'])(
    '%s does not',
    (text) => {
      expect(open(odd, { decodeAs: [rule(text)] }).messageCount).toBe(0);
    },
  );

  it('wins over recognition, the first that matches', () => {
    const rules = [rule('udp.port == 7000 → none'), rule('udp → p2pke')];
    expect(open(golden('p2pke_a.pcapng'), { decodeAs: rules }).messageCount).toBe(0);
    expect(open(golden('p2pke_a.pcapng'), { decodeAs: rules.slice(1) }).messageCount).toBeGreaterThan(30);
  });

  it.each(['udp.port = 2 → p2pke', 'udp.port == 2', 'udp.port == 2 → smtp', 'udp.port == 99999 → p2pke', '→ p2pke', 'a → b → c'])(
    '%s is refused with a sentence',
    (text) => {
      expect(parseDecodeAs(text, protocols)).toMatch(/ is no /);
    },
  );
});

describe('a pinned candidate', () => {
  const keys = keysOf('p2p_a');
  const opened = (pins: ConstructorParameters<typeof Choices>[0]) =>
    open(golden('p2p_a.pcapng'), { choices: new Choices(pins) }, keys).counts.encrypted;

  it('is the only one that is tried', () => {
    expect(opened({})).toBe(0);
    expect(opened({ 'p2p.cipher': 'aes-256-cfb8' })).toBe(0);
    expect(opened({ 'p2p.cipher': 'aes-256-ctr' })).toBe(2);
    expect(opened({ 'p2p.key': 'sha-256' })).toBe(2);
  });

  it('replaces a table of numbers as a whole', () => {
    const numbers = { hello: 0, hello_retry: 2, ping: 1, data: 3 };
    const analysis = open(golden('p2ppacket_a.pcap'), { choices: new Choices({ 'p2ppacket.types': numbers }) });
    expect([1, 4].map((n) => analysis.message(n).name)).toEqual(['ping', 'hello_retry']);
  });

  it.each([
    ['p2p.cipher', 'aes-128', /candidates aes-256-cfb8/],
    ['p2p.colour', 'red', /no open choice/],
    ['p2ppacket.types', 'hello', /table of numbers/],
    ['p2ppacket.types', { hello: 1 }, /for each of hello, hello_retry/],
    ['p2ppacket.types', { hello: 1, hello_retry: 1, ping: 2, data: 3 }, /one number to two/],
    ['p2ppacket.types', { hello: 256, hello_retry: 1, ping: 2, data: 3 }, /0 to 255/],
  ])('%s = %j is told', (id, pin, text) => {
    const choices = protocols.flatMap((protocol) => protocol.choices ?? []);
    expect(pinProblem(id, pin, choices)).toMatch(text);
  });
});

describe('a machine', () => {
  it('says what comes next, and who may send it', () => {
    expect(advance(machine, 'hello', 'HELLO', 'opener')).toBe('hello_ack');
    expect(advance(machine, 'hello', 'HELLO', 'answerer')).toBeUndefined();
    expect(advance(machine, 'open', 'KEEP_ALIVE', 'answerer')).toBe('open');
    expect(allowed(machine, 'fin', 'opener')).toEqual(['FIN', 'DISCONNECT']);
  });

  it.each(protocols.flatMap(({ id, machines }) => (machines ?? []).map((one) => [id, one] as const)))(
    'of %s reaches every state, by messages that it knows',
    (id, one) => {
      const protocol = protocols.find((each) => each.id === id)!;
      const reached = new Set([one.start, ...one.transitions.flatMap(({ to }) => (to === undefined ? [] : [to]))]);
      expect([...reached].sort()).toEqual(Object.keys(one.states).sort());
      for (const { message } of one.transitions) expect(protocol.names).toContain(message);
    },
  );
});
