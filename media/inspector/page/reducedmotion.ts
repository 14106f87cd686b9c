/** Who asked for less motion gets none: what the elements of the page move in their shadows, no style sheet reaches. */
import { VscodeSplitLayout } from '@vscode-elements/elements/dist/vscode-split-layout/vscode-split-layout.js';
import { css } from 'lit';

VscodeSplitLayout.elementStyles.push(css`
  @media (prefers-reduced-motion: reduce) {
    .handle {
      transition: none !important;
    }
  }
`);
