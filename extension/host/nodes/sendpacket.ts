/** *Send Packet…*: link, message and fields by a few keys, from wherever somebody is; Enter, and Enter again, send the last packet again. */
import * as vscode from 'vscode';
import type { NodeState, NodeWish, SpokenProtocol } from '../../wire/node.ts';
import { askLine, choose } from '../questions.ts';
import { type Dial, Dials, quietWish } from './dials.ts';
import { PacketLine, type PacketNodes, type Way } from './packetline.ts';

/** Packets that are remembered, the last one first. */
const MOST_REMEMBERED = 20;

/** A link over UDP is there at once; who is connected to over TCP answers in less, or refuses. */
const DIAL_MS = 10_000;

/** What is asked of the nodes, and to start one. */
export interface PacketSenders extends PacketNodes {
  protocols(): Promise<readonly SpokenProtocol[]>;
  /** Its clocks stand, and its traffic is shown. Undefined where a person decides against it. */
  dial(wish: NodeWish): Promise<number | undefined>;
}

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
  readonly #nodes: PacketSenders;
  readonly #dials: Dials;
  #sent: readonly Sent[] = [];
  /** The link that was used last. */
  #last: { readonly node: number; readonly link: number } | undefined;

  /** `state`: where the addresses that were dialled are remembered. */
  constructor(nodes: PacketSenders, state: vscode.Memento) {
    this.#nodes = nodes;
    this.#dials = new Dials(state);
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

  /** The link that was used last stands first. Where there is none, or are several, somebody else can be dialled. */
  async #way(): Promise<Way | undefined> {
    const ways = this.#nodes.states
      .filter(({ running, kind }) => running && kind === 'node')
      .flatMap((state) =>
        state.links.map((link) => ({ label: link.remote, description: `${state.protocol}, ${link.state}`, state, link })),
      );
    const isLast = ({ state, link }: Way): boolean => state.id === this.#last?.node && link.id === this.#last.link;
    const ordered = [...ways.filter(isLast), ...ways.filter((way) => !isLast(way))];
    if (ordered.length === 1) return ordered[0];
    const protocols = await this.#nodes.protocols();
    const dials = this.#dials.among(protocols).map((dial) => ({
      ...{ label: vscode.l10n.t('$(plug) Dial {0}', dial.address), description: dial.protocol, dial },
    }));
    const other = { label: vscode.l10n.t('$(edit) Another Address…'), isOther: true };
    const items: (vscode.QuickPickItem & Partial<Way> & { readonly dial?: Dial; readonly isOther?: boolean })[] = [
      ...ordered,
      ...dials,
      other,
    ];
    const chosen = await choose(items, { title: vscode.l10n.t('Send Packet: To'), matchOnDescription: true });
    if (chosen?.state !== undefined && chosen.link !== undefined) return { state: chosen.state, link: chosen.link };
    const dial = chosen?.isOther === true ? await askDial(protocols) : chosen?.dial;
    return dial === undefined ? undefined : this.#dialled(dial, protocols);
  }

  /** A node that says nothing by itself, once it has its link. */
  async #dialled(dial: Dial, protocols: readonly SpokenProtocol[]): Promise<Way | undefined> {
    const protocol = protocols.find(({ id }) => id === dial.protocol);
    if (protocol === undefined) throw new Error(vscode.l10n.t('there is no protocol "{0}" with a test node.', dial.protocol));
    const node = await this.#nodes.dial(quietWish(dial, protocol));
    if (node === undefined) return undefined;
    await this.#dials.remember(dial);
    const state = await this.#linked(node);
    const link = state?.links[0];
    if (state === undefined || link === undefined)
      throw new Error(state?.refused ?? vscode.l10n.t('nobody answers at {0}.', dial.address));
    return { state, link };
  }

  /** The state of a node once it has a link, or was refused one; undefined where it has neither in time. */
  #linked(node: number): Promise<NodeState | undefined> {
    const found = (): NodeState | undefined =>
      this.#nodes.states.find(({ id, links, refused }) => id === node && (links.length > 0 || refused !== undefined));
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        subscription.dispose();
        resolve(found());
      };
      const timer = setTimeout(end, DIAL_MS);
      const subscription = this.#nodes.onDidChangeNodes(() => {
        if (found() !== undefined) end();
      });
      if (found() !== undefined) end();
    });
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

/** `p2pke 127.0.0.1:7000`. */
async function askDial(protocols: readonly SpokenProtocol[]): Promise<Dial | undefined> {
  const [first] = protocols;
  const line = await askLine({
    title: vscode.l10n.t('Send Packet: Protocol and Address'),
    value: first === undefined ? '' : `${first.id} 127.0.0.1:${first.port}`,
  });
  if (line === undefined) return undefined;
  const [protocol = '', address = ''] = line.trim().split(/\s+/);
  return { protocol, address };
}
