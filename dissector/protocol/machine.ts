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
