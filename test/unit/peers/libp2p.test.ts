/** Nodes of the sample libp2p against js-libp2p, in both roles, on sockets of this machine. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { Protocol } from '../../../dissector/index.ts';
import * as library from '../../../dissector/index.ts';
import { Choices, KeyRing } from '../../../dissector/protocol/index.ts';
import { SocketRelay } from '../../../extension/node/sockets/socketrelay.ts';
// @ts-expect-error: a sample is JavaScript, as a person writes it.
import sample from '../../../media/samples/protocols/libp2p.js';
import * as ending from '../endings.ts';
import { endsWithTest, findings, type RecordedNode, startRecorded, until } from './recorded.build.ts';

const protocol = (sample as (given: typeof library) => Protocol)(library);
const program = fileURLToPath(new URL('./libp2ppeer.mjs', import.meta.url));

type Said = Readonly<Record<string, unknown>>;

/** js-libp2p, and what it said so far. */
function original(what: string): { readonly said: Said[]; find(name: string): Said | undefined } {
  const child = spawn(process.execPath, [program, what], { stdio: ['pipe', 'pipe', 'inherit'] });
  endsWithTest({ close: () => void child.kill('SIGKILL') });
  const said: Said[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => void said.push(JSON.parse(line) as Said));
  return { said, find: (name) => said.find((line) => name in line) };
}

const echoes = (node: RecordedNode) =>
  [...node.opened().messages()]
    .filter(({ fields }) => 'ping' in (fields as object))
    .map(({ src }) => Number(src.split(':').at(-1)));

/** Nothing is closed, nothing is broken, and without its keys the same recording shows none of it. */
function isWholeAndNeedsItsKeys(node: RecordedNode): void {
  const messages = [...node.opened().messages()];
  expect(messages.map(({ state }) => state)).toEqual(messages.map(() => 'decoded'));
  expect(messages.filter(({ message }) => message === 'data').length).toBeGreaterThan(4);
  expect(findings(node)).toEqual([]);
  expect(node.complaints()).toEqual([]);
  const closed = [...node.opened([]).messages()];
  expect(closed.filter(({ message }) => message === 'data')).toEqual([]);
  expect(closed.filter(({ state }) => state === 'encrypted').length).toBeGreaterThan(4);
}

describe('a libp2p node', () => {
  it('is dialled by js-libp2p, says who it is, and echoes', async () => {
    const node = await startRecorded(protocol);
    const peer = original(String(node.socket.local.port));
    await until(() => peer.said.filter((line) => 'pinged' in line).length === 2 && peer.find('identified') !== undefined);
    expect(peer.find('failed')).toBeUndefined();
    expect(peer.find('identified')).toMatchObject({ identified: 'peerscope', protocols: ['/ipfs/id/1.0.0', '/ipfs/ping/1.0.0'] });
    const own = node.socket.local.port;
    await until(() => echoes(node).filter((port) => port === own).length === 2);
    isWholeAndNeedsItsKeys(node);
  });

  it('dials js-libp2p, says who it is, and is echoed', async () => {
    const peer = original('listen');
    await until(() => peer.find('port') !== undefined);
    const port = peer.find('port')!.port as number;
    const node = await startRecorded(protocol, {}, { ip: '127.0.0.1', port });
    await until(() => echoes(node).includes(port) && peer.find('identified') !== undefined);
    node.sends('echo', { value: new Uint8Array(32).fill(7) });
    await until(() => echoes(node).filter((each) => each === port).length === 2);
    isWholeAndNeedsItsKeys(node);
  });
});

/** js-libp2p dials a node through a relay, which holds what comes back; `isKeyed`: it has the keys of the node. */
async function relayed(isKeyed: boolean) {
  const keys = new KeyRing(protocol.keys);
  const node = await startRecorded(protocol);
  const running = await SocketRelay.start({
    ...{ protocol, protocols: [protocol], transport: 'tcp', choices: new Choices(), keys },
    ...{ listen: { ip: '127.0.0.1', port: 0 }, forward: node.socket.local },
    happened: () => {},
  });
  const { relay } = running;
  ending.endsWithTest(() => running.stop());
  const peer = original(String(running.local.port));
  await until(() => node.keys.length > 0);
  if (isKeyed) keys.add('node', node.keys.join('\n'));
  relay.mode = 'intercept';
  relay.keysCame();
  return { peer, relay };
}

const agent = 'somebody whose name is much longer than that';

describe('a relay between js-libp2p and a node', () => {
  it('edits who the node says it is, and js-libp2p reads it and goes on', async () => {
    const { peer, relay } = await relayed(true);
    let edited = 0;
    const pass = (): boolean => {
      for (const { id, values } of relay.held) {
        const identify = values?.identify as { readonly peer: object } | undefined;
        if (identify !== undefined) edited++;
        const changed = identify && { ...values!, identify: { ...identify, peer: { ...identify.peer, agentVersion: agent } } };
        relay.release(id, changed === undefined ? {} : { values: changed });
      }
      return peer.said.filter((line) => 'pinged' in line).length === 2 && peer.find('identified') !== undefined;
    };
    await until(pass);
    expect(edited).toBe(1);
    expect(peer.find('identified')).toMatchObject({ identified: agent });
    expect(peer.find('failed')).toBeUndefined();
  });

  it('without keys edits no values, and passes on what is held', async () => {
    const { peer, relay } = await relayed(false);
    const refused = new Set<string | undefined>();
    const pass = (): boolean => {
      for (const { id, message } of relay.held) {
        if (message === 'transport') refused.add(relay.whyNot(id));
        relay.release(id);
      }
      return peer.find('identified') !== undefined;
    };
    await until(pass);
    expect([...refused]).toEqual(['transport is sealed, and no key opens it: only its bytes can be changed.']);
    expect(peer.find('identified')).toMatchObject({ identified: 'peerscope' });
  });
});
