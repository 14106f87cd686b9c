/** Packet scripts as a person runs them: those that are shipped, and those that fail. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { project, samples } from '../../../extension/workbench/paths.ts';
import { jsonLines, lines, peerscope, temporary } from './help.ts';

const scripts = readdirSync(samples).filter((name) => name.endsWith('.packet'));
const run = (text: string, ...args: string[]) => peerscope(['run', temporary('own.packet', text), ...args]);
const two = 'node b = p2pke listen 127.0.0.1:0\nnode a = p2pke dial b\n';
const handed = 'node b = p2pke listen 127.0.0.1:0\nnode a = p2pke dial b manual\n';

describe('the scripts among the samples', () => {
  it('are there for every protocol', () => {
    expect(scripts.sort()).toEqual(['botd.packet', 'p2p.packet', 'p2pke.packet', 'p2ppacket.packet', 'ptpchat.packet']);
  });

  it.each(scripts)(
    '%s holds against our own nodes',
    async (name) => {
      const { status, out, err } = await peerscope(['run', join(samples, name)]);
      expect(err).toBe('');
      expect(lines(out).filter((line) => !line.startsWith('ok '))).toEqual([
        expect.stringMatching(/^\d+ sections: \d+ passed, 0 failed$/),
      ]);
      expect(status).toBe(0);
    },
    60_000,
  );
});

describe('the script of a README', () => {
  it.each(['README.md', 'syntaxes/README.md'])('holds in %s', async (name) => {
    const readme = readFileSync(join(project, name), 'utf8');
    const blocks = [...readme.matchAll(/^```\n(###[^`]*)^```$/gm)].map(([, text]) => text!);
    expect(blocks.length).toBeGreaterThan(0);
    const { status, out } = await run(blocks.join('\n'));
    const sections = blocks.join('\n').match(/^### /gm)!.length;
    expect(out).toContain(`${sections} sections: ${sections} passed, 0 failed`);
    expect(status).toBe(0);
  });
});

describe('a script', () => {
  it.each([
    [
      'fills in what a record leaves out',
      'send a InitHello { payload: { cipher_suites: ["25519_ChaChaPoly_BLAKE2b"] } }\nexpect b InitHello { payload: { timestamp_tai64n: any } }\nexpect a RespHello',
    ],
    [
      'leaves out what is none',
      'send a InitHello { payload: { auth_claim: none } }\nexpect b InitHello { payload: { timestamp_tai64n: any } }\nexpect a nothing for 200ms',
    ],
    [
      'compares records with those of answers',
      'send a InitHello\nexpect b InitHello as one\nexpect a RespHello\nsend a InitHello { direction: 0, counter: 0, e: one.e, payload: one.payload }\nexpect b InitHello { payload: one.payload }',
    ],
  ])('%s', async (_, text) => {
    const { status, out } = await run(handed + text);
    expect(out).toContain('1 section: 1 passed, 0 failed');
    expect(status).toBe(0);
  });

  it('sends nothing that it does not say, at its end neither', async () => {
    const folder = dirname(temporary('a.pcap', ''));
    const { out } = await run(`${handed}send a InitHello { raw: hex(01) }\nwait 100ms`, '--record', folder, '--json');
    const decoded = await peerscope(['frames', jsonLines(out)[0].recording, '--json']);
    expect(jsonLines(decoded.out)).toHaveLength(1);
  });

  it.each([
    [['InitHello', 'RespHello'], `${handed}send a InitHello\nexpect a RespHello\nwait 50ms`],
    [['InitHello', 'RespHello', 'InitDone'], `${handed}send a InitHello\nexpect a RespHello\nsend a InitDone\nwait 50ms`],
  ])('ends a manual node without a word of its own: %j', async (said, text) => {
    const folder = dirname(temporary('a.pcap', ''));
    const { out } = await run(text, '--record', folder, '--json');
    const decoded = await peerscope(['decode', jsonLines(out)[0].recording, '--json', '--filter', 'udp.port > 0']);
    const names = jsonLines(decoded.out).map(({ message }) => message);
    // The other node is automatic, and may close the session.
    expect(names.filter((name, at) => name !== 'closing' || at < said.length)).toEqual(said);
    expect(names.filter((name) => name === 'closing').length).toBe(said.includes('InitDone') ? 1 : 0);
  });

  it('keeps a capture of each section, with its keys', async () => {
    const folder = dirname(temporary('a.pcap', ''));
    const { out } = await run(
      `### One, two!\n${two}expect b InitDone\nsend a data { data: 01 02 }\nexpect b data\n### none\nwait 1ms\n`,
      '--record',
      folder,
      '--json',
    );
    const [first, second] = jsonLines(out);
    expect(second.recording).toBeUndefined();
    expect(first.recording).toBe(join(folder, 'own-1-one-two.pcapng'));
    expect(statSync(first.recording).mode & 0o777).toBe(0o600);
    const decoded = await peerscope(['decode', first.recording, '--json']);
    expect(jsonLines(decoded.out).map(({ message, state }) => `${message} ${state}`)).toEqual([
      ...['InitHello decoded', 'RespHello decoded', 'InitDone decoded', 'data decoded', 'closing decoded'],
    ]);
  });
});

describe('an expectation', () => {
  const p2p = 'node b = p2p listen 127.0.0.1:0 manual\nnode a = p2p dial b manual\n';
  const inside = `${p2p}send a HELLO { raw: hex(00) }\n`;
  const silent = handed.replace('127.0.0.1:0', '127.0.0.1:0 manual');
  const garbage = `${silent}send a InitHello\nexpect b InitHello\nsend b RespHello { raw: hex(80 00 00 01 ${'aa '.repeat(80)}) }\n`;

  it.each([
    [`${inside}expect b HELLO within 300ms`, 'HELLO came, but it is incomplete ("state incomplete" accepts it)'],
    [`${inside}expect b HELLO state encrypted within 300ms`, 'HELLO came, but it is incomplete ("state incomplete" accepts it)'],
    [`${garbage}expect a RespHello within 300ms`, /^RespHello came, but it is (encrypted|malformed)/],
    [`${two}expect b InitDone state malformed within 300ms`, 'InitDone came, but it is decoded ("state decoded" accepts it)'],
  ] as const)('%j takes what is whole and readable, unless it says otherwise', async (text, why) => {
    const [{ failure }] = jsonLines((await run(text, '--json')).out);
    expect(failure?.text).toEqual(typeof why === 'string' ? why : expect.stringMatching(why));
  });

  it.each([
    `${inside}expect b HELLO state incomplete`,
    `${inside}expect b HELLO as one state any within 2s`,
    `${garbage}expect a RespHello within 1s state any`,
    `${two}expect b InitDone state decoded`,
  ])('%j takes the state that it names', async (text) => {
    expect((await run(text)).status).toBe(0);
  });

  it('waits for the rest of a message that a slow writer sends', async () => {
    const slow = `${inside}wait 200ms\nsend a HELLO { raw: hex(00 00 01 01 30 05 07) }\nexpect b HELLO within 1s state any`;
    expect((await run(slow)).status).toBe(0);
  });

  it('names no state that there is not', async () => {
    const { out } = await run(`${two}expect b InitDone state encypted`, '--json');
    expect(jsonLines(out)[0].failure.text).toBe('a message has no state "encypted": did you mean encrypted?');
  });
});

describe('a script that fails', () => {
  it.each([
    [`${two}expect b InitHello { counter: 7 } `, 3, 'InitHello came with another counter: expected 7, got 0'],
    [`${two}expect b InitHello { nothing: 7 }`, 3, 'InitHello came with another nothing: expected 7, there is none'],
    [`${two}expect b closing within 1500ms`, 3, /^closing did not come within 1500 ms: came InitHello.*, InitDone/],
    [`${two}expect b InitDone\nsend a data\nexpect b nothing for 300ms`, 5, 'data came, and nothing was expected'],
    [`${two}expect a close within 100ms`, 3, 'a is not closed within 100 ms'],
    ['send z data', 1, 'there is no node "z" here: none at all'],
    ['node a = p9 listen 127.0.0.1:0', 1, 'there is no protocol "p9": did you mean p2p?'],
    ['node a = p2pke listen 192.0.2.1:0', 1, '192.0.2.1 is beyond this machine: --allow 192.0.2.1 says that this is meant'],
    ['node a = p2pke dial nobody', 1, '"nobody" is neither an address like 127.0.0.1:7000 nor a node: none at all'],
    ['node a = p2pke listen 127.0.0.1:0 as king', 1, 'p2pke has no role "king": initiator, responder'],
    [`${two}send a data { data: retry.cookie }`, 3, /^there is nothing named "retry": no expectation/],
    [`${two}send a data { conter: 3 }`, 3, 'data has no field "conter" here: did you mean counter?'],
    [`${two}send a data { data: flip(valid, 1), counter: text("x") }`, 3, 'counter is an integer (31 bits of a u32)'],
    [
      `${two}expect b InitDone\nsend a data\nexpect b data\nexpect b no data for 50ms\nsend a data\nexpect b no data for 300ms`,
      8,
      'data came, and none was expected',
    ],
    // What came between the sending and the silence counts.
    [`${handed}send a InitHello\nexpect b InitHello\nexpect a nothing for 300ms`, 5, 'RespHello came, and nothing was expected'],
    [`${two}expect b InitDone\n@a = [1, 2]\n${Array.from({ length: 30 }, () => '@a = [a, a]').join('\n')}`, 21, /limit madeSize/],
  ] as const)('%j says in which line, and why', async (text, line, why) => {
    const { status, out } = await run(text, '--json');
    expect(status).toBe(1);
    const [{ failure }] = jsonLines(out);
    expect(failure).toEqual({ line, text: typeof why === 'string' ? why : expect.stringMatching(why) });
  });

  it('does not keep the other sections from being run', async () => {
    const { status, out } = await run(`### one\nsend z data\n### two\nwait 1ms\n`);
    expect(status).toBe(1);
    expect(lines(out)).toEqual([
      expect.stringMatching(/^failed {2}.*own\.packet: one \(/),
      expect.stringMatching(/own\.packet:2: there is no node "z" here: none at all$/),
      expect.stringMatching(/^ok {6}.*own\.packet: two \(/),
      '2 sections: 1 passed, 1 failed',
    ]);
  });

  it('is a failure in the XML of JUnit', async () => {
    const { out } = await run('### "a" & <b>\nsend z data\n### c\n', '--junit');
    expect(out).toContain('tests="2" failures="1"');
    expect(out).toContain('name="&quot;a&quot; &amp; &lt;b&gt;"');
    expect(out).toMatch(/<failure message=".*own\.packet:2: there is no node &quot;z&quot; here: none at all"\/>/);
    expect(out).toMatch(/name="c" time="[\d.]+"\/>/);
  });

  it('has no character in the XML of JUnit that XML has no place for', async () => {
    const { out } = await run('### a\ufffe\uffff\u0000\u001b]]><!-- \ud83d b\nsend z data\n', '--junit');
    expect(out).toContain('name="a    ]]&gt;&lt;!--');
    expect(out).not.toMatch(/[\p{Cs}\ufffe\uffff]|(?!\n)\p{Cc}/u);
  });
});

describe('what is no script', () => {
  it('is not run at all, and every mistake has its line', async () => {
    const { status, err } = await run('node a = p2pke hear 127.0.0.1:0\nwait\nexpect\n');
    expect(status).toBe(3);
    expect(err).toContain('own.packet:1: expected "listen", "dial" or "relay", not "hear"');
    expect(err).toContain('own.packet:2: expected a time like 2s, 500ms or 5min, not the end of the line');
    expect(err).toContain('own.packet:3: expected the name of a node, not the end of the line');
  });

  it('is told when it cannot be read, or none is named', async () => {
    expect((await peerscope(['run', '/nowhere.packet'])).err).toContain(
      'The script /nowhere.packet cannot be read. There is no such file.',
    );
    expect((await peerscope(['run'])).status).toBe(3);
  });
});
