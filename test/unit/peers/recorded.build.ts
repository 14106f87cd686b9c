/** A test node on real sockets with the recording of what it says and hears; what a test opens ends with the test. */
import { afterEach, expect } from 'vitest';
import { type OpenedCapture, openBytes, type Protocol } from '../../../dissector/index.ts';
import type { Address } from '../../../dissector/protocol/index.ts';
import { type NodeEvent, Recorder } from '../../../dissector/testnode/index.ts';
import { wallClock } from '../../../extension/node/sockets/clock.ts';
import type { SocketNode, SocketNodeOptions } from '../../../extension/node/sockets/socketnode.ts';
import { start } from '../node/start.ts';

/** Only ends what hangs. */
const patience = { timeout: 60_000, interval: 10 };

export interface RecordedNode {
  readonly socket: SocketNode;
  /** Lines of its key log. */
  readonly keys: readonly string[];
  /** Sentences about what it does not like. */
  complaints(): string[];
  /** What it has recorded so far, opened with these keys. */
  opened(keys?: readonly string[]): OpenedCapture;
  sends(message: string, values?: Parameters<SocketNode['node']['send']>[2]): void;
}

export async function startRecorded(
  protocol: Protocol,
  wish: Partial<Omit<SocketNodeOptions, 'limits' | 'happened'>> = {},
  dialled?: Address,
): Promise<RecordedNode> {
  const [events, keys, chunks]: [NodeEvent[], string[], Uint8Array[]] = [[], [], []];
  const recorder = new Recorder({
    ...{ transport: wish.transport ?? protocol.peer!.transports[0]!, secrets: false, application: 'test', now: wallClock },
    write: (bytes) => void chunks.push(bytes.slice()),
  });
  const happened = (event: NodeEvent): void => {
    recorder.record(event);
    events.push(event);
    if (event.kind === 'key') keys.push(event.line);
  };
  const { socket } = await start(protocol, { ...wish, happened }, dialled);
  return {
    ...{ socket, keys },
    complaints: () => events.flatMap((event) => (event.kind === 'told' && event.grave ? [event.text] : [])),
    opened: (given = keys) => {
      const opened = openBytes(Uint8Array.from(Buffer.concat(chunks)), { keys: [given.join('\n')], protocols: [protocol] });
      if ('problem' in opened) throw new Error(opened.problem.text);
      return opened;
    },
    sends: (message, values) => socket.node.send(socket.node.links[0]!.id, message, values),
  };
}

/** What the recording is criticised for. How regularly a busy machine says HELLO is no concern of these tests. */
export function findings(node: RecordedNode): string[] {
  return [...node.opened().findings()]
    .filter(({ severity, rule }) => severity !== 'note' && rule !== 'ptpchat.hello-interval')
    .map(({ rule }) => rule);
}

export function until(condition: () => boolean): Promise<void> {
  return expect.poll(condition, patience).toBe(true);
}

const open: { close(): void }[] = [];
afterEach(() => {
  for (const each of open.splice(0)) each.close();
});

export function endsWithTest<T extends { close(): void }>(each: T): T {
  open.push(each);
  return each;
}
