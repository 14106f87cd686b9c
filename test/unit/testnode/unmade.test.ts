/** A message that waited and cannot be made any more is told of, and throws nowhere. */
import { expect, it } from 'vitest';
import type { Protocol } from '../../../dissector/index.ts';
import { ptpchat } from '../../../dissector/protocols/ptpchat/index.ts';
import { Network } from './network.ts';

it.each(['udp', 'tcp'] as const)('goes away when the node becomes automatic, over %s', async (transport) => {
  const begin: NonNullable<Protocol['peer']>['start'] = (context) => ({
    opened: ({ id, dialled }) => void (dialled && context.send(id, 'HELLO')),
    received: () => {},
    timer: () => {},
    closed: () => {},
    shutdown: () => {},
    status: () => ({ state: 'open', doc: 'There is one state.', ready: true }),
    allowedMessages: () => [],
    fill: (_link, _message, given) => given,
    emit: () => {
      throw new Error('The handshake is not complete.');
    },
  });
  const protocol = { ...ptpchat, id: 'unmade', peer: { ...ptpchat.peer!, createIdentity: async () => '{}', start: begin } };
  const network = new Network();
  const [a, b] = [
    await network.add(protocol, { port: 1, transport, mode: 'step' }),
    await network.add(protocol, { port: 2, transport }),
  ];
  a.dial(b);
  expect(a.node.held).toHaveLength(1);
  a.node.mode = 'automatic';
  expect(a.node.held).toEqual([]);
  expect(a.complaints()).toEqual(['A message that waited is not sent: The handshake is not complete.']);
});
