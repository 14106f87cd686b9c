/** Messages that wait at nodes, or that somebody writes for them, in the order in which they came. */
import type { NodeState, PendingOf } from '../../extension/wire/node.ts';

export interface Pending {
  readonly of: PendingOf;
  /** The same for the same message. */
  readonly key: string;
  /** `→ hello to 127.0.0.1:7000`. */
  readonly title: string;
  /** Another one, once the node has something else of the message. */
  readonly version: string;
}

export function keyOf({ node, of }: PendingOf): string {
  return 'held' in of ? `${node} held ${of.held}` : `${node} new ${of.link} ${of.message}`;
}

export function pendingIn(nodes: readonly NodeState[]): readonly Pending[] {
  return nodes.flatMap(({ id: node, began, held, links, drafts = [], running }) => {
    if (!running) return [];
    const waiting = held.map(({ id, direction, message, remote, summary, isEdited = false }) => {
      const of = { node, of: { held: id } };
      const title = `${direction === 'out' ? '→' : '←'} ${message}, ${remote}`;
      return { of, key: keyOf(of), title, version: `${began} ${isEdited} ${summary}` };
    });
    const written = drafts.map(({ link, message }) => {
      const of = { node, of: { link, message } };
      const remote = links.find(({ id }) => id === link)?.remote ?? '';
      return { of, key: keyOf(of), title: `→ ${message}, ${remote} (not sent)`, version: '' };
    });
    return [...waiting, ...written];
  });
}

/** The one that was picked, as long as it is there; the one that has waited longest otherwise. */
export function shownOf(all: readonly Pending[], picked: string | undefined): Pending | undefined {
  return all.find(({ key }) => key === picked) ?? all[0];
}
