import { describe, expect, it } from 'vitest';
import { lines, type Member } from './network.ts';
import { pair, quiet, said, three } from './ptpchat.build.ts';

/** The sockets of its CONNECTs, with an arrow for what the member sent and received. */
const connects = (member: Member) =>
  lines(member).flatMap(({ message, fields, src: from }) => {
    const { dst, src } = fields as Record<string, string>;
    return message === 'CONNECT' ? [`${from.endsWith(`:${member.address.port}`) ? '>' : '<'} ${dst} ${src}`] : [];
  });
const nodeOf = (member: Member) => (lines(member)[0]!.fields as { node_id: string }).node_id;

describe('CONNECT over three nodes of ptpchat', () => {
  it.each(['127.0.0.1', '2001:db8::5'])('opens a path in five steps, over which both then talk, at %s', async (ip) => {
    const { network, a, s, c } = await three('udp', ip);
    network.run(10_000);
    a.node.send(1, 'CONNECT');
    network.run(3000);
    expect(connects(s)).toEqual([`< ${ip} 7101`, `> ${ip}:7101 ${ip}`, `< ${ip}:7101 7102`, `> ${ip}:7102 ${ip}:7101`]);
    for (const [member, port] of [
      [a, 7102],
      [c, 7101],
    ] as const) {
      const link = member.node.links.find(({ remote }) => remote.port === port)!;
      expect(member.node.status(link.id)).toMatchObject({ state: 'neighbours', ready: true });
    }
    const link = a.node.links.find(({ remote }) => remote.port === 7102)!;
    a.node.send(link.id, 'GETCERTIFICATE');
    network.run(15_000);
    expect(said(c)).toContain('> CERTIFICATE');
    expect(quiet(a, s, c)).toEqual([]);
  });

  it('names the nodes as real ones do', async () => {
    const { network, a, s, c } = await three();
    a.node.send(1, 'CONNECT', { dst: '127.0.0.1' });
    network.run(100);
    const ids = lines(s).flatMap(({ message, fields }) => {
      const { src_node_id, dst_node_id } = fields as Record<string, string>;
      return message === 'CONNECT' ? [[src_node_id, dst_node_id]] : [];
    });
    const [first, second] = [nodeOf(a), nodeOf(c)];
    expect(ids).toEqual([
      [first, undefined],
      [second, first],
      [second, first],
      [first, second],
    ]);
  });

  it('finds a node by its id, and says when there is none', async () => {
    const { network, a, s, c } = await three();
    network.run(10_000);
    a.node.send(1, 'CONNECT', { dst_node_id: nodeOf(c) });
    network.run(100);
    expect(connects(a)).toHaveLength(2);
    expect(() => a.node.send(1, 'CONNECT', { dst_node_id: 'nobody' })).toThrow('CONNECT needs dst');
    a.node.send(1, 'CONNECT', { dst: '192.0.2.1', dst_node_id: 'nobody' });
    network.run(100);
    expect(s.complaints()).toEqual(['A CONNECT asks for a path to a node that this one does not help to reach.']);
  });

  it('reaches nobody that this node has not asked for', async () => {
    const { network, a, s } = await three();
    s.node.send(1, 'CONNECT', { dst: '127.0.0.1:7109', src: '127.0.0.1:7101' });
    s.node.send(1, 'CONNECT', { dst: 'nowhere', src: '-' });
    network.run(100);
    expect(a.complaints()).toHaveLength(2);
    expect(a.node.links).toHaveLength(1);
  });

  it('cannot open a path over TCP', async () => {
    const { network, a, s, c } = await three('tcp');
    a.node.send(1, 'CONNECT', { dst: '127.0.0.1' });
    network.run(100);
    expect(connects(s)).toHaveLength(2);
    expect(c.complaints()).toEqual(['127.0.0.1:7101 cannot be reached.']);
  });

  it('is not helped by a client', async () => {
    const { network, a, b } = await pair({}, { role: 'client' });
    network.run(100);
    a.node.send(1, 'CONNECT', { dst: '127.0.0.1' });
    network.run(100);
    expect(b.complaints()).toHaveLength(1);
  });
});
