/** Who talks in the messages that the ladder draws: a column each. */
import { filter } from '../../wire/checks.ts';
import type { Answers, Opened } from '../answer.ts';

/** Columns that a drawing of who talks to whom has at most. */
const MOST_ENDPOINTS = 12;

export interface LadderEndpoint {
  readonly endpoint: string;
  /** Of its address, and what its messages say who it is. */
  readonly name?: string;
}

export type LadderQuestions = {
  /** Of what a filter leaves, in the order in which they come; `more` is true when some are left out. */
  endpoints: {
    params: { filter?: string };
    result: { endpoints: readonly LadderEndpoint[]; more: boolean; done: boolean; generation: number };
  };
};

export function answers(opened: Opened): Answers<LadderQuestions> {
  return { endpoints: { read: (given) => filter(given.filter), answer: (params) => endpointsIn(opened, params.filter ?? '') } };
}

function endpointsIn({ capture, lists }: Opened, text: string): LadderQuestions['endpoints']['result'] {
  const { analysis, generation, done } = capture;
  const filtering = text === '' ? undefined : lists.search(text, 'messages');
  const total = filtering?.count ?? analysis.rowCount('messages');
  const found = new Set<string>();
  const met = new Set<number>();
  for (let row = 0; row < total && found.size <= MOST_ENDPOINTS; row++) {
    const { n } = analysis.rowAt('messages', filtering?.at(row) ?? row);
    const { conversation, direction } = analysis.message(n);
    if (met.has(conversation.id)) continue;
    met.add(conversation.id);
    found.add(conversation.endpoints[direction]);
    found.add(conversation.endpoints[direction === 0 ? 1 : 0]);
  }
  capture.names.look(Number.POSITIVE_INFINITY);
  const endpoints = [...found].slice(0, MOST_ENDPOINTS).map((endpoint) => {
    const name = capture.names.of(endpoint);
    return name === undefined ? { endpoint } : { endpoint, name };
  });
  return { endpoints, more: found.size > MOST_ENDPOINTS, done: filtering?.scan.done ?? done, generation };
}
