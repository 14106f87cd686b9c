/** The other side of a conversation in p2pke, for a program that is debugged. */
import { randomBytes } from 'node:crypto';
import { Choices } from '../../../dissector/protocol/index.ts';
import { protocols } from '../../../dissector/protocols/index.ts';
import { nodeLimits } from '../../../dissector/testnode/index.ts';
import { SocketNode } from '../../../extension/node/sockets/socketnode.ts';

export interface Peer {
  /** Once it has its session. */
  ready(): Promise<void>;
  say(text: string): void;
  end(): Promise<void>;
}

/** Dials a port of this machine; `heard` is called for each datagram before anything is done with it. */
export async function dial(port: number, heard: (bytes: Uint8Array) => void): Promise<Peer> {
  const protocol = protocols.find(({ id }) => id === 'p2pke')!;
  const socket = await SocketNode.start(
    {
      ...{ protocol, transport: 'udp', choices: new Choices(), limits: nodeLimits, listen: undefined },
      identity: await protocol.peer!.createIdentity((length) => new Uint8Array(randomBytes(length))),
      happened: (event) => {
        if (event.kind === 'received') heard(event.bytes);
      },
    },
    { ip: '127.0.0.1', port },
  );
  const { node } = socket;
  return {
    ready: async () => {
      while (!node.links.some(({ id }) => node.status(id).ready)) await new Promise((later) => setTimeout(later, 10));
    },
    say: (text) => node.send(node.links[0]!.id, 'data', { data: new TextEncoder().encode(text) }),
    end: () => socket.stop(),
  };
}
