/** What the values of packet scripts refer to, run by the command as a person does: what arrives, and what is refused. */
import { execFileSync } from 'node:child_process';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { chacha20poly1305 } from '@noble/ciphers/chacha.js';
import { ed25519 } from '@noble/curves/ed25519.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { toHex } from '../../../dissector/bytes/index.ts';
import { scriptLimits } from '../../../dissector/script/index.ts';
import { jsonLines, peerscope, type Result, temporary } from '../cli/help.ts';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const outside = temporary('outside.bin', 'of somebody else');
const folder = join(dirname(outside), 'scripts');
mkdirSync(folder);
const beside = (name: string, contents: string | Uint8Array = ''): string => {
  writeFileSync(join(folder, name), contents);
  return join(folder, name);
};

const run = (text: string, ...args: string[]): Promise<Result> => peerscope(['run', beside('own.packet', text), ...args]);
/** By section: undefined, or where and why it failed. */
const failures = async (text: string, ...args: string[]): Promise<({ line: number; text: string } | undefined)[]> =>
  jsonLines((await run(text, '--json', ...args)).out).map(({ failure }) => failure);

const two = 'node b = p2pke listen 127.0.0.1:0\nnode a = p2pke dial b\n';
const sockets: Socket[] = [];
afterAll(() => sockets.forEach((socket) => void socket.close()));
afterEach(() => vi.unstubAllEnvs());

/** The datagrams, in hex, that a script sends when its first line is `dial`: of a node that waits to be greeted. */
async function sent(statements: string, ...args: string[]) {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  sockets.push(socket);
  await once(socket, 'listening');
  const heard: string[] = [];
  const ended = new Promise<void>((resolve) => {
    socket.on('message', (bytes) => (bytes.toString() === 'end' ? resolve() : void heard.push(toHex(bytes))));
  });
  const { port } = socket.address();
  const [failure] = await failures(`node a = p2pke dial 127.0.0.1:${port} manual as responder\n${statements}`, ...args);
  // What the script has sent lies before it.
  socket.send('end', port, '127.0.0.1');
  await ended;
  return { heard, failure };
}
/** The bytes of a value where they arrive; the reason where nothing does. */
async function arrived(value: string, ...args: string[]): Promise<string | undefined> {
  const { heard, failure } = await sent(`send a data { raw: ${value} }`, ...args);
  expect(heard).toHaveLength(failure === undefined ? 1 : 0);
  return failure?.text ?? heard[0];
}

describe('what is defined', () => {
  it('is there in what is sent and in what is expected', async () => {
    const text = `@one = 01 02\n${two}### a\n@both = concat(one, hex(03))\nsend a data { data: both }\nexpect b data { data:`;
    expect(await failures(`${text} both }`)).toEqual([undefined]);
    const why = 'data came with another data: expected hex(0102), got hex(010203)';
    expect(await failures(`${text} one } within 400ms`)).toEqual([{ line: 7, text: why }]);
  });

  it('is there in each section when it stands before the first, and else in its own alone', async () => {
    const text = `@all = 01 02\n### one\n@own = all\n### two\n@other = all\n### three\n@other = own\n`;
    expect(await failures(text)).toEqual([
      undefined,
      undefined,
      { line: 7, text: expect.stringMatching(/^there is nothing named "own"/) },
    ]);
  });

  it('counts from there on, and may be told anew', async () => {
    const { heard } = await sent('@x = 01 02\nsend a data { raw: x }\n@x = concat(x, x)\nsend a data { raw: x }');
    expect(heard).toEqual(['0102', '01020102']);
  });
});

