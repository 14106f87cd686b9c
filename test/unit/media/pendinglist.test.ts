/** Which pending message the page of the test nodes shows as fields over bytes. */
import { describe, expect, it } from 'vitest';
import type { HeldState, LinkState, NodeState } from '../../../extension/wire/node.ts';
import { keyOf, pendingIn, shownOf } from '../../../media/node/pendinglist.ts';

const held = (id: number, more: Partial<HeldState> = {}): HeldState => ({
  ...{
    id,
    remote: '127.0.0.1:1',
    from: '127.0.0.1:9',
    to: '127.0.0.1:1',
    direction: 'out',
    message: 'data',
    summary: 'data: 01',
  },
  ...more,
});
const node = (id: number, more: Partial<NodeState>): NodeState =>
  ({ id, began: 1, running: true, held: [], links: [{ id: 4, remote: '127.0.0.1:9' } as LinkState], ...more }) as NodeState;

describe('pending messages', () => {
  const nodes = [
    node(1, { held: [held(3), held(5, { direction: 'in' })], drafts: [{ link: 4, message: 'ping' }] }),
    node(2, { held: [held(3)], running: false }),
  ];

  it('are those that wait and those that are written, of nodes that run', () => {
    expect(pendingIn(nodes).map(({ title }) => title)).toEqual([
      '→ data, 127.0.0.1:1',
      '← data, 127.0.0.1:1',
      '→ ping, 127.0.0.1:9 (not sent)',
    ]);
  });

  it('have one that is shown: the picked one, and the first once that is gone', () => {
    const all = pendingIn(nodes);
    const picked = keyOf({ node: 1, of: { held: 5 } });
    expect(shownOf(all, picked)?.title).toBe('← data, 127.0.0.1:1');
    expect(shownOf(pendingIn([node(1, { held: [held(3)] })]), picked)?.of).toEqual({ node: 1, of: { held: 3 } });
    expect(shownOf([], picked)).toBeUndefined();
  });

  it('are looked at again once they were edited or replaced', () => {
    const version = (more: Partial<HeldState>) => pendingIn([node(1, { held: [held(3, more)] })])[0]!.version;
    expect(new Set([version({}), version({ isEdited: true }), version({ summary: 'data: 02' })]).size).toBe(3);
  });
});
