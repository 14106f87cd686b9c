/** The line above the packets: what was opened, how much is in it, and what can be done with all of it. */
import { html, nothing, type TemplateResult } from 'lit';
import type { Overview } from '../../extension/wire/inspector.ts';
import { views as names, type ViewName } from './remembered.ts';
import type { Session } from './session.ts';
import { count } from './texts.ts';

export function toolbar(session: Session, overview: Overview, addKeys: () => void): TemplateResult {
  const { name, format, frames, messages, encrypted, keys, read, bytes, done } = overview;
  return html`<header id="toolbar" class="toolbar">
    <strong class="name" title="${name} (${format}, ${count(bytes, 'byte')})">${name}</strong>
    <span id="counts" class="counts">
      <span id="count-frames">${count(frames, 'frame')}</span>
      <span id="count-messages">${count(messages, 'message')}</span>
      <span id="count-encrypted" title="Messages that travelled encrypted and that no key opens">${count(encrypted, 'not opened', 'not opened')}</span>
      <span id="count-findings">${count(overview.findings, 'finding')}</span>
      ${overview.live ? html`<span id="live" class="live" title="The file grows, and what comes is shown">◉ live</span>` : nothing}
      ${keys === 0 ? nothing : html`<span id="count-keys">${count(keys, 'key')}</span>`}
    </span>
    <span class="actions">
      <vscode-checkbox id="messages-only" label="Messages only" .checked=${session.show === 'messages'}
        @change=${(event: Event) => session.setShow((event.target as HTMLInputElement).checked ? 'messages' : 'all')}></vscode-checkbox>
 <vscode-button id="export" secondary @click=${() => void session.export(session.row)}>Export…</vscode-button>
      <vscode-button id="add-keys" secondary @click=${addKeys}>Keys…</vscode-button>
    </span>
    ${
      !done
        ? html`<vscode-progress-bar id="progress" class="progress" aria-label="Reading the capture" .value=${read} .max=${bytes}></vscode-progress-bar>`
        : nothing
    }
  </header>`;
}

const titles: Readonly<Record<ViewName, string>> = {
  packets: 'Packets',
  ladder: 'Ladder',
  steps: 'Steps',
  conversations: 'Conversations',
  findings: 'Findings',
  keys: 'Keys',
};

/** The tabs above the list: arrow keys go from one to the next, as in every row of tabs. */
export function views(session: Session): TemplateResult {
  const key = (event: KeyboardEvent, name: ViewName): void => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    const next = names[(names.indexOf(name) + by + names.length) % names.length]!;
    session.setView(next);
    document.getElementById(`view-${next}`)?.focus();
  };
  return html`<div class="views" role="tablist" aria-label="Views">${names.map(
    (
      name,
    ) => html`<button id="view-${name}" type="button" role="tab" aria-selected=${session.view === name} tabindex=${session.view === name ? 0 : -1}
      @click=${() => session.setView(name)} @keydown=${(event: KeyboardEvent) => key(event, name)}>${titles[name]}</button>`,
  )}</div>`;
}
