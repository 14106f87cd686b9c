import { expect, it } from 'vitest';
import { defaultLimits } from '../../../dissector/bytes/index.ts';
import { ptpchat } from '../../../dissector/protocols/ptpchat/index.ts';
import { Network } from './network.ts';
import { identities } from './ptpchat.build.ts';

it('unfinished objects on all connections of ptpchat together have a limit', async () => {
  const node = await new Network().add(ptpchat, { port: 9001, transport: 'tcp', identity: identities[0]! });
  const part = new Uint8Array(defaultLimits.frameLength - 1024).fill(0x20);
  part.set(new TextEncoder().encode('{"msg_type":'));
  const fill = (port: number): number => {
    const { id } = node.node.opened({ ip: '127.0.0.1', port }, node.address, false)!;
    node.node.received(id, part);
    return id;
  };
  const links = [1, 2, 3, 4].map((n) => fill(7000 + n));
  expect(node.node.links.map(({ id }) => id)).toEqual(links);
  fill(7005);
  const why = 'Parts of objects on all connections are over the limit pendingStream.';
  expect([node.node.links.map(({ id }) => id), node.complaints()]).toEqual([links, [why]]);
  // What is closed holds nothing any more.
  node.node.closed(links[0]!, 'closed by the other side', false);
  const next = fill(7006);
  expect(node.node.links.map(({ id }) => id)).toEqual([...links.slice(1), next]);
});
