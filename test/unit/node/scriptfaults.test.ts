/** Faults of packet scripts, run by the command as a person does: what they do to messages, and which cannot happen. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { jsonLines, peerscope, temporary } from '../cli/help.ts';

const two = 'node b = p2pke listen 127.0.0.1:0\nnode a = p2pke dial b\n';
const apart = `${two.trimEnd()} manual\n`;
/** Both sides have all of the handshake: nothing but data comes from here on. */
const ready = `${two}expect a RespHello\nexpect b InitDone\n`;

/** Undefined, or where and why the one section failed. */
async function failureOf(text: string, ...args: string[]): Promise<{ line: number; text: string } | undefined> {
  const { out } = await peerscope(['run', temporary('faults.packet', text), '--json', ...args]);
  const [ran, ...more] = jsonLines(out);
  expect(more).toEqual([]);
  return ran.failure;
}

describe('a fault', () => {
  it('drop: the message does not come, the next one does', async () => {
    const text = `${ready}fault a drop data
send a data { data: 01 02 }
expect b nothing for 300ms
send a data { data: 03 04 }
expect b data { data: 03 04 }`;
    expect(await failureOf(text)).toBeUndefined();
    // The negative twin.
    expect(await failureOf(text.replace('fault a drop data', ''))).toEqual({
      line: 7,
      text: 'data came, and nothing was expected',
    });
  });

  it('duplicate: the message comes twice, the next one once', async () => {
    const text = `${ready}fault a duplicate data
send a data { data: 01 02 }
expect b data { data: 01 02 }
expect b data { data: 01 02 }
send a data { data: 03 04 }
expect b data { data: 03 04 }
expect b nothing for 300ms`;
    expect(await failureOf(text)).toBeUndefined();
    const without = await failureOf(text.replace('fault a duplicate data', '').replace(/02 \}\nsend/, '02 } within 200ms\nsend'));
    expect(without).toEqual({ line: 8, text: expect.stringMatching(/^data did not come within 200 ms: nothing came/) });
  });

  it('delay: the message comes, and not before its time', async () => {
    const text = `${ready}fault b delay=1000 data
send b data { data: 01 02 }
expect a nothing for 200ms
expect a data { data: 01 02 }`;
    expect(await failureOf(text)).toBeUndefined();
    expect(await failureOf(text.replace('delay=1000', 'delay=0'))).toMatchObject({ line: 7 });
  });

  it('flip: the message is not what it was, and is not answered', async () => {
    const text = `${apart}fault a flip=8 InitHello
send a InitHello
expect a nothing for 400ms
send a InitHello
expect a RespHello`;
    expect(await failureOf(text, '--seed', '1')).toBeUndefined();
    expect(await failureOf(text.replace('fault a flip=8 InitHello', ''))).toEqual({
      ...{ line: 5, text: 'RespHello came, and nothing was expected' },
    });
  });

  it('nth: the message of that number alone', async () => {
    const text = `${ready}fault a drop data nth 2
send a data { data: 01 01 }
send a data { data: 02 02 }
send a data { data: 03 03 }
expect b data { data: 01 01 }
expect b data { data: 02 02 } within 200ms`;
    expect(await failureOf(text)).toMatchObject({
      line: 10,
      text: expect.stringMatching(/^data came with another data: .*got hex\(0303\)$/),
    });
  });

  it('probability: by the seed of the run, the same ones again', async () => {
    const sends = Array.from({ length: 8 }, (_, n) => `send a data { data: 00 0${n} }\n`).join('');
    const text = `${ready}fault a drop data probability 0.5\n${sends}expect b closing within 500ms`;
    const count = async (seed: string): Promise<string> => (await failureOf(text, '--seed', seed))!.text;
    const one = await count('1');
    expect(await count('1')).toBe(one);
    const counts = new Set([one, await count('2'), await count('3'), await count('4'), await count('5')]);
    expect(counts.size).toBeGreaterThan(1);
  });

  it('concerns its own node, from where it stands on', async () => {
    const text = `${ready}send a data { data: 01 01 }
expect b data { data: 01 01 }
fault a drop data
send b data { data: 02 02 }
expect a data { data: 02 02 }
send a data { data: 03 03 }
expect b nothing for 200ms`;
    expect(await failureOf(text)).toBeUndefined();
  });
});

describe('a fault that cannot happen', () => {
  it.each([
    ['split data', 'the fault "split:data" is for TCP'],
    ['drp data', 'there is no fault "drp": did you mean drop?'],
    ['drop dta', 'p2pke has no message "dta": did you mean data?'],
    ['wrong-signature data', /^the fault "wrong-signature:data" has nothing to spoil: data has no signature/],
    ['flip=65537 data', 'the fault "flip=65537:data" goes too far: at most flip=65536'],
    ['drop data nth 0', /^"drop:data#0" is no fault/],
    ['drop data probability 2', /^"drop:data@2" is no fault/],
  ] as const)('%s: fails before anything is sent', async (fault, why) => {
    const socket = createSocket('udp4').bind(0, '127.0.0.1');
    await once(socket, 'listening');
    const { port } = socket.address();
    const first = once(socket, 'message');
    const failure = await failureOf(`node a = p2pke dial 127.0.0.1:${port}\nfault a ${fault}`);
    expect(failure).toEqual({ line: 2, text: typeof why === 'string' ? why : expect.stringMatching(why) });
    // What the node has sent would lie before it.
    socket.send('end', port, '127.0.0.1');
    expect(String((await first)[0])).toBe('end');
    socket.close();
  });

  it('the negative twin: a node that has none sends at once', async () => {
    const socket = createSocket('udp4').bind(0, '127.0.0.1');
    await once(socket, 'listening');
    const first = once(socket, 'message');
    expect(await failureOf(`node a = p2pke dial 127.0.0.1:${socket.address().port}\nfault a drop data`)).toBeUndefined();
    expect((await first)[0].length).toBeGreaterThan(100);
    socket.close();
  });
});
