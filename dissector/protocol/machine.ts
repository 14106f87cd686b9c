/**
 * A protocol's state machine as data: who may send what in which state. From it come the findings about order, the steps
 * of a handshake, and what a node may send next.
 */
export interface Machine<State extends string = string, Message extends string = string> {
  readonly states: Readonly<Record<State, string>>;
  readonly start: State;
  /** The state of each side, in the specification's words, where it gives each side its own: opener, answerer. */
  readonly sides?: Readonly<Record<State, readonly [opener: string, answerer: string]>>;
  readonly transitions: readonly Transition<State, Message>[];
}

/** Who sends: the side that opened the exchange, the other one, or either. */
export type Sender = 'opener' | 'answerer' | 'either';

export interface Transition<State extends string, Message extends string> {
  readonly from: readonly State[];
  readonly message: Message;
  readonly by: Sender;
  /** The state after it; none leaves the state as it is. */
  readonly to?: State;
}

/** The state after a message, or undefined when the machine does not allow it there. */
export function advance<State extends string, Message extends string>(
  machine: Machine<State, Message>,
  state: State,
  message: Message,
  by: Exclude<Sender, 'either'>,
): State | undefined {
  const found = machine.transitions.find(
    (one) => one.message === message && (one.by === by || one.by === 'either') && one.from.includes(state),
  );
  return found === undefined ? undefined : (found.to ?? state);
}

/** Why a message is not allowed in a state now, in a sentence: the states that allow it, or the side that sends it there. */
export function whyNotAllowed(machines: readonly Machine[], state: string, message: string): string {
  const transitions = machines.flatMap((machine) => machine.transitions.filter((one) => one.message === message));
  const here = transitions.filter(({ from }) => from.includes(state));
  if (here.length > 0 && here.every(({ by }) => by !== 'either')) {
    const side = here[0]!.by === 'opener' ? 'the side that opened the exchange' : 'the side that answers';
    return `In the state ${state}, ${message} is sent by ${side}.`;
  }
  const states = [...new Set(transitions.flatMap(({ from }) => from))];
  if (here.length > 0 || states.length === 0) return `${message} is not allowed now. The state is ${state}.`;
  return `${message} is allowed in ${states.join(', ')}. The state is ${state}.`;
}

/** What a side may send in a state. */
export function allowed<State extends string, Message extends string>(
  machine: Machine<State, Message>,
  state: State,
  by: Exclude<Sender, 'either'>,
): Message[] {
  return machine.transitions
    .filter((one) => (one.by === by || one.by === 'either') && one.from.includes(state))
    .map((one) => one.message);
}
