/** The test node as a person starts it: two of them, over real sockets of this machine. */
import { generateKeyPairSync } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { jsonLines, peerscope, temporary } from './help.ts';

async function freePort(host = '127.0.0.1'): Promise<number> {
  const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
  socket.bind(0, host);
  await once(socket, 'listening');
  const { port } = socket.address();
  await new Promise<void>((closed) => socket.close(closed));
  return port;
}

const data = ['--send', 'data {"data": "hex:0102"}'];

/** One node listens, another dials it; the first gets `listening`, the second `dialling` besides. */
async function talk(host: string, listening: readonly string[], dialling: readonly string[], protocol = 'p2pke') {
  const port = await freePort(host);
  const at = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  const first = peerscope(['node', protocol, '--listen', at, ...listening]);
  const second = peerscope(['node', protocol, '--connect', at, ...dialling]);
  return { first: await first, second: await second, at };
}

describe('node', () => {
  for (const host of ['127.0.0.1', '::1'])
    it(`talks with another over ${host}: both print the same messages`, async () => {
      const { first, second } = await talk(
        host,
        ['--json', '--count', '4', '--for', '20'],
        ['--json', '--count', '4', '--for', '20', ...data],
      );
      const names = (text: string) => [
        ...new Map(jsonLines(text).map(({ n, message, state }) => [n, `${message} ${state}`])).values(),
      ];
      expect(names(first.out).slice(0, 4)).toEqual([
        'InitHello decoded',
        'RespHello decoded',
        'InitDone decoded',
        'data decoded',
      ]);
      expect(names(second.out).slice(0, 4)).toEqual(names(first.out).slice(0, 4));
      expect([first.status, second.status]).toEqual([0, 0]);
      expect(first.err).toContain('0 dropped.');
    });

  it('records with its keys, without them, and writes them to a key log', async () => {
    const [whole, bare, log] = [temporary('whole.pcapng'), temporary('bare.pcapng'), temporary('node.keys')];
    const limits = ['--count', '4', '--for', '20'];
    await talk(
      '127.0.0.1',
      [...limits, '--record', whole],
      [...limits, ...data, '--record', bare, '--without-keys', '--keylog', log],
    );
    const states = async (...args: string[]) =>
      jsonLines((await peerscope(['decode', '--json', ...args])).out).map(({ state }) => state);
    expect((await states(whole)).slice(0, 4)).toEqual(['decoded', 'decoded', 'decoded', 'decoded']);
    expect((await states(bare)).slice(0, 4)).toEqual(['decoded', 'encrypted', 'encrypted', 'encrypted']);
    expect((await states(bare, '--keys', log)).slice(0, 4)).toEqual(['decoded', 'decoded', 'decoded', 'decoded']);
    expect(readFileSync(bare).includes('P2PKE_EPHEMERAL_PRIVATE')).toBe(false);
    expect(statSync(log).mode & 0o077).toBe(0);
  });

  it('ends with 1 when the traffic breaks the specification, and says which fault was drawn', async () => {
    const { first, second } = await talk(
      '127.0.0.1',
      ['--for', '1.5'],
      ['--for', '1', '--fault', 'wrong-key:data', '--seed', '7', ...data],
    );
    expect(first.status).toBe(1);
    expect(first.out).toContain('p2pke.malformed');
    expect(second.err).toContain('Faults are drawn with --seed 7.');
    expect(second.err).toContain('fault "wrong-key" on data');
  });

  it('keeps the identity that it made', async () => {
    const path = temporary('unused').replace(/unused$/, 'identity.json');
    expect(existsSync(path)).toBe(false);
    await peerscope(['node', 'p2pke', '--listen', '127.0.0.1:0', '--for', '0.1', '--identity', path]);
    const made = readFileSync(path, 'utf8');
    expect(statSync(path).mode & 0o077).toBe(0);
    await peerscope(['node', 'p2pke', '--listen', '127.0.0.1:0', '--for', '0.1', '--identity', path]);
    expect(readFileSync(path, 'utf8')).toBe(made);
  });

  it.each([
    ['p-256', 'p-384'],
    ['rsa', 'p-256'],
  ])('talks with identities that are made of %s and %s, and keeps them', async (listening, dialling) => {
    const [own, theirs] = [listening, dialling].map((kind) => temporary('unused').replace(/unused$/, `${kind}-of-${listening}`));
    const count = ['--json', '--count', '4', '--for', '20'];
    const { first, second } = await talk(
      '127.0.0.1',
      [...count, '--identity', own!, '--identity-kind', listening],
      [...count, '--identity', theirs!, '--identity-kind', dialling, ...data],
    );
    expect([first.status, second.status]).toEqual([0, 0]);
    for (const { out } of [first, second]) expect(out).toContain('"data":"0102"');
    const kept = [own!, theirs!].map((path) => JSON.parse(readFileSync(path, 'utf8')));
    expect(kept).toEqual([{ pkcs8: expect.any(String) }, { pkcs8: expect.any(String) }]);
    const again = await peerscope([
      'node',
      'p2pke',
      '--listen',
      '127.0.0.1:0',
      '--for',
      '0.1',
      '--identity',
      own!,
      '--identity-kind',
      'rsa',
    ]);
    expect(again.err).toContain('is there already: --identity-kind is for one that is created.');
    expect(JSON.parse(readFileSync(own!, 'utf8'))).toEqual(kept[0]);
  });

  it('talks with an identity that OpenSSL wrote', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const path = temporary('node.pem', privateKey.export({ type: 'pkcs8', format: 'pem' }));
    const { first, second } = await talk(
      '127.0.0.1',
      ['--count', '4', '--for', '20', '--identity', path],
      ['--count', '4', '--for', '20', ...data],
    );
    expect([first.status, second.status]).toEqual([0, 0]);
  });
});

