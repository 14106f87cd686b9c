/** Entry of the page of a comparison: its element and its style sheet. */
import '@vscode-elements/elements/dist/vscode-button/index.js';
import '../theme/comparison.css';
import { Comparison } from './comparison.ts';

declare global {
  interface HTMLElementTagNameMap {
    'peerscope-comparison': Comparison;
  }
}

customElements.define('peerscope-comparison', Comparison);
