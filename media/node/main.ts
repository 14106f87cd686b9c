/** Entry of the test nodes' page: its elements and its style sheet. */
import '@vscode-elements/elements/dist/vscode-button/index.js';
import '../theme/node.css';
import { NodeCard } from './card.ts';
import { NodeForm } from './form.ts';
import { HeldMessage } from './held.ts';
import { Nodes } from './nodes.ts';

declare global {
  interface HTMLElementTagNameMap {
    'peerscope-nodes': Nodes;
    'peerscope-node': NodeCard;
    'peerscope-node-form': NodeForm;
    'peerscope-held': HeldMessage;
  }
}

customElements.define('peerscope-held', HeldMessage);
customElements.define('peerscope-node', NodeCard);
customElements.define('peerscope-node-form', NodeForm);
// Last: it draws the others as soon as it is known.
customElements.define('peerscope-nodes', Nodes);
