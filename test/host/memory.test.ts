/** What the workspace remembers of how captures were looked at. */
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { ViewMemory } from '../../extension/host/capture/viewstate.ts';

describe('the memory of views', () => {
  const state = new Map<string, unknown>();
  const memento = {
    keys: () => [...state.keys()],
    get: (key: string) => state.get(key),
    update: async (key: string, value: unknown) => void state.set(key, value),
  } as vscode.Memento;
  const uri = (name: string): vscode.Uri => vscode.Uri.file(`/captures/${name}.pcap`);

  it('gives back what was said last, for each capture its own', async () => {
    const memory = new ViewMemory(memento);
    assert.equal(memory.get(uri('a')), null);
    await memory.set(uri('a'), { row: 1 });
    await memory.set(uri('b'), { row: 2 });
    await memory.set(uri('a'), { row: 3 });
    assert.deepEqual([memory.get(uri('a')), new ViewMemory(memento).get(uri('b'))], [{ row: 3 }, { row: 2 }]);
  });

  it('gives a capture that was not looked at before the panes of the last one, and nothing else of it', async () => {
    const memory = new ViewMemory(memento);
    await memory.set(uri('panes'), {
      at: 7,
      row: 4,
      filter: 'p2p',
      listHeight: 30,
      treeWidth: 60,
      inspecting: true,
      folded: ['steps'],
      view: 'ladder',
    });
    assert.deepEqual(memory.get(uri('new')), { at: 1, listHeight: 30, treeWidth: 60, inspecting: true, folded: ['steps'] });
  });

  it('forgets the oldest, and what is too long', async () => {
    const memory = new ViewMemory(memento);
    for (let i = 0; i < 60; i++) await memory.set(uri(`c${i}`), { row: i });
    assert.equal(memory.get(uri('a')), null);
    assert.deepEqual(memory.get(uri('c59')), { row: 59 });
    await memory.set(uri('c59'), { filter: 'x'.repeat(200_000) });
    assert.equal(memory.get(uri('c59')), null);
  });

  it('reads what does not fit as nothing', () => {
    state.set('peerscope.views', { a: 1 });
    assert.equal(new ViewMemory(memento).get(uri('a')), null);
  });
});
