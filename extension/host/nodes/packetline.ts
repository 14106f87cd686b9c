/** One packet on a line: what may stand in it below, then what came back, in the same place. Enter sends, and sends again. */
import * as vscode from 'vscode';
import type { HeardMessage, LinkState, NodeCalls, NodeState } from '../../wire/node.ts';
import { moduleFiles } from '../capture/settings.ts';
import { caretAfter } from './caret.ts';

/** How often a message that is encrypted, or not whole, is looked at again: its key is recorded a moment after it. */
const ASKS = 5;

/** What is asked of the nodes. */
export interface PacketNodes {
  readonly states: readonly NodeState[];
  readonly onDidChangeNodes: vscode.Event<void>;
  call<M extends 'packetLine' | 'suggest' | 'sendPacket' | 'heard'>(
    method: M,
    params: NodeCalls[M]['params'],
  ): Promise<NodeCalls[M]['result']>;
  showFrame(node: number, frame: number): Promise<void>;
}

/** A link of a node. */
export interface Way {
  readonly state: NodeState;
  readonly link: LinkState;
}

interface Item extends vscode.QuickPickItem {
  /** Of an answer: it stays chosen where the list is made anew. */
  readonly key?: string;
  act?(): void;
}

export class PacketLine {
  readonly #nodes: PacketNodes;
  readonly #way: Way;
  readonly #message: string;
  readonly #onSent: (text: string) => void;
  readonly #pick = vscode.window.createQuickPick<Item>();
  #text: string;
  #suggested: NodeCalls['suggest']['result'] = { items: [] };
  #suggestions = 0;
  /** All values that the session gives, as a line. */
  #made = '';
  #heard: readonly HeardMessage[] = [];
  /** Where the recording stood before the first packet. */
  #mark: number | undefined;
  /** How many messages the node had received when it was asked last. */
  #received = -1;
  #isListening = false;
  #asksLeft = 0;
  #failure: string | undefined;

  /** `sent` is called with each line that went out. */
  constructor(nodes: PacketNodes, way: Way, message: string, text: string, sent: (text: string) => void) {
    this.#nodes = nodes;
    this.#way = way;
    this.#message = message;
    this.#text = text;
    this.#onSent = sent;
  }