describe('a node that has tested nothing', () => {
  it('ends with 1 when nobody answers', async () => {
    const at = `127.0.0.1:${await freePort()}`;
    const { status, err } = await peerscope(['node', 'p2pke', '--connect', at, '--for', '0.2', ...data]);
    expect(status).toBe(1);
    expect(err).toContain('The link that was dialled never became ready.');
    expect(err).toContain('Nothing of --send was sent');
  });

  it('ends with 1 when fewer messages came than were to be counted', async () => {
    const { status, err } = await peerscope(['node', 'p2pke', '--listen', '127.0.0.1:0', '--for', '0.1', '--count', '1']);
    expect([status, err]).toEqual([1, expect.stringContaining('--count 1 was not reached: 0 messages.')]);
  });

  it('ends with 1 when a message cannot be made', async () => {
    const wrong = ['--send', 'data {"counter": 17, "data": ""}', '--send', 'data {"counter": 4294967296}'];
    const { second } = await talk('127.0.0.1', ['--for', '2'], ['--for', '1', ...wrong]);
    expect([second.status, second.err]).toEqual([1, expect.stringContaining('Not all of --send was sent.')]);
    expect(second.err).toContain('data (--send 2) is not sent: ');
  });

  it('opens nothing when a value does not fit its field', async () => {
    const good = ['--send', 'data {"data": "text:abc"}'];
    const { status, err } = await peerscope([
      'node',
      'p2pke',
      '--listen',
      '127.0.0.1:0',
      ...good,
      '--send',
      'data {"data": "abc"}',
    ]);
    expect([status, err]).toEqual([3, 'peerscope: --send 2: data.data is bytes, "hex:0102" or "text:abc", not "abc".\n']);
  });
});

it('a node tells no control characters of the other side', async () => {
  const name = 'x\u009b31m\u202e';
  const { err } = await peerscope(['node', 'p2pke', '--listen', '127.0.0.1:0', '--identity', `${temporary('there')}/${name}`]);
  expect(err).toContain('x\\u009b31m\\u202e');
  expect(err).not.toContain('\u009b');
});

