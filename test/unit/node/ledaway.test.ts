/** A received message leads a node to no address that nobody has named: not beyond this machine, and to no name. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { describe, expect, it, vi } from 'vitest';
import type { Protocol } from '../../../dissector/index.ts';
import { ptpchat } from '../../../dissector/protocols/ptpchat/index.ts';
import { endsWithTest } from '../endings.ts';
import { start, told } from './start.ts';

/** A protocol whose messages are addresses that its node is to reach: as introductions of p2ppacket and CONNECT of ptpchat do it. */
function obedient(): Protocol {
  const begin: NonNullable<Protocol['peer']>['start'] = (context) => ({
    opened: () => {},
    received: (link, bytes) => {
      const [ip = '', port] = new TextDecoder().decode(bytes).split(' ');
      const reached = context.reach({ ip, port: Number(port) });
      context.tell(link, `${ip} ${reached === undefined ? 'is not reached' : 'is reached'}`);
    },
    timer: () => {},
    closed: () => {},
    shutdown: () => {},
    status: () => ({ state: 'open', doc: 'There is one state.', ready: true }),
    allowedMessages: () => [],
    fill: (_link, _message, given) => given,
    emit: () => new Uint8Array(1),
  });
  return { ...ptpchat, id: 'obedient', peer: { ...ptpchat.peer!, createIdentity: async () => '{}', start: begin } };
}

async function asked(names: readonly string[], mayReach?: (ip: string) => boolean): Promise<readonly string[]> {
  const node = await start(obedient(), { transport: 'udp', ...(mayReach === undefined ? {} : { mayReach }) });
  const socket = createSocket('udp4');
  endsWithTest(() => void socket.close());
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  for (const name of names) socket.send(name, node.socket.local.port, '127.0.0.1');
  await vi.waitFor(() => expect(told(node)).toHaveLength(names.length), 10_000);
  return told(node).toSorted();
}

describe('an address in a message', () => {
  it('is reached on this machine alone', async () => {
    const named = [
      '192.0.2.1 9',
      '2001:db8::1 9',
      'localhost 9',
      'example.org 9',
      '0.0.0.0 9',
      '::ffff:192.0.2.1 9',
      '127.0.0.1.example.org 9',
    ];
    expect(await asked(named)).toEqual(named.map((name) => `${name.split(' ')[0]} is not reached`).toSorted());
    expect(await asked(['127.0.0.1 9'])).toEqual(['127.0.0.1 is reached']);
  });

  it('is reached beyond it where a person has allowed that one', async () => {
    const only = (ip: string) => ip === '192.0.2.1';
    expect(await asked(['192.0.2.1 9', '192.0.2.2 9'], only)).toEqual(['192.0.2.1 is reached', '192.0.2.2 is not reached']);
  });
});
