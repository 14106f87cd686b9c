/** What became of a node on the command line: whether anything was tested at all. */
import type { Link } from '../../dissector/protocol/index.ts';
import type { NodeEvent } from '../../dissector/testnode/index.ts';
import type { SocketNode } from '../node/sockets/socketnode.ts';
import type { NodeCommand } from './nodearguments.ts';

export class NodeOutcome {
  readonly #command: NodeCommand;
  readonly #dials: boolean;
  #running: SocketNode | undefined;
  #open = 0;
  #isReady = false;
  /** Links that there were. */
  opened = 0;
  /** The socket itself has failed, or the connection was refused. */
  failed = false;
  /** A message of `--send` could not be made. */
  refused = false;

  constructor(command: NodeCommand, dials: boolean) {
    this.#command = command;
    this.#dials = dials;
  }

  happened(event: NodeEvent): void {
    if (event.kind === 'opened') this.opened++;
    if (event.kind === 'opened' || event.kind === 'closed') this.#open += event.kind === 'opened' ? 1 : -1;
    if (event.kind === 'told' && event.grave && event.link === undefined) this.failed = true;
    if (event.kind === 'closed' && event.ready) this.#isReady ||= event.link.dialled;
    // A goodbye that comes now ends what was ready until then.
    if (event.kind === 'received') this.#see(event.link);
  }

  /** Looks whether a link that was dialled is ready. */
  look(running: SocketNode): void {
    this.#running = running;
    for (const link of running.node.links) this.#see(link);
  }

  /** A dialled link that is over, or never was, leaves nothing to do. */
  get isAlone(): boolean {
    return this.#dials && this.#open === 0 && (this.opened > 0 || this.failed);
  }

  /** Sentences on what was asked for and did not happen; `sent`: links on which `--send` was tried. */
  missed(sent: number): string[] {
    const { send } = this.#command;
    return [
      ...(this.#dials && !this.#isReady ? ['The link that was dialled never became ready.'] : []),
      ...(send.length > 0 && sent === 0 ? ['Nothing of --send was sent: no link was ready.'] : []),
      ...(this.refused ? ['Not all of --send was sent.'] : []),
    ];
  }

  #see({ id, dialled }: Link): void {
    if (dialled && !this.#isReady) this.#isReady = this.#running?.node.status(id).ready === true;
  }
}
