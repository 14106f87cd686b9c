/** Many others at once. */
import { describe, expect, it } from 'vitest';
import { p2p } from '../../../dissector/protocols/p2p/index.ts';
import { p2pke } from '../../../dissector/protocols/p2pke/index.ts';
import { p2ppacket } from '../../../dissector/protocols/p2ppacket/index.ts';
import { isReady, start, told } from './start.ts';

const CROWD = 200;
/** Each computes for milliseconds, all in this thread, and asks again after a second, five times. */
const COMPUTING_CROWD = 40;
const patience = { timeout: 100_000, interval: 50 };

describe('one node', () => {
  it(`shakes hands on ${CROWD} connections of p2p at once`, async () => {
    // 2^255 - 19: the handshake is the same in a small group, and takes less time.
    const identity = JSON.stringify({ param_p: (2n ** 255n - 19n).toString(16), param_g: '2' });
    const node = await start(p2p, { identity });
    const others = await start(p2p, { identity }, node.socket.local);
    for (let n = 1; n < CROWD; n++) others.socket.dial(node.socket.local);
    await expect.poll(() => isReady(node, CROWD) && isReady(others, CROWD), patience).toBe(true);
    // HELLO_ACK and FIN_ACK; HELLO and FIN.
    expect([node.socket.node.counts.sent, others.socket.node.counts.sent]).toEqual([2 * CROWD, 2 * CROWD]);
    expect([...told(node), ...told(others)]).toEqual([]);
  });

  it.each([p2pke, p2ppacket])(`shakes hands with ${COMPUTING_CROWD} initiators of $id at once`, async (protocol) => {
    const node = await start(protocol);
    const others = await Promise.all(Array.from({ length: COMPUTING_CROWD }, () => start(protocol, {}, node.socket.local)));
    await expect.poll(() => isReady(node, COMPUTING_CROWD) && others.every((each) => isReady(each)), patience).toBe(true);
    const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);
    const heard = () => [node.socket.node.counts.received, sum(others.map(({ socket }) => socket.node.counts.received))];
    const said = () => [sum(others.map(({ socket }) => socket.node.counts.sent)), node.socket.node.counts.sent];
    await expect.poll(() => [heard().join(), said().join()], patience).toSatisfy(([all, sent]) => all === sent);
    expect([node.socket.node.counts.dropped, node.socket.unsent, told(node)]).toEqual([0, 0, []]);
  });
});
