/** How JSON objects travel: one a datagram, or in a stream with a length before each, or back to back. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export type Framing = 'length' | 'back-to-back';
export type Transport = { readonly kind: 'udp' } | { readonly kind: 'tcp'; readonly framing: Framing };

export interface JsonLink {
  readonly remotePort: number;
  send(json: string): void;
}

export type Arrived = (json: string, link: JsonLink) => void;

/** One end of all links of a peer. */
export interface JsonPort {
  readonly port: number;
  dial(port: number): Promise<JsonLink>;
  close(): void;
}

const HOST = '127.0.0.1';
const LENGTH = 4;

export function openPort(transport: Transport, arrived: Arrived): Promise<JsonPort> {
  return transport.kind === 'udp' ? openUdp(arrived) : openTcp(transport.framing, arrived);
}

async function openUdp(arrived: Arrived): Promise<JsonPort> {
  const socket = createSocket('udp4').bind(0, HOST);
  await once(socket, 'listening');
  const links = new Map<number, JsonLink>();
  const linkTo = (remotePort: number): JsonLink => {
    const link = links.get(remotePort) ?? { remotePort, send: (json) => socket.send(json, remotePort, HOST) };
    links.set(remotePort, link);
    return link;
  };
  socket.on('message', (bytes, { port }) => arrived(bytes.toString(), linkTo(port)));
  return { port: socket.address().port, dial: async (port) => linkTo(port), close: () => void socket.close() };
}

async function openTcp(framing: Framing, arrived: Arrived): Promise<JsonPort> {
  const sockets: Socket[] = [];
  const linkOf = (socket: Socket): JsonLink => {
    sockets.push(socket);
    const link = { remotePort: socket.remotePort!, send: (json: string) => void socket.write(framed(json, framing)) };
    let bytes: Buffer = Buffer.alloc(0);
    socket.on('error', () => {});
    socket.on('data', (more) => {
      bytes = Buffer.concat([bytes, more as Buffer]);
      for (let next = take(bytes, framing); next !== undefined; next = take(bytes, framing)) {
        bytes = next.rest;
        arrived(next.json, link);
      }
    });
    return link;
  };
  const server = createServer((socket) => void linkOf(socket)).listen(0, HOST);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    dial: async (port) => {
      const socket = connect(port, HOST);
      await once(socket, 'connect');
      return linkOf(socket);
    },
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

function framed(json: string, framing: Framing): Buffer {
  const object = Buffer.from(json);
  if (framing === 'back-to-back') return object;
  const length = Buffer.alloc(LENGTH);
  length.writeUInt32BE(object.length);
  return Buffer.concat([length, object]);
}

function take(bytes: Buffer, framing: Framing): { readonly json: string; readonly rest: Buffer } | undefined {
  if (framing === 'back-to-back') {
    const end = objectEnd(bytes);
    return end === undefined ? undefined : { json: bytes.subarray(0, end).toString(), rest: bytes.subarray(end) };
  }
  if (bytes.length < LENGTH) return undefined;
  const end = LENGTH + bytes.readUInt32BE();
  return bytes.length < end ? undefined : { json: bytes.subarray(LENGTH, end).toString(), rest: bytes.subarray(end) };
}

/** Where the first object closes. Braces inside strings count for nothing. */
function objectEnd(bytes: Buffer): number | undefined {
  let depth = 0;
  let quoted = false;
  for (let at = 0; at < bytes.length; at++) {
    const character = String.fromCharCode(bytes[at]!);
    if (quoted && character === '\\') at++;
    else if (character === '"') quoted = !quoted;
    else if (!quoted && character === '{') depth++;
    else if (!quoted && character === '}' && --depth === 0) return at + 1;
  }
  return undefined;
}
