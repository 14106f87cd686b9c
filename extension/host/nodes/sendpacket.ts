/** *Send Packet…*: node, link and message by a few keys, from wherever somebody is, and the last packets again. */
import * as vscode from 'vscode';
import type { LinkState, NodeCommands, NodeState } from '../../wire/node.ts';
import { askLine, choose } from '../questions.ts';

/** Packets that are remembered, the last one first. */
const MOST_REMEMBERED = 20;

/** What is asked of the nodes. */
export interface PacketNodes {
  readonly states: readonly NodeState[];
  call<M extends 'template' | 'send'>(method: M, params: NodeCommands[M]['params']): Promise<NodeCommands[M]['result']>;
}

interface Sent {
  readonly protocol: string;
  readonly message: string;
  readonly text: string;
}

interface Way {
  readonly state: NodeState;
  readonly link: LinkState;
}

export class PacketSender {
  readonly #nodes: PacketNodes;
  #sent: readonly Sent[] = [];

  constructor(nodes: PacketNodes) {
    this.#nodes = nodes;
  }

  async send(): Promise<void> {
    const way = await this.#way();
    const wanted = way === undefined ? undefined : await this.#packet(way);
    if (way === undefined || wanted === undefined) return;
    const { state, link } = way;
    const { received } = state;
    await this.#nodes.call('send', { node: state.id, link: link.id, message: wanted.message, text: wanted.text });
    this.#remember(wanted);
    this.#tellAnswer(state.id, wanted.message, received);
  }

  async #way(): Promise<Way | undefined> {
    const ways = this.#nodes.states
      .filter(({ running, kind }) => running && kind === 'node')
      .flatMap((state) =>
        state.links.map((link) => ({ label: link.remote, description: `${state.protocol}, ${link.state}`, state, link })),
      );
    if (ways.length === 0) throw new Error(vscode.l10n.t('no test node has a link to send on.'));
    return ways.length === 1 ? ways[0] : choose(ways, { title: vscode.l10n.t('Send Packet: Link') });
  }

  /** One that was sent before as it was, or a message to be edited on a line. */
  async #packet({ state, link }: Way): Promise<Sent | undefined> {
    const again = this.#sent
      .filter(({ protocol }) => protocol === state.protocol)
      .map((sent) => ({
        label: vscode.l10n.t('$(history) {0}', sent.message),
        description: sent.text,
        sent: sent as Sent | undefined,
        message: sent.message,
      }));
    const named = (message: string, description: string) => ({ label: message, description, sent: undefined, message });
    const items = [
      ...again,
      ...link.offers.map((message) => named(message, '')),
      ...link.others.map((message) => named(message, vscode.l10n.t('not allowed in this state'))),
    ];
    const chosen = await choose(items, { title: vscode.l10n.t('Send Packet: Message'), matchOnDescription: true });
    if (chosen === undefined || chosen.sent !== undefined) return chosen?.sent;
    const { text } = await this.#nodes.call('template', { node: state.id, link: link.id, message: chosen.message });
    const edited = await askLine({
      title: vscode.l10n.t('Send Packet: {0}', chosen.message),
      prompt: vscode.l10n.t('Values as JSON. What is left out gets the value of the session.'),
      value: oneLine(text),
      validateInput: (typed) => problemOf(typed),
    });
    return edited === undefined ? undefined : { protocol: state.protocol, message: chosen.message, text: edited };
  }

  #remember(sent: Sent): void {
    const others = this.#sent.filter(({ message, text }) => message !== sent.message || text !== sent.text);
    this.#sent = [sent, ...others].slice(0, MOST_REMEMBERED);
  }

  /** What comes back is told where the packet was sent from. */
  #tellAnswer(id: number, message: string, before: number): void {
    setTimeout(() => {
      const received = (this.#nodes.states.find((state) => state.id === id)?.received ?? before) - before;
      const answer = received === 0 ? vscode.l10n.t('nothing came back yet') : vscode.l10n.t('{0} came back', received);
      vscode.window.setStatusBarMessage(vscode.l10n.t('$(broadcast) {0} is sent, {1}', message, answer), 5_000);
    }, ANSWER_MS);
  }
}

/** Until it is told what came back; the state of nodes is told a few times a second. */
const ANSWER_MS = 500;

function oneLine(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    return text.replace(/\s*\n\s*/g, ' ');
  }
}

function problemOf(typed: string): string | undefined {
  if (typed.trim() === '') return undefined;
  try {
    JSON.parse(typed);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
