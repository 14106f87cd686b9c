/** What the view of the conversations asks: who talks with whom, who talks at all, and what happens over time. */
import { filter, oneOf, part } from '../../wire/checks.ts';
import type { TablePart } from '../../wire/inspector.ts';
import type { Answers, Opened } from '../answer.ts';
import {
  type ConversationColumn,
  ConversationTable,
  type ConversationView,
  conversationColumns,
  type Sorted,
} from '../conversations.ts';
import { type EndpointColumn, EndpointTable, type EndpointView, endpointColumns } from '../endpoints.ts';
import { Timeline, type TimelineView } from '../timeline.ts';

export type ConversationsQuestions = {
  conversations: { params: Sorted<ConversationColumn>; result: TablePart<ConversationView> };
  endpoints: { params: Sorted<EndpointColumn>; result: TablePart<EndpointView> };
  /** Packets, bytes and findings over time, of what a filter leaves; counted in the background until `done`. */
  timeline: { params: { filter?: string }; result: TimelineView };
};

export function answers({ capture, lists }: Opened): Answers<ConversationsQuestions> {
  const conversations = new ConversationTable(capture);
  const endpoints = new EndpointTable(capture, conversations);
  const timeline = new Timeline(capture, lists);
  return {
    conversations: { read: sorted(conversationColumns), answer: (params) => conversations.look(params) },
    endpoints: { read: sorted(endpointColumns), answer: (params) => endpoints.look(params) },
    timeline: { read: (given) => filter(given.filter), answer: (params) => timeline.look(params) },
  };
}

function sorted<C extends string>(columns: readonly C[]): (given: Record<string, unknown>) => Sorted<C> {
  return (given) => ({ ...part(given), sort: oneOf(given.sort, columns, 'sort'), descending: given.descending === true });
}
