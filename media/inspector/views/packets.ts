/** The view of the packets: the list, and what is said where it is empty. */
import { html } from 'lit';
import { count } from '../../base/texts.ts';
import type { Pick } from '../../base/virtuallist.ts';
import type { MovedColumn } from '../list/heads.ts';
import { Packets } from '../list/packets.ts';
import type { Widths } from '../page/resizing.ts';
import type { Stage, View } from '../page/view.ts';
import '../../theme/packets.css';

declare global {
  interface HTMLElementTagNameMap {
    'peerscope-packets': Packets;
  }
}
customElements.define('peerscope-packets', Packets);

export const packets: View = {
  id: 'packets',
  title: 'Packets',
  draw: (stage) => {
    const { session, overview } = stage;
    return html`<peerscope-packets class="fills" .list=${session.list} .selected=${session.selected?.row} .picked=${session.picked} .arranged=${session.arranged} .live=${overview.live === true} .empty=${empty(stage)}
      @resize-column=${({ detail }: CustomEvent<Widths>) => stage.resize(detail)}
      @sort-column=${({ detail }: CustomEvent<string>) => session.sortBy(detail)}
      @move-column=${({ detail }: CustomEvent<MovedColumn>) => session.moveColumn(detail)}
      @select-all=${() => session.selectAll()}
      @select-row=${({ detail: { row, how } }: CustomEvent<{ row: number; how: Pick }>) => session.select(row, how)}></peerscope-packets>`;
  },
};

function empty({ overview, session: { show, list } }: Stage): string {
  const { bareSegments } = overview;
  const hidden = show === 'withoutBareSegments' && bareSegments > 0 ? ` (${count(bareSegments, 'bare segment')} not listed)` : '';
  if (!overview.done || !list.known) return 'Reading…';
  if (list.sort !== undefined && !list.isSettled) return 'Sorting…';
  if (list.filter !== '') return list.scan?.done === false ? 'Searching…' : `No packet matches the filter${hidden}`;
  return show === 'messages' && overview.frames > 0 ? 'No messages' : 'No frames';
}
