/** What both sides computed for a message: each formula with its values, what is unknown by its name. */
import { html, nothing, type TemplateResult } from 'lit';
import type { ComputationView, QuantityView } from '../../../extension/worker/answers/steps.ts';

const verdicts = { valid: '✓ valid', invalid: '✗ invalid', unchecked: '? unchecked' };

export function computations(all: readonly ComputationView[]): TemplateResult {
  if (all.length === 0) return html`<p class="hint">Nothing is computed for this message.</p>`;
  return html`<ol class="computations">${all.map(
    ({ formula, clause, inputs, results, check }) => html`<li>
      <div class="formula"><code>${formula}</code>${
        check === undefined ? nothing : html`<span class="check ${check.state}">${verdicts[check.state]}</span>`
      }<span class="clause">${clause}</span></div>
      ${check === undefined || check.why === '' ? nothing : html`<p class="why">${check.why}</p>`}
      <dl>${inputs.map((one) => quantity(one, ''))}${results.map((one) => quantity(one, '→ '))}</dl>
    </li>`,
  )}</ol>`;
}

function quantity({ name, value, length, unknown, secret }: QuantityView, before: string): TemplateResult {
  return html`<div class=${secret ? 'secret' : ''}><dt>${before}${name}</dt><dd>${
    value === undefined ? hidden(unknown, length) : html`<code>${value}</code>`
  }</dd></div>`;
}

function hidden(unknown: string | undefined, length: number | undefined): TemplateResult {
  if (unknown !== undefined) return html`<span class="unknown">unknown: ${unknown}</span>`;
  return html`<span class="masked">secret${length === undefined ? '' : `, ${length} bytes`}</span>`;
}
