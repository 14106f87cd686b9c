/** A relay as a person starts it, between programs on real sockets of this machine. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { project } from '../../../extension/workbench/paths.ts';
import { freePorts, jsonLines, peerscope, type Started, started, temporary } from './help.ts';

const sample = (name: string): string => join(project, 'media', 'samples', name);
const data = ['--send', 'data {"data": "hex:0102"}'];

/** One node listens, a relay stands before it, and another node dials that. */
async function between(options: {
  readonly protocol?: string;
  readonly host?: string;
  readonly relay?: readonly string[];
  readonly listening?: readonly string[];
  readonly dialling?: readonly string[];
  /** Then all of them are interrupted. Without it, once the data has come to the one that listens. */
  readonly until?: (said: Readonly<Record<'server' | 'relay' | 'client', Started['said']>>) => boolean;
}) {
  const { protocol = 'p2pke', host = '127.0.0.1', relay = [], listening = [], dialling = [] } = options;
  const { until = ({ server }) => /\bdata\b/.test(server.out) } = options;
  const [first, second] = await freePorts(host, 2);
  const at = (port: number): string => `${host.includes(':') ? `[${host}]` : host}:${port}`;
  const server = started(['node', protocol, '--listen', at(first!), ...listening]);
  const middle = started(['relay', protocol, '--listen', at(second!), '--forward', at(first!), ...relay]);
  // Connections are refused, and a first datagram that nobody repeats is lost, as long as nobody listens.
  await vi.waitFor(() => expect([server.said.err, middle.said.err]).toEqual([LISTENS, LISTENS]), PATIENCE);
  const client = started(['node', protocol, '--connect', at(second!), ...dialling]);
  const said = () => ({ server: server.said, relay: middle.said, client: client.said });
  await vi.waitFor(() => expect(until(said()), JSON.stringify(said())).toBe(true), PATIENCE);
  // What follows at once is part of it.
  await new Promise((resolve) => setTimeout(resolve, 100));
  const all = [client, middle, server] as const;
  for (const each of all) each.interrupt();
  const [ofClient, ofRelay, ofServer] = await Promise.all(all.map(({ ended }) => ended));
  return { server: ofServer!, relay: ofRelay!, client: ofClient! };
}

const PATIENCE = { timeout: 60_000, interval: 20 };
const LISTENS = expect.stringMatching(/listen|relay/i);

const names = (text: string): string[] => [
  ...new Map(jsonLines(text).map(({ n, message, state }) => [n, `${message} ${state}`])).values(),
];