  /** Until a person leaves it. `isSent`: the line goes out at once. */
  async show(isSent: boolean): Promise<void> {
    const pick = this.#pick;
    pick.title = vscode.l10n.t('Send Packet: {0} to {1}', this.#message, this.#way.link.remote);
    pick.placeholder = vscode.l10n.t('Fields as in a packet script. What is left out gets the value of the session.');
    // As other questions: it stays until it is answered.
    pick.ignoreFocusOut = true;
    pick.value = this.#text;
    const hidden = new Promise<void>((resolve) => pick.onDidHide(() => resolve()));
    const subscriptions = [
      pick,
      pick.onDidChangeValue((text) => this.#typed(text)),
      pick.onDidAccept(() => pick.activeItems[0]?.act?.()),
      this.#nodes.onDidChangeNodes(() => void this.#listen()),
    ];
    this.#draw();
    pick.show();
    void this.#suggest(this.#text.length);
    void this.#ask();
    if (isSent) void this.#send();
    await hidden;
    for (const each of subscriptions) each.dispose();
  }

  async #ask(): Promise<void> {
    const { state, link } = this.#way;
    try {
      const asked = { node: state.id, link: link.id, message: this.#message };
      this.#made = (await this.#nodes.call('packetLine', asked)).text;
      this.#draw();
    } catch {
      // The session cannot make the message now; what is said on the line may be enough.
    }
  }

  #typed(text: string): void {
    // What the line itself puts there is told, too.
    if (text === this.#text) return;
    const caret = caretAfter(this.#text, text);
    this.#text = text;
    this.#failure = undefined;
    void this.#suggest(caret);
  }

  async #suggest(caret: number): Promise<void> {
    const turn = ++this.#suggestions;
    const text = this.#text;
    try {
      const asked = { node: this.#way.state.id, message: this.#message, text, caret, modules: moduleFiles(undefined) };
      const suggested = await this.#nodes.call('suggest', asked);
      // Somebody went on typing.
      if (turn !== this.#suggestions) return;
      this.#suggested = suggested;
    } catch (error) {
      this.#failure = reasonOf(error);
    }
    this.#draw();
  }

  async #send(): Promise<void> {
    const { state, link } = this.#way;
    const text = this.#text;
    await this.#suggest(text.length);
    if (this.#suggested.problem !== undefined || text !== this.#text) return;
    const packet = `${state.protocol} ${this.#message} { ${text} }`;
    try {
      const wish = { node: state.id, link: link.id, text: packet, at: 0, folder: undefined, modules: moduleFiles(undefined) };
      const { mark, failure } = await this.#nodes.call('sendPacket', wish);
      this.#failure = failure?.text;
      if (failure === undefined) {
        this.#mark ??= mark;
        this.#onSent(text);
      }
    } catch (error) {
      this.#failure = reasonOf(error);
    }
    this.#draw();
    await this.#listen();
  }

  /** Asks what came: again where more came meanwhile, and some times where a key may still come. */
  async #listen(): Promise<void> {
    const { state, link } = this.#way;
    while (this.#mark !== undefined && !this.#isListening) {
      if (this.#now !== this.#received) this.#asksLeft = ASKS;
      else if (this.#asksLeft === 0 || this.#heard.every(({ text }) => text !== '')) return;
      else this.#asksLeft--;
      this.#received = this.#now;
      this.#isListening = true;
      try {
        const asked = { node: state.id, link: link.id, mark: this.#mark, modules: moduleFiles(undefined) };
        this.#heard = (await this.#nodes.call('heard', asked)).messages;
      } catch (error) {
        this.#failure = reasonOf(error);
      } finally {
        this.#isListening = false;
      }
      this.#draw();
      // The state of the nodes is told a few times a second.
      if (this.#now === this.#received) return;
    }
  }

  get #now(): number {
    return this.#nodes.states.find(({ id }) => id === this.#way.state.id)?.received ?? this.#received;
  }

  #draw(): void {
    const pick = this.#pick;
    const chosen = pick.activeItems[0]?.key;
    const [sending, answers, insertions] = [this.#sending(), this.#answers(), this.#insertions()];
    // A line that cannot be sent yet is completed by Enter.
    const isBegun = this.#suggested.problem !== undefined && this.#suggested.items.length > 0;
    pick.items = isBegun ? [...insertions, sending, ...answers] : [sending, ...answers, ...insertions];
    const kept = answers.find(({ key }) => key !== undefined && key === chosen);
    const first = isBegun ? insertions.find(({ act }) => act !== undefined) : sending;
    pick.activeItems = [kept ?? first ?? sending];
  }

  #sending(): Item {
    const wrong = this.#suggested.problem ?? this.#failure;
    const label =
      this.#mark === undefined
        ? vscode.l10n.t('$(play) Send {0}', this.#message)
        : vscode.l10n.t('$(debug-restart) Send {0} Again', this.#message);
    return {
      ...{ label, alwaysShow: true, act: () => void this.#send() },
      ...(wrong === undefined ? {} : { detail: vscode.l10n.t('$(error) {0}', wrong) }),
    };
  }

  #answers(): Item[] {
    if (this.#mark === undefined) return [];
    const label = this.#heard.length === 0 ? vscode.l10n.t('Nothing came back yet') : vscode.l10n.t('Came back');
    return [
      { label, kind: vscode.QuickPickItemKind.Separator },
      ...this.#heard.map(
        ({ frame, message, state, text }): Item => ({
          ...{
            label: vscode.l10n.t('$(arrow-left) {0}', message),
            description: vscode.l10n.t('frame {0}', frame),
            key: `frame ${frame}`,
          },
          ...{ detail: text === '' ? state : text, alwaysShow: true },
          act: () => void this.#nodes.showFrame(this.#way.state.id, frame),
        }),
      ),
    ];
  }

  #insertions(): Item[] {
    const { items } = this.#suggested;
    const all = { label: vscode.l10n.t('$(list-flat) All Values of the Session'), detail: this.#made, text: this.#made };
    const offered = this.#text === '' && this.#made !== '' ? [...items, all] : items;
    if (offered.length === 0) return [];
    return [
      { label: vscode.l10n.t('Insert'), kind: vscode.QuickPickItemKind.Separator },
      ...offered.map(
        ({ label, detail, text }): Item => ({
          ...{ label, description: detail, alwaysShow: true },
          act: () => {
            this.#pick.value = text;
            this.#text = text;
            void this.#suggest(text.length);
          },
        }),
      ),
    ];
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