describe('a file', () => {
  it('beside the script arrives, and one below it', async () => {
    beside('x.bin', Uint8Array.of(1, 2, 255));
    mkdirSync(join(folder, 'below'));
    beside('below/y.bin', 'deep');
    symlinkSync(join(folder, 'x.bin'), join(folder, 'link.bin'));
    expect(await arrived('file("x.bin")')).toBe('0102ff');
    expect(await arrived('file("below/y.bin")')).toBe(toHex(utf8('deep')));
    expect(await arrived('file("below/../link.bin")')).toBe('0102ff');
    expect(await failures(`${two}send a data { data: file("x.bin") }\nexpect b data { data: 01 02 ff }\n`)).toEqual([undefined]);
  });

  it('outside of its folder is refused, however it is named', async () => {
    symlinkSync(outside, join(folder, 'away.bin'));
    symlinkSync(dirname(outside), join(folder, 'up'));
    for (const path of ['../outside.bin', 'below/../../outside.bin', outside, 'away.bin', 'up/outside.bin', '..'])
      expect(await arrived(`file("${path}")`)).toBe(`"${path}" is outside the folder of the script`);
  });

  it('that is missing, or none, is told', async () => {
    expect(await arrived('file("no.bin")')).toBe('there is no file "no.bin" beside the script');
    expect(await arrived('file("below")')).toBe('"below" is no file');
    expect(await arrived('file(".")')).toBe('"." is no file');
  });

  it.skipIf(process.platform === 'win32')('that is a pipe is not waited for', async () => {
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    expect(await arrived('file("pipe")')).toBe('"pipe" is no file');
  });

  it('that is too large is not read', async () => {
    truncateSync(beside('large.bin'), scriptLimits.madeSize + 1);
    expect(await arrived('file("large.bin")')).toBe(`"large.bin" has more than ${scriptLimits.madeSize} bytes (limit madeSize)`);
    truncateSync(join(folder, 'large.bin'), scriptLimits.madeSize);
    expect(await arrived('sha256(file("large.bin"))')).toBe(toHex(sha256(new Uint8Array(scriptLimits.madeSize))));
  });
});

describe('what the environment and a person say', () => {
  it('a variable is its text, or the reason', async () => {
    vi.stubEnv('PEERSCOPE_VALUE', 'from outside');
    vi.stubEnv('PEERSCOPE_NOTHING', undefined);
    expect(await arrived('text(env("PEERSCOPE_VALUE"))')).toBe(toHex(utf8('from outside')));
    expect(await arrived('text(env("PEERSCOPE_NOTHING"))')).toBe('the environment has no variable "PEERSCOPE_NOTHING"');
    expect(await arrived('text(env("toString"))')).toBe('the environment has no variable "toString"');
  });

  it('an answer is that of the command line, the last one that is given, up to its end', async () => {
    expect(await arrived('hex(prompt("the key"))', '--set', 'the key=01 ff')).toBe('01ff');
    expect(await arrived('text(prompt("q"))', '--set', 'q=1', '--set', 'q=a=b ')).toBe(toHex(utf8('a=b ')));
    expect(await arrived('text(prompt("q"))', '--set', 'q=')).toBe('');
  });

  it('without an answer, and without a terminal, the section fails', async () => {
    expect(await arrived('text(prompt("who are you?"))')).toBe('nobody answered "who are you?"');
  });

  it('an answer to what nobody asks is refused, and not repeated: it may be a part of a secret', async () => {
    for (const [script, asked] of [
      ['@a = text(prompt("q"))\n@b = prompt("other")', '"q", "other"'],
      ['wait 1ms', 'nothing'],
    ] as const) {
      const { status, out, err } = await run(script, '--set', 'dmVyeXNlY3JldA==');
      expect({ status, out, err }).toEqual({
        status: 3,
        out: '',
        err: `peerscope: --set answers what no script asks; asked is ${asked}.\n`,
      });
    }
  });

  it.each([['verysecret'], ['=verysecret'], ['-verysecret']])('"--set %s" is not repeated', async (given) => {
    const { status, out, err } = await run('wait 1ms', '--set', given);
    expect(status).toBe(3);
    expect(out + err).not.toContain('verysecret');
    expect(err).toContain('--set');
  });

  it('never stand in the failure of anything else', async () => {
    vi.stubEnv('PEERSCOPE_SECRET', 'verysecret');
    const text = `@one = text(env("PEERSCOPE_SECRET"))\n@other = prompt("q")\n${two}
### another field
send a data { data: concat(one, text(other)) }
expect b data { data: concat(one, text(other)), counter: 99 } within 400ms
### another message
send a data { data: text(other) }
expect b closing within 400ms
### a field that it does not fit
send a data { counter: other }
### digits that it has not
send a data { data: hex(other) }
### a key that it is not
send a data { data: hmac_sha256(one, x25519_public(one)) }
`;
    for (const form of [[], ['--json'], ['--junit']]) {
      const { out, err } = await run(text, '--set', 'q=moresecret', ...form);
      for (const secret of ['verysecret', 'moresecret']) {
        expect(out + err).not.toContain(secret);
        expect(out + err).not.toContain(toHex(utf8(secret)));
      }
    }
    expect((await failures(text, '--set', 'q=moresecret')).map((failure) => failure?.text)).toEqual([
      'data came with another counter: expected 99, got 16',
      expect.stringMatching(/^closing did not come within 400 ms: came .*data/),
      'data cannot be made with the secret in counter: the reason may show it, and is left out',
      'hex cannot read its digits',
      'private_key has 32 bytes, not 10',
    ]);
  });
});

