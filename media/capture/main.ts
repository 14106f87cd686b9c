/** Entry of the inspector's page: its elements and its style sheet. */
import '@vscode-elements/elements/dist/vscode-button/index.js';
import '@vscode-elements/elements/dist/vscode-checkbox/index.js';
import '@vscode-elements/elements/dist/vscode-progress-bar/index.js';
import '@vscode-elements/elements/dist/vscode-split-layout/index.js';
import '../theme/capture.css';
import { Breaches } from './breaches.ts';
import { Bytes } from './bytes.ts';
import { Conversations } from './conversations.ts';
import { Endpoints } from './endpoints.ts';
import { FilterBar } from './filterbar.ts';
import { FindBar } from './findbar.ts';
import { Graph } from './graph.ts';
import { Inspector } from './inspector.ts';
import { KeyTable } from './keyring.ts';
import { Ladder } from './ladder.ts';
import { Packets } from './packets.ts';
import { Steps } from './steps.ts';
import './still.ts';
import { FieldTree } from './tree.ts';

declare global {
  interface HTMLElementTagNameMap {
    'peerscope-inspector': Inspector;
    'peerscope-packets': Packets;
    'peerscope-fields': FieldTree;
    'peerscope-bytes': Bytes;
    'peerscope-filter': FilterBar;
    'peerscope-find': FindBar;
    'peerscope-ladder': Ladder;
    'peerscope-steps': Steps;
    'peerscope-keys': KeyTable;
    'peerscope-conversations': Conversations;
    'peerscope-endpoints': Endpoints;
    'peerscope-graph': Graph;
    'peerscope-breaches': Breaches;
  }
}

customElements.define('peerscope-packets', Packets);
customElements.define('peerscope-fields', FieldTree);
customElements.define('peerscope-bytes', Bytes);
customElements.define('peerscope-filter', FilterBar);
customElements.define('peerscope-find', FindBar);
customElements.define('peerscope-ladder', Ladder);
customElements.define('peerscope-steps', Steps);
customElements.define('peerscope-keys', KeyTable);
customElements.define('peerscope-conversations', Conversations);
customElements.define('peerscope-endpoints', Endpoints);
customElements.define('peerscope-graph', Graph);
customElements.define('peerscope-breaches', Breaches);
// Last: it draws the others as soon as it is known.
customElements.define('peerscope-inspector', Inspector);
