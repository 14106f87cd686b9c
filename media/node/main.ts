/** Entry of the test nodes' page: its elements and its style sheet. */
import '@vscode-elements/elements/dist/vscode-button/index.js';
import '@vscode-elements/elements/dist/vscode-split-layout/index.js';
import '../inspector/page/reducedmotion.ts';
import '../theme/node.css';
import { Bytes } from '../inspector/bytes/bytes.ts';
import { FindWithin } from '../inspector/page/findwithin.ts';
import { FieldTree } from '../inspector/tree/tree.ts';
import { NodeBar } from './bar.ts';
import { NodeCard } from './card.ts';
import { NodeFaults } from './faults.ts';
import { NodeForm } from './form.ts';
import { HeldMessage } from './held.ts';
import { NodeLink } from './link.ts';
import { Nodes } from './nodes.ts';
import { PendingMessagePane } from './pending.ts';

declare global {
  interface HTMLElementTagNameMap {
    'peerscope-nodes': Nodes;
    'peerscope-node': NodeCard;
    'peerscope-node-form': NodeForm;
    'peerscope-node-bar': NodeBar;
    'peerscope-node-link': NodeLink;
    'peerscope-node-faults': NodeFaults;
    'peerscope-held': HeldMessage;
    'peerscope-pending': PendingMessagePane;
  }
}

customElements.define('peerscope-find-within', FindWithin);
customElements.define('peerscope-fields', FieldTree);
customElements.define('peerscope-bytes', Bytes);
customElements.define('peerscope-pending', PendingMessagePane);
customElements.define('peerscope-held', HeldMessage);
customElements.define('peerscope-node-bar', NodeBar);
customElements.define('peerscope-node-link', NodeLink);
customElements.define('peerscope-node-faults', NodeFaults);
customElements.define('peerscope-node', NodeCard);
customElements.define('peerscope-node-form', NodeForm);
// Last: it draws the others as soon as it is known.
customElements.define('peerscope-nodes', Nodes);
