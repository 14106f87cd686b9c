/** The test nodes by commands, for hands that stay on the keyboard. */
import * as vscode from 'vscode';
import type { NodeState, NodeWish, SpokenProtocol } from '../../wire/node.ts';
import { askLine, choose } from '../questions.ts';
import { tellError, tellInformation } from '../telling.ts';
import type { PacketSender } from './sendpacket.ts';

/** What the commands need of the nodes. */
export interface Driven {
  readonly states: readonly NodeState[];
  protocols(): Promise<readonly SpokenProtocol[]>;
  start(wish: NodeWish): Promise<unknown>;
  release(state: NodeState, held: number): Promise<unknown>;
  drop(state: NodeState, held: number): Promise<unknown>;
  stop(state: NodeState): Promise<unknown>;
}

export function nodeCommandsOf(nodes: Driven, packets: PacketSender): vscode.Disposable[] {
  const told = (run: () => Promise<unknown>) => async (): Promise<void> => {
    try {
      await run();
    } catch (error) {
      void tellError(vscode.l10n.t('Peerscope: {0}', error instanceof Error ? error.message : String(error)));
    }
  };
  return [
    vscode.commands.registerCommand(
      'peerscope.startTestNode',
      told(() => start(nodes)),
    ),
    vscode.commands.registerCommand(
      'peerscope.stopTestNodes',
      told(() => Promise.all(nodes.states.filter(({ running }) => running).map((state) => nodes.stop(state)))),
    ),
    vscode.commands.registerCommand(
      'peerscope.sendPacketToLink',
      told(() => packets.send()),
    ),
    vscode.commands.registerCommand(
      'peerscope.sendHeldMessage',
      told(() => first(nodes, nodes.release)),
    ),
    vscode.commands.registerCommand(
      'peerscope.dropHeldMessage',
      told(() => first(nodes, nodes.drop)),
    ),
  ];
}

/** The message that has waited longest, of whichever node. */
async function first({ states }: Driven, act: (state: NodeState, held: number) => Promise<unknown>): Promise<void> {
  const state = states.find(({ held }) => held.length > 0);
  const held = state?.held[0];
  if (state === undefined || held === undefined) {
    void tellInformation(vscode.l10n.t('Peerscope: no message of a test node waits.'));
    return;
  }
  await act(state, held.id);
}

/** Asks for what the page's form asks; whatever it leaves out is as in the form. */
async function start(nodes: Driven): Promise<void> {
  const protocols = await nodes.protocols();
  const protocol = await choose(
    protocols.map((each) => ({ label: each.id, description: each.title, each })),
    { title: vscode.l10n.t('Start Test Node: Protocol') },
  );
  if (protocol === undefined) return;
  const { id, port, transports } = protocol.each;
  const direction = await choose(
    [
      { label: vscode.l10n.t('listens'), value: 'listen' as const },
      { label: vscode.l10n.t('dials'), value: 'connect' as const },
      { label: vscode.l10n.t('relays'), value: 'relay' as const },
    ],
    { title: vscode.l10n.t('Start Test Node: What It Does') },
  );
  if (direction === undefined) return;
  const address = await askLine({
    title: vscode.l10n.t('Start Test Node: Address'),
    value: `127.0.0.1:${port}`,
  });
  if (address === undefined) return;
  const forward =
    direction.value === 'relay'
      ? await askLine({ title: vscode.l10n.t('Start Test Node: Forward Address'), value: `127.0.0.1:${port + 1}` })
      : '';
  if (forward === undefined) return;
  const to = direction.value === 'relay' ? { forward: forward.trim(), keyLogs: [], terminates: false } : {};
  const rest = { role: '', mode: 'automatic', faults: [], identity: '', identityKind: '' } as const;
  await nodes.start({
    protocol: id,
    transport: transports[0]!,
    direction: direction.value,
    address: address.trim(),
    ...to,
    ...rest,
  });
}
