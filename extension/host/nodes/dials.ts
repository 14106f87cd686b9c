/** Addresses that a packet can be sent to though no node is connected to them: those of the script in front, those dialled before, and the usual ones. */
import * as vscode from 'vscode';
import { parseScript } from '../../../dissector/script/syntax/index.ts';
import type { NodeWish, SpokenProtocol } from '../../wire/node.ts';

const KEY = 'peerscope.dialled';
const MOST_REMEMBERED = 10;

export interface Dial {
  readonly protocol: string;
  readonly address: string;
}

export class Dials {
  readonly #state: vscode.Memento;

  constructor(state: vscode.Memento) {
    this.#state = state;
  }

  /** Each once, the likeliest first. */
  among(protocols: readonly SpokenProtocol[]): readonly Dial[] {
    const usual = protocols.map(({ id, port }) => ({ protocol: id, address: `127.0.0.1:${port}` }));
    const known = [...dialsIn(vscode.window.activeTextEditor?.document), ...this.#remembered, ...usual];
    const spoken = known.filter(({ protocol }) => protocols.some(({ id }) => id === protocol));
    return [...new Map(spoken.map((dial) => [`${dial.protocol} ${dial.address}`, dial])).values()];
  }

  async remember(dial: Dial): Promise<void> {
    const others = this.#remembered.filter(({ protocol, address }) => protocol !== dial.protocol || address !== dial.address);
    await this.#state.update(KEY, [dial, ...others].slice(0, MOST_REMEMBERED));
  }

  get #remembered(): readonly Dial[] {
    const stored = this.#state.get<unknown>(KEY);
    return Array.isArray(stored) ? stored.filter(isDial) : [];
  }
}

/** A node that says nothing by itself: what it would say waits. */
export function quietWish({ protocol, address }: Dial, { transports }: SpokenProtocol): NodeWish {
  const rest = { role: '', mode: 'step', faults: [], identity: '', identityKind: '' } as const;
  return { protocol, transport: transports[0]!, direction: 'connect', address, ...rest };
}

/** `node a = p2pke dial 127.0.0.1:7000` of a packet script. */
function dialsIn(document: vscode.TextDocument | undefined): readonly Dial[] {
  if (document?.languageId !== 'packet') return [];
  return parseScript(document.getText()).statements.flatMap((each) =>
    each.kind === 'node' && each.direction === 'dial' && each.address.text.includes(':')
      ? [{ protocol: each.protocol.text, address: each.address.text }]
      : [],
  );
}

function isDial(value: unknown): value is Dial {
  const { protocol, address } = Object(value) as Partial<Record<keyof Dial, unknown>>;
  return typeof protocol === 'string' && typeof address === 'string';
}
