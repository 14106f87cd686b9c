/** Two programs that are not ours: sockets that say what both sides of a recorded conversation said, in its order. */
import { createSocket, type Socket as Datagrams } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { memoryFile, openCapture } from '../../../dissector/capture/index.ts';
import { ConversationTable, PacketView, parsePacket, transport } from '../../../dissector/link/index.ts';

/** What one side said; 0 is who began. */
export interface Said {
  readonly side: 0 | 1;
  readonly bytes: Uint8Array;
}

export interface Played {
  readonly transport: 'udp' | 'tcp';
  readonly said: readonly Said[];
}

/** The conversations of a capture; bytes of a stream that came again are left out. */
export function conversationsIn(bytes: Uint8Array): Played[] {
  const opened = openCapture(memoryFile([bytes]));
  if ('problem' in opened) throw new Error(opened.problem.text);
  const { reader } = opened;
  while (reader.step(1 << 20));
  const view = new PacketView();
  const table = new ConversationTable();
  const all: {
    transport: 'udp' | 'tcp';
    said: Said[];
    next: [number, number];
    early: { side: 0 | 1; seq: number; bytes: Uint8Array }[];
  }[] = [];
  for (let frame = 0; frame < reader.frames.length; frame++) {
    const own = reader.frameBytes(frame);
    parsePacket(own, reader.frames.linkType(frame), view);
    const id = table.find(own, view);
    if (id < 0) continue;
    all[id] ??= { transport: view.transport === transport.tcp ? 'tcp' : 'udp', said: [], next: [-1, -1], early: [] };
    const { said, next, early, transport: kind } = all[id];
    const side = table.direction;
    const isNext = (each: { side: 0 | 1; seq: number }): boolean => each.side === side && each.seq <= all[id]!.next[side];
    const payload = own.slice(view.payloadStart, view.payloadEnd);
    if (kind === 'udp') said.push({ side, bytes: payload });
    else if (payload.length > 0) {
      if (next[side] < 0) next[side] = view.seq;
      early.push({ side, seq: view.seq, bytes: payload });
      // A segment may have overtaken others.
      for (let fits = early.find(isNext); fits !== undefined; fits = early.find(isNext)) {
        early.splice(early.indexOf(fits), 1);
        const known = next[side] - fits.seq;
        if (fits.bytes.length <= known) continue;
        said.push({ side, bytes: fits.bytes.subarray(known) });
        next[side] = fits.seq + fits.bytes.length;
      }
    }
  }
  return all.filter(({ said }) => said.length > 0);
}

/** Both programs, the second of which is dialled through something in between. */
export interface Programs {
  /** Where the second one listens. */
  readonly port: number;
  /** The first one goes to this port. */
  begin(port: number): Promise<void>;
  say(said: Said): void;
  /** What a side has heard so far: each datagram, or the stream as a whole. */
  heard(side: 0 | 1): readonly Uint8Array[];
  end(): void;
}

export async function programsOver(kind: 'udp' | 'tcp'): Promise<Programs> {
  return kind === 'udp' ? await overUdp() : await overTcp();
}

async function overUdp(): Promise<Programs> {
  const heard: [Uint8Array[], Uint8Array[]] = [[], []];
  const sockets: [Datagrams, Datagrams] = [createSocket('udp4'), createSocket('udp4')];
  const [first, second] = sockets;
  let to = 0;
  let answers = 0;
  for (const side of [0, 1] as const) {
    sockets[side].bind(0, '127.0.0.1');
    await once(sockets[side], 'listening');
    sockets[side].on('message', (bytes, from) => {
      heard[side].push(Uint8Array.from(bytes));
      if (side === 1) answers = from.port;
    });
  }
  return {
    port: second.address().port,
    begin: async (port) => {
      to = port;
    },
    say: ({ side, bytes }) => void sockets[side].send(bytes, side === 0 ? to : answers, '127.0.0.1'),
    heard: (side) => heard[side],
    end: () => {
      first.close();
      second.close();
    },
  };
}

async function overTcp(): Promise<Programs> {
  const heard: [Uint8Array[], Uint8Array[]] = [[], []];
  const sockets: Socket[] = [];
  const take = (side: 0 | 1, socket: Socket): void => {
    sockets[side] = socket;
    socket.on('error', () => {});
    socket.on('data', (bytes) => {
      heard[side] = [Buffer.concat([...heard[side], bytes])];
    });
  };
  const server = createServer((socket) => take(1, socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    begin: async (port) => {
      const socket = connect(port, '127.0.0.1');
      await once(socket, 'connect');
      take(0, socket);
      while (sockets[1] === undefined) await new Promise((resolve) => setTimeout(resolve, 5));
    },
    say: ({ side, bytes }) => void sockets[side]!.write(bytes),
    heard: (side) => heard[side],
    end: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