describe('what is random', () => {
  it('happens again with the seed of the run', async () => {
    const once = await arrived('random(16)', '--seed', '7');
    expect(once).toMatch(/^[0-9a-f]{32}$/);
    expect(await arrived('random(16)', '--seed', '7')).toBe(once);
    expect(await arrived('random(16)', '--seed', '8')).not.toBe(once);
    expect(await arrived('random(16)')).not.toBe(await arrived('random(16)'));
  });

  it('is another each time it is drawn, and the same wherever its name stands', async () => {
    const { heard } = await sent(
      '@x = random(8)\nsend a data { raw: x }\nsend a data { raw: x }\nsend a data { raw: random(8) }',
    );
    expect(heard[0]).toBe(heard[1]);
    expect(heard[0]).not.toBe(heard[2]);
  });

  it('happens again with a seed of its own, whatever that of the run', async () => {
    const once = await arrived('random(16, 3)', '--seed', '7');
    expect(await arrived('random(16, 3)', '--seed', '8')).toBe(once);
    expect(await arrived('random(16, 4)', '--seed', '8')).not.toBe(once);
    expect(await failures(`${two}send a data { data: random(16, 3) }\nexpect b data { data: random(16, 3) }\n`)).toEqual([
      undefined,
    ]);
  });

  it.each(['x', '1.5', '4294967296', '-1', ''])('"--seed=%s" is none', async (given) => {
    const { status, out, err } = await run('wait 1ms', `--seed=${given}`);
    expect([status, out]).toEqual([3, '']);
    expect(err).toContain(`"--seed ${given}" is no number from 0 to 4294967295.`);
  });
});

