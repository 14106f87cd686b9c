import type { NodeState } from '../../wire/node.ts';
import type { WaitingMessage } from '../../wire/views.ts';

/** What waits at nodes, as their ladder draws it behind what was said. */
export function waitingIn(nodes: readonly NodeState[]): readonly WaitingMessage[] {
  return nodes.flatMap(({ running, held }) =>
    running ? held.map(({ from, to, message, summary }) => ({ source: from, destination: to, message, info: summary })) : [],
  );
}