describe('what a node refuses', () => {
  const refused = async (...args: string[]): Promise<string> => {
    const { status, err } = await peerscope(['node', ...args]);
    expect(status).toBe(3);
    return err;
  };

  it('addresses beyond this machine, unless they are named', async () => {
    expect(await refused('p2pke', '--listen', '0.0.0.0:0')).toContain('0.0.0.0 is beyond this machine: --allow 0.0.0.0 says');
    expect((await peerscope(['node', 'p2pke', '--listen', '0.0.0.0:0', '--allow', '0.0.0.0', '--for', '0.1'])).status).toBe(0);
  });

  it('a port that is taken', async () => {
    const socket = createSocket('udp4');
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    const { port } = socket.address();
    const [record, keylog] = [temporary('taken.pcapng', 'a recording'), temporary('taken.keys', 'keys')];
    const files = ['--record', record, '--keylog', keylog];
    expect(await refused('p2pke', '--listen', `127.0.0.1:${port}`, ...files)).toContain(`Port ${port} is taken`);
    socket.close();
    // What was there before is still there.
    expect([readFileSync(record, 'utf8'), readFileSync(keylog, 'utf8')]).toEqual(['a recording', 'keys']);
  });

  it('one file for two things', async () => {
    const path = temporary('private.json', '{}');
    const twice = await refused('p2pke', '--listen', '127.0.0.1:0', '--identity', path, '--record', `${path}/../private.json`);
    expect(twice).toContain('--record and --identity are the same file');
    expect(readFileSync(path, 'utf8')).toBe('{}');
  });

  it.skipIf(!existsSync('/dev/full'))('a recording that has no room', async () => {
    expect(await refused('p2pke', '--listen', '127.0.0.1:0', '--record', '/dev/full')).toBe(
      'peerscope: /dev/full cannot be written. There is no space left.\n',
    );
  });

  it.each([
    [['p9'], 'needs either --listen HOST:PORT or --connect'],
    [['p9'], 'See peerscope node --help.'],
    [['p2pke', '--connect', '127.0.0.1:0'], 'Nobody can be dialled at port 0'],
    [['p9', '--listen', '127.0.0.1:0'], 'There is no test node of "p9"'],
    [['p2pke', '--listen', '127.0.0.1'], 'is no HOST:PORT'],
    [['p2pke', '--listen', '127.0.0.1:0', '--transport', 'tcp'], 'p2pke is spoken over udp'],
    [['p2pke', '--listen', '127.0.0.1:0', '--role', 'x'], '--role of p2pke: initiator, responder'],
    [['p2pke', '--listen', '127.0.0.1:0', '--fault', 'explode'], '"explode" is no fault'],
    [['p2pke', '--listen', '127.0.0.1:0', '--fault', 'split'], 'is for TCP'],
    [['p2pke', '--listen', '127.0.0.1:0', '--fault', 'flip=999999999'], 'at most flip=65536'],
    [['botd', '--listen', '127.0.0.1:0', '--fault', 'stale-nonce'], 'no message of the protocol has a counter'],
    [['p2pke', '--listen', '127.0.0.1:0', '--fault', 'drop:HELLO'], 'names no message of the protocol'],
    [['p2pke', '--listen', '127.0.0.1:0', '--send', 'data {'], '--send takes MESSAGE'],
    [['p2pke', '--listen', '127.0.0.1:0', '--send', 'HELLO'], '--send: p2pke has no message "HELLO", but InitHello'],
    [['p2pke', '--listen', '127.0.0.1:0', '--send', 'data {"dat":1}'], '--send: data has no field "dat": did you mean data?'],
    [
      ['p2pke', '--listen', '127.0.0.1:0', '--send', 'InitDone {"payload":{"auth_clam":{}}}'],
      '--send: InitDone.payload has no field "auth_clam": did you mean auth_claim?',
    ],
    [
      ['p2ppacket', '--listen', '127.0.0.1:0', '--send', 'data {"channels":[{"id":1},{"ide":1}]}'],
      '--send: data.channels has no field "ide": did you mean id?',
    ],
    [['p2pke', '--listen', '127.0.0.1:0', '--for', '0'], '--for takes a number above 0'],
    [['p2pke', '--listen', '127.0.0.1:0', '--identity', '/dev/null'], 'An identity of p2pke is'],
    [['p2pke', '--listen', '127.0.0.1:0', '--identity-kind', 'dsa'], '--identity-kind of p2pke: ed25519, p-256, p-384, rsa.'],
    [['p2p', '--listen', '127.0.0.1:0', '--identity-kind', 'rsa'], 'p2p has one kind of identity alone'],
  ])('%j', async (args, sentence) => expect(await refused(...args)).toContain(sentence));
});
