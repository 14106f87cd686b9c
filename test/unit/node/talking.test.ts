/** Two nodes of each protocol over real sockets of this machine: what both recorded is what both say they sent. */
import { afterEach, describe, expect, it } from 'vitest';
import { type OpenedCapture, openBytes, type Protocol, protocols, toHex } from '../../../dissector/index.ts';
import { type Address, Choices } from '../../../dissector/protocol/index.ts';
import { type NodeEvent, Recorder } from '../../../dissector/testnode/index.ts';
import { wallClock } from '../../../extension/node/sockets/clock.ts';
import { SocketNode } from '../../../extension/node/sockets/socketnode.ts';

interface Talker {
  readonly socket: SocketNode;
  readonly events: NodeEvent[];
  capture(): OpenedCapture;
}

const running: SocketNode[] = [];
afterEach(async () => {
  for (const each of running.splice(0)) await each.stop();
});

async function start(
  protocol: Protocol,
  transport: 'udp' | 'tcp',
  ip: string,
  identity: string,
  dialled?: Address,
): Promise<Talker> {
  const events: NodeEvent[] = [];
  const chunks: Uint8Array[] = [];
  const recorder = new Recorder({
    ...{ transport, secrets: true, application: 'test', now: wallClock },
    write: (bytes) => void chunks.push(bytes.slice()),
  });
  const happened = (event: NodeEvent): void => {
    events.push('bytes' in event ? { ...event, bytes: event.bytes.slice() } : event);
    recorder.record(event);
  };
  const socket = await SocketNode.start(
    {
      protocol,
      transport,
      identity,
      choices: new Choices(),
      listen: dialled === undefined ? { ip, port: 0 } : undefined,
      happened,
    },
    dialled,
  );
  running.push(socket);
  const capture = (): OpenedCapture => {
    const decodeAs = [`${transport}.port == ${dialled?.port ?? socket.local.port} -> ${protocol.id}`];
    const opened = openBytes(Uint8Array.from(Buffer.concat(chunks)), { decodeAs });
    if ('problem' in opened) throw new Error(opened.problem.text);
    return opened;
  };
  return { socket, events, capture };
}

const sent = ({ events }: Talker) => events.flatMap((event) => (event.kind === 'sent' ? [toHex(event.bytes)] : [])).join('\n');
const heard = ({ events }: Talker) =>
  events.flatMap((event) => (event.kind === 'received' ? [toHex(event.bytes)] : [])).join('\n');
const grave = ({ events }: Talker) => events.flatMap((event) => (event.kind === 'told' && event.grave ? [event.text] : []));
/** Streams have no borders between writes. */
const joined = (text: string) => text.replaceAll('\n', '');

const spoken = protocols.flatMap((protocol) =>
  (protocol.peer?.transports ?? []).flatMap((transport) =>
    ['127.0.0.1', '::1'].map((ip) => ({ protocol, transport, ip, id: protocol.id })),
  ),
);

describe('two nodes over real sockets', () => {
  it.each(spoken)('speak $id over $transport at $ip', async ({ protocol, transport, ip }) => {
    const identity = await protocol.peer!.createIdentity((length) => crypto.getRandomValues(new Uint8Array(length)));
    const listening = await start(protocol, transport, ip, identity);
    const dialling = await start(protocol, transport, ip, identity, listening.socket.local);
    const ready = ({ socket: { node } }: Talker) => node.links.length > 0 && node.links.every(({ id }) => node.status(id).ready);
    await expect.poll(() => ready(listening) && ready(dialling), { timeout: 20_000 }).toBe(true);
    await dialling.socket.stop();
    await expect.poll(() => joined(heard(listening)), { timeout: 10_000 }).toBe(joined(sent(dialling)));
    for (const each of [listening, dialling]) {
      const messages = [...each.capture().messages()];
      expect(messages.length).toBeGreaterThan(1);
      expect(messages.filter(({ state }) => state !== 'decoded')).toEqual([]);
      expect(messages.flatMap(({ findings }) => findings.filter(({ severity }) => severity !== 'note'))).toEqual([]);
      expect(grave(each)).toEqual([]);
    }
    expect(joined(heard(dialling))).toBe(joined(sent(listening)).slice(0, joined(heard(dialling)).length));
    // Datagrams of both directions may cross: each direction has one order.
    const names = (talker: Talker, by: string) =>
      [...talker.capture().messages()].filter(({ src }) => src.endsWith(`:${by}`)).map(({ message }) => message);
    const port = String(listening.socket.local.port);
    expect(names(dialling, port)).toEqual(names(listening, port).slice(0, names(dialling, port).length));
  });
});