describe('relay', () => {
  for (const host of ['127.0.0.1', '::1'])
    it(`decodes what passes, with a key log that a program writes meanwhile, over ${host}`, async () => {
      const log = temporary(`grows-${host.length}.keys`);
      const { relay, server, client } = await between({
        ...{ host, relay: ['--json', '--keys', log], listening: ['--keylog', log], dialling: data },
      });
      // On a busy machine a message may have been sent twice before its answer came.
      expect([...new Set(names(relay.out))].slice(0, 4)).toEqual([
        'InitHello decoded',
        'RespHello decoded',
        'InitDone decoded',
        'data decoded',
      ]);
      expect([server.status, relay.status, client.status]).toEqual([0, 0, 0]);
      expect(relay.err).toContain('0 dropped by limits.');
    });

  it('without keys leaves sealed what is sealed', async () => {
    const { relay } = await between({ relay: ['--json'], dialling: data });
    expect([...new Set(names(relay.out))].slice(0, 4)).toEqual([
      'InitHello decoded',
      'RespHello encrypted',
      'InitDone encrypted',
      'data encrypted',
    ]);
  });

  it('records both sides: they differ in nothing but what it was told to change', async () => {
    const paths = ['listening', 'forward'].map((name) => temporary(`${name}.pcapng`));
    const records = ['--record', paths[0]!, '--record-forward', paths[1]!];
    const untouched = await between({ relay: records, dialling: data });
    expect(untouched.relay.status).toBe(0);
    expect((await peerscope(['diff', ...paths])).status).toBe(0);
    const dropped = await between({
      ...{ relay: [...records, '--fault', 'forward/drop:data', '--seed', '5'], dialling: data },
      until: ({ relay }) => relay.err.includes('Not passed on'),
    });
    expect(dropped.relay.err).toContain('Not passed on, by the fault "drop": data.');
    expect(dropped.relay.err).toContain('Faults are drawn with --seed 5.');
    const diff = await peerscope(['diff', ...paths]);
    expect(diff.status).toBe(1);
    expect(diff.out).toContain('data');
    expect(names((await peerscope(['decode', '--json', paths[1]!])).out)).not.toContain('data encrypted');
  });

  it('spoils what it is told to, and the other side refuses it', async () => {
    const refusal = /opens under no session|reserved/;
    const { server, relay } = await between({
      ...{ relay: ['--fault', 'flip=3:data'], dialling: data },
      until: (said) => refusal.test(said.server.err),
    });
    expect(relay.err).toContain('fault "flip" on data.');
    expect(server.err).toMatch(refusal);
  });

  it('leaves out a fault that needs a key that nobody gave', async () => {
    const { server, relay } = await between({ relay: ['--fault', 'wrong-key:data'], dialling: data });
    expect(relay.err).toContain('The fault "wrong-key" is left out. data is sealed, and no key opens it');
    expect(server.err).not.toContain('opens under no session');
  });

  it.each([
    ['dht', 'samples/protocols/dht.js', ['--send', 'ping'], 'ping_response'],
    ['knock', 'samples/protocols/knock.js', [], 'welcome'],
  ])('stands between nodes of a protocol of a module: %s', async (protocol, path, more, answer) => {
    const module = ['--protocol', join(project, 'media', path)];
    const { relay, client, server } = await between({
      ...{ protocol, relay: [...module, '--json'], listening: module, dialling: [...module, ...more] },
      until: ({ client, relay }) => client.out.includes(answer) && relay.out.includes(answer),
    });
    expect([server.status, relay.status]).toEqual([0, 0]);
    expect(client.err).not.toContain('never became ready');
    expect(names(relay.out).length).toBeGreaterThan(0);
  });

  it('stands between programs that are not ours, of a module without a node', async () => {
    const [port] = await freePorts('127.0.0.1', 1);
    const server = createSocket('udp4').bind(0, '127.0.0.1');
    const client = createSocket('udp4');
    await once(server, 'listening');
    const heard: string[] = [];
    server.on('message', (bytes) => heard.push(bytes.toString('hex')));
    const running = peerscope([
      ...['relay', 'heartbeat', '--listen', `127.0.0.1:${port}`, '--forward', `127.0.0.1:${server.address().port}`],
      ...['--protocol', sample('heartbeat.js'), '--keys', sample('heartbeat.keys'), '--fault', 'drop:beat#2'],
      ...['--count', '3', '--for', '20', '--json'],
    ]);
    const beat = (sequence: number): string =>
      `484201${sequence.toString(16).padStart(8, '0')}${Buffer.from('hi').toString('hex')}`;
    for (let sequence = 1; sequence <= 3; ) {
      client.send(Buffer.from(beat(sequence), 'hex'), port!, '127.0.0.1');
      await new Promise((resolve) => setTimeout(resolve, 100));
      // The relay may not listen yet.
      if (sequence > 1 || heard.length > 0) sequence++;
    }
    const { out, err } = await running;
    client.close();
    server.close();
    expect(new Set(heard).has(beat(1))).toBe(true);
    expect(err).toContain('Not passed on, by the fault "drop": beat.');
    expect(names(out)).toContain('beat decoded');
  });

  it.each([
    [['relay'], '"relay" needs a protocol'],
    [['relay', 'p2pke', '--listen', '127.0.0.1:0'], 'needs --listen HOST:PORT and --forward HOST:PORT'],
    [['relay', 'p2pke', '--listen', '127.0.0.1:0', '--forward', '127.0.0.1:0'], 'Nobody can be dialled at port 0'],
    [['relay', 'p2pke', '--listen', '127.0.0.1:0', '--forward', '192.0.2.1:1'], '192.0.2.1 is beyond this machine'],
    [['relay', 'p2pke', '--listen', '0.0.0.0:0', '--forward', '127.0.0.1:1'], '0.0.0.0 is beyond this machine'],
    [['relay', 'nothing', '--listen', '127.0.0.1:0', '--forward', '127.0.0.1:1'], 'There is no protocol "nothing"'],
    [['relay', 'p2pke', '--listen', '127.0.0.1:0', '--forward', '127.0.0.1:1', '--fault', 'up/drop'], 'is no fault'],
    [['relay', 'p2pke', '--listen', '127.0.0.1:0', '--forward', '127.0.0.1:1', '--transport', 'tcp'], 'spoken over udp'],
    [['relay', 'p2pke', '--listen', '127.0.0.1:0', '--forward', '127.0.0.1:1', '--send', 'data'], 'takes no --send'],
  ])('refuses %s', async (args, sentence) => {
    const { status, err } = await peerscope(args);
    expect(status).toBe(3);
    expect(err).toContain(sentence);
  });

  it('tells what it can do', async () => {
    const { out, status } = await peerscope(['relay', '--help']);
    expect(status).toBe(0);
    expect(out).toContain('--record-forward PATH');
    expect(out).toMatch(/sealed again .*p2pke/);
  });

  it.each([
    ['p2pke', 'data', true, data],
    ['botd', 'protobuf', true, ['--send', 'protobuf {"tree": [{"field": 3, "wire_type": 2, "bytes": "hex:0102"}]}']],
    ['p2ppacket', 'data', false, ['--send', 'data {"channels": [{"id": 4, "data": "hex:0102"}]}']],
    ['p2p', 'DATA', true, ['--send', 'DATA']],
    ['ptpchat', 'MESSAGE', false, ['--send', 'JOIN', '--send', 'MESSAGE {"text": "0102"}']],
    ['knock', 'data', false, ['--protocol', join(project, 'media', 'samples/protocols/knock.js'), '--send', 'data']],
    ['wireguard', 'data', false, ['--protocol', join(project, 'media', 'samples/protocols/wireguard.js'), '--send', 'data']],
  ] as const)('ends both conversations itself, without a key of others: %s', async (protocol, message, isSealed, sending) => {
    const module = sending[0] === '--protocol' ? sending.slice(0, 2) : [];
    const paths = ['listening', 'forward'].map((name) => temporary(`${protocol}-${name}.pcapng`));
    const heard = (said: { readonly server: Started['said'] }): boolean => said.server.out.includes(message);
    const records = ['--record', paths[0]!, '--record-forward', paths[1]!];
    const { relay, server, client } = await between({
      ...{ protocol, relay: ['--terminate', '--json', ...records, ...module], listening: module, dialling: sending },
      until: heard,
    });
    expect([server.status, client.status]).toEqual([0, 0]);
    expect(relay.err).toContain(
      "Each side has a session with the relay itself, under the relay's identity, and can notice that.",
    );
    // What the listening side said is in the session with the forward address, which its own recording opens.
    for (const path of paths) {
      const { out } = await peerscope(['decode', '--json', path, ...module]);
      expect(names(out)).toContain(`${message} decoded`);
    }
    if (!isSealed) return;
    // Without keys it is sealed: the twin of what was opened.
    const bare = temporary(`${protocol}-bare.pcapng`);
    await between({
      ...{
        protocol,
        relay: ['--terminate', '--without-keys', '--record', bare, ...module],
        listening: module,
        dialling: sending,
      },
      until: heard,
    });
    expect(names((await peerscope(['decode', '--json', bare, ...module])).out)).not.toContain(`${message} decoded`);
  });

  it.each([
    [['--keys', 'some.keys', '--terminate'], 'With --terminate the sessions are its own: they need no --keys.'],
    [['--identity', 'own.json'], '--identity is for --terminate'],
    [['--without-keys'], '--without-keys is for --terminate'],
  ])('says what does not go with %s', async (more, why) => {
    const { status, err } = await peerscope([
      ...['relay', 'p2pke', '--listen', '127.0.0.1:0', '--forward', '127.0.0.1:1'],
      ...more,
    ]);
    expect(status).toBe(3);
    expect(err).toContain(why);
  });
});