describe('what is computed', () => {
  const key = sha256(utf8('a key'));
  const nonce = new Uint8Array(12);
  const values: [string, Uint8Array][] = [
    ['sha256("abc")', sha256(utf8('abc'))],
    ['ed25519_sign(key, "hello")', ed25519.sign(utf8('hello'), key)],
    [
      'chacha20_poly1305(key, repeat(hex(00), 12), "hello", "more")',
      chacha20poly1305(key, nonce, utf8('more')).encrypt(utf8('hello')),
    ],
    ['encode("p2p", "DISCONNECT", { type: 4, reason: "bye" })', Uint8Array.of(4, 3, 0x62, 0x79, 0x65)],
  ];

  it.each(values)('%s arrives', async (text, bytes) => {
    const sending = `@key = sha256("a key")\n${two}send a data { data: ${text} }\nexpect b data { data:`;
    expect(await failures(`${sending} hex(${toHex(bytes)}) }`)).toEqual([undefined]);
    // The negative twin.
    const [failure] = await failures(`${sending} flip(hex(${toHex(bytes)}), 1) } within 400ms`);
    expect(failure?.text).toMatch(/^data came with another data: expected hex\(/);
  });
});

describe('what grows faster than its text', () => {
  const doubled = (levels: number): string =>
    `@x0 = [1]\n${Array.from({ length: levels }, (_, n) => `@x${n + 1} = [x${n}, x${n}]\n`).join('')}`;
  const often = (name: string, times: number): string => `[${new Array(times).fill(name).join(', ')}]`;

  it.each([
    ['lists of lists', doubled(30), /^x\d+ makes more than/],
    ['a list of long bytes', `@a = repeat(01 02, 1000000)\n@b = ${often('a', 20)}`, /^b makes more than/],
    [
      'bytes that are joined',
      `@a = repeat(01 02, 1000000)\n@b = concat(${often('a', 20).slice(1, -1)})`,
      /^concat makes more than/,
    ],
    ['a list that is repeated', `${doubled(8)}@b = repeat(x8, 1000000)`, /^repeat makes more than/],
    [
      'a message of lists',
      `${doubled(10)}@b = encode("ptpchat", "HELLO", { msg_data: ${often('x10', 1000)} })`,
      /^(encode makes|a value makes|more than)/,
    ],
  ])('%s: ends with the limit', async (_, text, why) => {
    const [failure] = await failures(text);
    expect(failure?.text).toMatch(why);
    expect(failure?.text).toMatch(/\(limit (madeSize|evaluatedSize)\)$/);
  });
});

describe('what is printed', () => {
  it('cannot steer the terminal, whatever a script or a node says', async () => {
    const { out } = await run(
      `### a \u001b[2J title\n${two}send a data { data: text("x") }\nexpect b data { data: file("\u009b2J") }\n`,
    );
    expect(out).toContain('a \\u001b[2J title (');
    expect(out).toContain('own.packet:5: there is no file "\\u009b2J" beside the script');
    expect(out.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
  });
});

describe('a secret', () => {
  it.each([
    ['of the environment', 'text(env("PEERSCOPE_TEST_SECRET"))'],
    ['of a person', 'text(prompt("word"))'],
    ['in a file name', 'file(env("PEERSCOPE_TEST_SECRET"))'],
    ['in the name of a protocol', 'encode(env("PEERSCOPE_TEST_SECRET"), "data", { })'],
  ])('%s is in no failure', async (_, value) => {
    const secret = 'hunter2secret';
    process.env.PEERSCOPE_TEST_SECRET = secret;
    const script = `${two}send a data { data: text("other") }\nexpect b data { data: ${value} } within 200ms\n`;
    for (const format of ['--json', '--junit']) {
      const { out, err, status } = await run(script, format, ...(value.includes('prompt') ? ['--set', `word=${secret}`] : []));
      expect(status).toBe(1);
      const told = out + err;
      expect(told).toContain('secret, 13 bytes');
      expect(told).not.toContain(secret);
      expect(told).not.toContain(Buffer.from(secret).toString('hex').slice(0, 12));
    }
    delete process.env.PEERSCOPE_TEST_SECRET;
  });
});

describe('blocks', () => {
  it('send what each round makes', async () => {
    const script =
      '@n = 1\nfor i in range(3) {\n  @n = add(n, n, i)\n  send a data { raw: uint(n, 2) }\n}\nrepeat 2 { send a data { raw: ff } }';
    expect((await sent(script)).heard).toEqual(['0002', '0005', '000c', 'ff', 'ff']);
  });

  it('say in which round something failed', async () => {
    const script = `${two}for x in [01 02, 03 04] {\n  send a data { data: x }\n  expect b data { data: 01 02 } within 200ms\n}`;
    const [failure] = await failures(script);
    expect(failure).toMatchObject({
      line: 5,
      text: 'data came with another data: expected hex(0102), got hex(0304) (round 2 of 2)',
    });
  });

  it('fail where their count or list is none', async () => {
    expect((await failures('@n = text("x")\nrepeat slice(n, 0) { wait 1ms }'))[0]?.text).toBe(
      'a block is repeated a number of times',
    );
    expect((await failures('@n = subtract(1, 2)\nrepeat n { wait 1ms }'))[0]).toEqual({
      ...{ line: 2, text: 'a block is repeated a number of times: 0 or more' },
    });
    expect((await failures('for n in env("PATH") { wait 1ms }'))[0]?.text).toBe('"for" takes a list: [1, 2], range(10)');
  });
});

describe('what is made for one message', () => {
  it('is no more than a limit, however it is made', async () => {
    const many = Array.from({ length: 40 }, () => 'repeat(hex(00), 16777216)').join(', ');
    const [failure] = await failures(`${two}send a data { data: sha512(concat(${many})) }`);
    expect(failure?.text).toContain('(limit evaluatedSize)');
  });
});
