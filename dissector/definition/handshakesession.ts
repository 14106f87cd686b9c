import type { noise as framework } from '../crypto/index.ts';
import type { Direction, Machine, SessionStep } from '../protocol/index.ts';

/** The messages of a handshake as the machine knows them, and those that follow it. */
const TRANSPORT = 'transport';
const messageNamed = (at: number): string => `message ${at + 1}`;

/** A machine of each pattern: handshakes of one name share it. */
const machines = new Map<string, Machine>();

/** From the first message to the last, each by its sender; transport messages after them. */
function machineOf({ name, pattern }: framework.NoiseProtocol): Machine {
  const known = machines.get(name);
  if (known !== undefined) return known;
  const { messages, isOneWay } = pattern;
  const stateBefore = (at: number): string => (at < messages.length ? messageNamed(at) : TRANSPORT);
  const machine: Machine = {
    start: stateBefore(0),
    states: Object.fromEntries([
      ...messages.map((_, at) => [messageNamed(at), `waits for ${messageNamed(at)} of the handshake`]),
      [TRANSPORT, 'the handshake is complete'],
    ]),
    transitions: [
      ...messages.map(({ sender }, at) => ({
        ...{ from: [stateBefore(at)], message: messageNamed(at), to: stateBefore(at + 1) },
        by: sender === 'initiator' ? ('opener' as const) : ('answerer' as const),
      })),
      { from: [TRANSPORT], message: TRANSPORT, by: isOneWay ? 'opener' : 'either' },
    ],
  };
  machines.set(name, machine);
  return machine;
}

/** A handshake as a session: its messages, and the transport messages that it gives the keys of, are steps. */
export class HandshakeSession {
  readonly #protocol: framework.NoiseProtocol;
  readonly #number: number;
  readonly #total: { readonly sessions: number };

  /** The handshake `number` of a conversation, which has `total` of them by its end. */
  constructor(protocol: framework.NoiseProtocol, number: number, total: { readonly sessions: number }) {
    this.#protocol = protocol;
    this.#number = number;
    this.#total = total;
  }

  /** The step that the message `at` is, 0-based; one that was `refused` changes nothing. */
  handshakeStep(at: number, direction: Direction, isRefused: boolean): SessionStep {
    const { sender } = this.#protocol.pattern.messages[at]!;
    return { ...this.#step(messageNamed(at), sender, direction), ...(isRefused ? { idle: true } : {}) };
  }

  /** The step that a transport message is; what came before it may be lost. */
  transportStep(from: framework.Role, direction: Direction): SessionStep {
    return { ...this.#step(TRANSPORT, from, direction), unseen: TRANSPORT, stays: true };
  }

  /** Who sends is told by what a message is, so that a side may change its address within a session. */
  #step(as: string, sender: framework.Role, direction: Direction): SessionStep {
    const other = direction === 0 ? 1 : 0;
    return {
      session: this,
      title: `handshake ${this.#number} of ${this.#total.sessions}`,
      opener: sender === 'initiator' ? direction : other,
      machine: machineOf(this.#protocol),
      as,
    };
  }
}
