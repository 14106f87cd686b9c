/** What is said about a row as a whole, above its fields: rules that it broke, and keys that it lacks. */
import { html, nothing, type TemplateResult } from 'lit';
import type { TreeView } from '../../../extension/wire/inspector.ts';
import { signs } from '../page/signs.ts';

export function findings({ findings }: TreeView): TemplateResult | typeof nothing {
  if (findings.length === 0) return nothing;
  return html`<ul id="findings" class="findings" aria-label="Findings">${findings.map(
    ({ severity, rule, text, clause, frames }) => html`<li class="finding ${severity}" data-rule=${rule}>
      <span class="mark ${severity}" aria-hidden="true">${signs[severity]}</span>
      <span><span class="severity">${severity}</span> <code>${rule}</code> ${text}
        <span class="clause">(${clause})${frames.length > 1 ? ` · frames ${frames.join(', ')}` : ''}</span></span>
    </li>`,
  )}</ul>`;
}

/** Which open choices keep candidates from being tried, each with a button that lets them be. */
export function pins({ pins }: TreeView, unpin: (choice: string) => void): TemplateResult | typeof nothing {
  if (pins.length === 0) return nothing;
  return html`${pins.map(
    ({ choice, candidate }) => html`<div class="missing pinned" data-choice=${choice}>
    <p><code>${choice}</code> is pinned to <code>${candidate}</code>: no other candidate was tried.</p>
    <vscode-button secondary @click=${() => unpin(choice)}>Unpin</vscode-button>
  </div>`,
  )}`;
}

export function missing({ missing }: TreeView, addKeys: () => void): TemplateResult | typeof nothing {
  if (missing.length === 0) return nothing;
  return html`<div id="missing" class="missing">
    <div><p>One of these in a key log opens it:</p>${missing.map((text) => html`<p>${text}</p>`)}</div>
    <vscode-button id="add-keys-here" @click=${addKeys}>Add key log…</vscode-button>
  </div>`;
}
