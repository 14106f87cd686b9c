/** A script puts a relay between nodes: what passes is expected, edited and spoiled by direction. */
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { protocols } from '../../../dissector/protocols/index.ts';
import { checkScript, parseScript } from '../../../dissector/script/index.ts';
import { Checker } from '../../../dissector/script/service/check.ts';
import { complete } from '../../../dissector/script/service/complete.ts';
import { noNames } from '../../../dissector/script/service/scopes.ts';
import { formatEdits } from '../../../dissector/script/syntax/format.ts';
import { freePorts, peerscope, temporary } from './help.ts';

const between = (protocol: string): string =>
  `node b = ${protocol} listen 127.0.0.1:0\nnode r = ${protocol} relay 127.0.0.1:0 to b\nnode a = ${protocol} dial r\n`;

async function ran(text: string) {
  return await peerscope(['run', temporary('relay.packet', text), '--seed', '1']);
}

/** Frames with two sealed fields, each with a message of a layer of its own. */
const twofold = `
export default ({ bounded, bytes, ciphers, defineConversation, Layer, struct, uint }) => {
  const [key, nonce] = [new Uint8Array(32).fill(3), new Uint8Array(12)];
  const seal = (text) => ciphers.aesGcm.seal(key, nonce, text);
  const open = (sealed) => ciphers.aesGcm.open(key, nonce, sealed);
  const holding = (id) => new Layer({ id, title: id, layout: struct(id, 'A text.', [bytes('text', 'rest', 'Text.')]) });
  const [first, second] = [holding('first'), holding('second')];
  const frame = new Layer({
    id: 'folded',
    title: 'Folded',
    layout: struct('folded', 'A frame.', [
      uint(4, 'magic', 'Magic.'),
      uint(2, 'a_length', 'Bytes of a.'),
      bounded('a', { ref: 'a_length' }, 'First.', [bytes('sealed', 'rest', 'Sealed.')]),
      uint(2, 'b_length', 'Bytes of b.'),
      bounded('b', { ref: 'b_length' }, 'Second.', [bytes('sealed', 'rest', 'Sealed.')]),
    ]),
  });
  return defineConversation({
    ...{ id: 'twofold', title: 'Twofold', document: 'twofold', begins: Uint8Array.of(1, 2, 3, 4), layers: [frame, first, second] },
    *conversation(talk) {
      for (;;) {
        const message = yield* talk.read(frame);
        talk.decrypt(message, 'a.sealed', { open, how: 'a test', layer: first });
        talk.decrypt(message, 'b.sealed', { open, how: 'a test', layer: second });
      }
    },
    peer: {
      identity: { secret: 1 },
      sealed: ['second'],
      *speak(talk) {
        const within = talk.inside(frame, {
          seal: (text) => ({ magic: 0x01020304, a: { sealed: seal(Uint8Array.of(1)) }, b: { sealed: seal(text) } }),
          open: ({ b }) => open(b.sealed),
        });
        talk.ready();
        for (;;) {
          const { text } = yield* within.read(second);
          talk.deliver(second, { text });
        }
      },
      fill: (name) => (name === 'second' ? { text: new Uint8Array(0) } : {}),
    },
  });
};
`;

