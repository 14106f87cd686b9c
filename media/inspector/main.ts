/** Entry of the inspector's page: its elements and its style sheet. */
import '@vscode-elements/elements/dist/vscode-button/index.js';
import '@vscode-elements/elements/dist/vscode-checkbox/index.js';
import '@vscode-elements/elements/dist/vscode-progress-bar/index.js';
import '@vscode-elements/elements/dist/vscode-split-layout/index.js';
import '../theme/capture.css';
import { Bytes } from './bytes/bytes.ts';
import { FilterBar } from './list/filterbar.ts';
import { FindBar } from './list/findbar.ts';
import { FindWithin } from './page/findwithin.ts';
import { Inspector } from './page/inspector.ts';
import './page/reducedmotion.ts';
import { FieldTree } from './tree/tree.ts';

declare global {
  interface HTMLElementTagNameMap {
    'peerscope-inspector': Inspector;
    'peerscope-fields': FieldTree;
    'peerscope-bytes': Bytes;
    'peerscope-filter': FilterBar;
    'peerscope-find': FindBar;
    'peerscope-find-within': FindWithin;
  }
}

customElements.define('peerscope-find-within', FindWithin);
customElements.define('peerscope-fields', FieldTree);
customElements.define('peerscope-bytes', Bytes);
customElements.define('peerscope-filter', FilterBar);
customElements.define('peerscope-find', FindBar);
// Last: it draws the others as soon as it is known.
customElements.define('peerscope-inspector', Inspector);
