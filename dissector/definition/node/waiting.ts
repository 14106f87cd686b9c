/** What a node's conversation yields: it is called with how the conversation goes on. */
export type Wait = (resume: (value: unknown) => void) => void;

/** The conversation of a node as its author writes it. */
export type Speaking<T = void> = Generator<Wait, T, unknown>;

/** Runs a conversation until it waits; `done` is called with what it returns. */
export function speak<T>(speaking: Speaking<T>, done: (result: T) => void): void {
  const go = (value?: unknown): void => {
    const { value: next, done: isOver } = speaking.next(value);
    if (isOver === true) done(next as T);
    else (next as Wait)(go);
  };
  go();
}