describe('a relay in a script', () => {
  it('edits a message in the second of two decrypted fields', async () => {
    const script = `### the second
${between('twofold')}edit r forward second { text: 65 64 }
send a second { text: 01 02 }
expect b second { text: 65 64 } within 2s
`;
    const module = temporary('twofold.mjs', twofold);
    const { out } = await peerscope(['run', temporary('relay.packet', script), '--seed', '1', '--protocol', module]);
    expect(out).toContain('1 passed');
  });

  it('edits what is sealed, and both nodes go on', async () => {
    const { out, status } = await ran(`### an edit in the middle
${between('p2pke')}expect b InitDone within 4s
edit r forward data { data: 65 64 }
send a data { data: 01 02 }
expect r data { data: 01 02 }
expect b data { data: 65 64 }
send a data { data: 03 04 }
expect b data { data: 03 04 }
send b data { data: 05 06 }
expect a data { data: 05 06 }
`);
    expect(out).toContain('1 passed');
    expect(status).toBe(0);
  });

  it('has a session of its own with each side, and edits without the key of either', async () => {
    const { out, status } = await ran(`### terminated
${between('p2pke').replace('to b', 'to b terminated')}expect b InitDone within 4s
edit r forward data { data: 65 64 }
send a data { data: 01 02 }
expect r data { data: 01 02 }
expect b data { data: 65 64 }
send b data { data: 05 06 }
expect a data { data: 05 06 }
`);
    expect(out).toContain('1 passed');
    expect(status).toBe(0);
    const { out: other } = await ran(`### not what came
${between('p2pke').replace('to b', 'to b terminated')}expect b InitDone within 4s
edit r forward data { data: 65 64 }
send a data { data: 01 02 }
expect b data { data: 01 02 } within 500ms
`);
    expect(other).toContain('1 failed');
  });

  it('changes a value of what came, and leaves the others', async () => {
    const { out } = await ran(`### flipped
${between('p2pke').replace('node a', 'edit r InitHello { payload: { auth_claim: { sig: flip(valid, 1) } } }\nnode a')}expect a nothing for 700ms
`);
    expect(out).toContain('1 passed');
  });

  it('spoils one direction alone', async () => {
    const { out } = await ran(`### back
${between('p2pke')}fault r back drop data
expect b InitDone within 4s
send a data { data: 01 02 }
expect b data { data: 01 02 }
send b data { data: 05 06 }
expect a no data for 400ms
`);
    expect(out).toContain('1 passed');
  });

  it('fails for an edit that no message came for, and for one that cannot be made', async () => {
    const never = await ran(`### never\n${between('p2pke')}edit r closing { data: 65 64 }\nexpect b InitDone within 4s\n`);
    expect(never.status).toBe(1);
    expect(never.out).toContain('relay.packet:5: closing did not pass r after it: nothing was edited');
    const short = await ran(
      `### short\n${between('p2pke').replace('node a', 'edit r InitHello { e: 01 02 }\nnode a')}expect b InitHello within 500ms\nwait 10ms\n`,
    );
    expect(short.status).toBe(1);
  });

  it('is checked before anything runs', () => {
    const problems = (text: string) => checkScript(parseScript(text).statements, protocols).map((each) => each.text);
    expect(problems(`${between('p2pke')}send r data { data: 01 02 }`)).toEqual([
      'a relay passes on what others say, and sends nothing of its own',
    ]);
    expect(problems(`${between('p2pke')}edit a data { data: 01 02 }`)).toEqual([
      '"edit" changes what passes a relay, and a is none',
    ]);
    expect(problems(`${between('p2pke')}fault a back drop data`)).toEqual(['"back" is a way through a relay, and a is none']);
    expect(problems(`${between('p2pke')}edit r dato { data: 01 02 }`)[0]).toContain('did you mean data?');
    expect(problems('node r = p2pke relay 127.0.0.1:0 to nobody')[0]).toContain('"nobody" is neither an address');
    expect(problems('node b = botd listen 127.0.0.1:0\nnode r = p2pke relay 127.0.0.1:0 to b')).toEqual([
      'b speaks botd, and not p2pke',
    ]);
    expect(parseScript('node r = p2pke relay 127.0.0.1:0').problems[0]!.text).toContain(
      '"to" and the address that it passes on to',
    );
    expect(parseScript('edit r data').problems[0]!.text).toContain('"{" and the fields to change');
  });

  it('is formatted and completed as what it is', () => {
    const text = 'node r=p2pke   relay [::1]:0  to   127.0.0.1:7000\nedit  r forward data {data:01 02}\n';
    const edited = formatEdits(text).reduceRight(
      (all, { start, end, text: by }) => all.slice(0, start) + by + all.slice(end),
      text,
    );
    expect(edited).toContain('node r = p2pke relay [::1]:0 to 127.0.0.1:7000\n');
    const names = noNames();
    const checker = new Checker(protocols, names);
    for (const statement of parseScript(between('p2pke')).statements) checker.check(statement);
    const labels = (typed: string) =>
      complete(typed, typed.length, { protocols, names: checker.names }).items.map(({ label }) => label);
    expect(labels('node x = p2pke ')).toContain('relay');
    expect(labels('node x = p2pke relay 127.0.0.1:0 ')).toEqual(['to']);
    expect(labels('')).toContain('edit');
    expect(labels('edit ')).toEqual(['r']);
    expect(labels('edit r ')).toEqual(expect.arrayContaining(['forward', 'back', 'data']));
    expect(labels('edit r back ')).not.toContain('forward');
    expect(labels('edit r back data { ')).toContain('data');
    expect(labels('fault r back ')).toContain('drop');
  });
});

describe('a relay in a script, between programs that are not of its section', () => {
  /** One program listens and writes its keys, another dials the relay and says something. */
  async function outside(keys: string, log: string) {
    const [first, second] = await freePorts('127.0.0.1', 2);
    const text = `### outside
node r = p2pke relay 127.0.0.1:${second} to 127.0.0.1:${first}${keys}
edit r forward data { data: 65 64 }
expect r data { data: 01 02 } within 4s
wait 300ms
`;
    const path = temporary(`${log}.packet`, text);
    const keyLog = join(dirname(path), `${log}.keys`);
    const server = peerscope(['node', 'p2pke', '--listen', `127.0.0.1:${first}`, '--for', '4', '--keylog', keyLog, '--json']);
    const script = peerscope(['run', path]);
    await new Promise((resolve) => setTimeout(resolve, 800));
    const said = ['--send', 'data {"data": "hex:0102"}'];
    const client = peerscope(['node', 'p2pke', '--connect', `127.0.0.1:${second}`, '--for', '2', ...said]);
    return { script: await script, server: await server, client: await client };
  }

  it('opens and edits what the keys of a log open, which one of them writes meanwhile', async () => {
    const { script, server } = await outside(' keys "outside.keys"', 'outside');
    expect(script.out).toContain('1 passed');
    expect(server.out).toContain('6564');
    expect(server.out).not.toContain('0102');
  });

  it('edits nothing of it without them', async () => {
    const { script, server } = await outside('', 'sealed');
    expect(script.out).toContain('1 failed');
    expect(server.out).not.toContain('6564');
  });

  it.each([
    ['../outside.keys', '"../outside.keys" is outside the folder of the script'],
    ['/etc/outside.keys', '"/etc/outside.keys" is outside the folder of the script'],
    ['nowhere/outside.keys', 'there is no file "nowhere/outside.keys" beside the script'],
  ])('reads no key log from %s', async (path, why) => {
    const { out, status } = await ran(`### r\nnode r = p2pke relay 127.0.0.1:0 to 127.0.0.1:9 keys "${path}"\n`);
    expect(out).toContain(why);
    expect(status).toBe(1);
  });
});
