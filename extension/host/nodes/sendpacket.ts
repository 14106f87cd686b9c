/** *Send Packet…*: link, message and fields by a few keys, from wherever somebody is; Enter, and Enter again, send the last packet again. */
import * as vscode from 'vscode';
import { choose } from '../questions.ts';
import { PacketLine, type PacketNodes, type Way } from './packetline.ts';

/** Packets that are remembered, the last one first. */
const MOST_REMEMBERED = 20;

interface Sent {
  readonly protocol: string;
  readonly message: string;
  readonly text: string;
}

interface Wanted {
  readonly message: string;
  readonly text: string;
  /** It was sent before as it is. */
  readonly isKnown: boolean;
}

export class PacketSender {
  readonly #nodes: PacketNodes;
  #sent: readonly Sent[] = [];
  /** The link that was used last. */
  #last: { readonly node: number; readonly link: number } | undefined;

  constructor(nodes: PacketNodes) {
    this.#nodes = nodes;
  }

  async send(): Promise<void> {
    const way = await this.#way();
    const wanted = way === undefined ? undefined : await this.#packet(way);
    if (way === undefined || wanted === undefined) return;
    const { message, text, isKnown } = wanted;
    const { protocol } = way.state;
    const line = new PacketLine(this.#nodes, way, message, text, (sent) => {
      this.#remember({ protocol, message, text: sent });
      this.#last = { node: way.state.id, link: way.link.id };
    });
    await line.show(isKnown);
  }

  /** The link that was used last stands first. */
  async #way(): Promise<Way | undefined> {
    const ways = this.#nodes.states
      .filter(({ running, kind }) => running && kind === 'node')
      .flatMap((state) =>
        state.links.map((link) => ({ label: link.remote, description: `${state.protocol}, ${link.state}`, state, link })),
      );
    if (ways.length === 0) throw new Error(vscode.l10n.t('no test node has a link to send on.'));
    const isLast = ({ state, link }: Way): boolean => state.id === this.#last?.node && link.id === this.#last.link;
    const ordered = [...ways.filter(isLast), ...ways.filter((way) => !isLast(way))];
    return ordered.length === 1 ? ordered[0] : choose(ordered, { title: vscode.l10n.t('Send Packet: Link') });
  }

  /** One that was sent before, the last one first, or a message of which nothing is said yet. */
  async #packet({ state, link }: Way): Promise<Wanted | undefined> {
    const again = this.#sent
      .filter(({ protocol }) => protocol === state.protocol)
      .map(({ message, text }) => ({
        ...{ label: vscode.l10n.t('$(history) {0}', message), description: text, message },
        text: text as string | undefined,
      }));
    const named = (message: string, description: string) => ({ label: message, description, message, text: undefined });
    const items = [
      ...again,
      ...link.offers.map((message) => named(message, '')),
      ...link.others.map(({ name, why }) => named(name, why)),
    ];
    const chosen = await choose(items, { title: vscode.l10n.t('Send Packet: Message'), matchOnDescription: true });
    if (chosen === undefined) return undefined;
    const { message, text } = chosen;
    return { message, text: text ?? '', isKnown: text !== undefined };
  }

  #remember(sent: Sent): void {
    const others = this.#sent.filter(({ message, text }) => message !== sent.message || text !== sent.text);
    this.#sent = [sent, ...others].slice(0, MOST_REMEMBERED);
  }
}
