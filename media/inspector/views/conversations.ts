/** The view of the conversations: what happened over time, and below it who talks with whom, or who talks at all. */
import { html, type TemplateResult } from 'lit';
import type { Widths } from '../page/resizing.ts';
import type { Stage, View } from '../page/view.ts';
import { ConversationTable } from './conversationtable.ts';
import { EndpointTable } from './endpointtable.ts';
import { Graph } from './graph.ts';
import '../../theme/conversations.css';
import '../../theme/graph.css';

declare global {
  interface HTMLElementTagNameMap {
    'peerscope-conversations': ConversationTable;
    'peerscope-endpoints': EndpointTable;
    'peerscope-graph': Graph;
  }
}
customElements.define('peerscope-conversations', ConversationTable);
customElements.define('peerscope-endpoints', EndpointTable);
customElements.define('peerscope-graph', Graph);

export const conversations: View = {
  id: 'conversations',
  title: 'Conversations',
  draw: (stage) => {
    const { session, overview, generation } = stage;
    const { endpoints, graph } = session.arranged;
    return html`<peerscope-graph .call=${session.call} .generation=${generation} .frames=${overview.frames} .filter=${session.list.filter}
        .start=${session.list.start} .open=${graph} @fold=${({ detail }: CustomEvent<boolean>) => session.arrange({ graph: detail })}
        @narrow=${({ detail }: CustomEvent<string>) => stage.filter(detail)}></peerscope-graph>
      <div class="whichs" role="radiogroup" aria-label="Table">${choice(stage, 'grid-conversations', 'Conversations', !endpoints)}${choice(stage, 'grid-endpoints', 'Endpoints', endpoints)}</div>
      ${table(stage)}`;
  },
};

function choice({ session }: Stage, id: string, title: string, chosen: boolean): TemplateResult {
  return html`<button id=${id} type="button" role="radio" class="which ${chosen ? 'chosen' : ''}" aria-checked=${chosen}
    @click=${() => session.arrange({ endpoints: id === 'grid-endpoints' })}>${title}</button>`;
}

function table({ session, generation, ...stage }: Stage): TemplateResult {
  const { endpoints, widths } = session.arranged;
  const { filter } = session.list;
  const resize = ({ detail }: CustomEvent<Widths>): void => stage.resize(detail);
  const narrow = ({ detail }: CustomEvent<string>): void => stage.narrow(detail);
  return endpoints
    ? html`<peerscope-endpoints class="fills" .call=${session.call} .generation=${generation} .filter=${filter} .widths=${widths} @resize-column=${resize} @narrow=${narrow}></peerscope-endpoints>`
    : html`<peerscope-conversations class="fills" .call=${session.call} .generation=${generation} .filter=${filter} .widths=${widths} @resize-column=${resize} @narrow=${narrow}></peerscope-conversations>`;
}
