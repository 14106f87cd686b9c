/** Why a message is not decrypted, or how it was: each key with its steps, up to the first that failed. */
import { html, nothing, type TemplateResult } from 'lit';
import type { ExplanationView, TreeView } from '../../../extension/wire/inspector.ts';

/** What is known of the explanation of the selected message. */
export type Explained = ExplanationView | 'asked' | { readonly failure: string } | undefined;

const titles: Readonly<Record<string, string>> = {
  true: 'How was it decrypted?',
  false: 'Why is it not decrypted?',
  undefined: 'Which keys were tried?',
};

export function explanation(tree: TreeView, explained: Explained, ask: (open: boolean) => void): TemplateResult | typeof nothing {
  if (tree.travelled !== 'encrypted') return nothing;
  const title = titles[String(tree.opened)];
  return html`<details id="explanation" class="explanation" ?open=${explained !== undefined}
    @toggle=${(event: Event) => ask((event.target as HTMLDetailsElement).open)}>
    <summary>${title}</summary>${body(explained)}</details>`;
}

function body(explained: Explained): TemplateResult | typeof nothing {
  if (explained === undefined) return nothing;
  if (explained === 'asked') return html`<p role="status">Trying the keys…</p>`;
  if ('failure' in explained) return html`<p class="error" role="alert">${explained.failure}</p>`;
  if (explained.keys.length === 0) return html`<p>No key of this protocol was given.</p>`;
  return html`<ul>${explained.keys.map(
    ({
      label,
      fingerprint,
      steps,
    }) => html`<li><code>${label}</code> <span class="fingerprint" title="First bytes of a hash of its line in the key log">${fingerprint}</span>
      <ol>${steps.map(
        ({
          name,
          inputs,
          result,
          ok,
        }) => html`<li class=${ok ? 'ok' : 'failed'}><span class="verdict" role="img" aria-label=${ok ? 'done' : 'failed'}>${ok ? '✓' : '✗'}</span>
          <span>${name}: <strong>${result}</strong>${inputs.length === 0 ? nothing : html`<span class="inputs">${inputs.map(([input, value]) => html`<span>${input} = <code>${value}</code></span>`)}</span>`}</span></li>`,
      )}</ol></li>`,
  )}</ul>`;
}
