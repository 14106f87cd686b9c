/** The line above the packets: what was opened, how much is in it, and what can be done with all of it. */
import { html, nothing, type TemplateResult } from 'lit';
import type { Overview, PageCommand } from '../../../extension/wire/inspector.ts';
import { count } from '../../base/texts.ts';
import { viewOf, views } from '../views/index.ts';
import type { Session } from './session.ts';

export function toolbar(session: Session, overview: Overview, addKeys: () => void): TemplateResult {
  const { name, format, frames, bareSegments, messages, encrypted, keys, read, bytes, done } = overview;
  return html`<header id="toolbar" class="toolbar">
    <strong class="name" title="${name} (${format}, ${count(bytes, 'byte')})">${name}</strong>
    <span id="counts" class="counts">
      <span id="count-frames">${count(frames, 'frame')}</span>
      <span id="count-messages">${count(messages, 'message')}</span>
      <span id="count-encrypted" title="Messages that are still encrypted, or a part of them">${count(encrypted, 'undecrypted', 'undecrypted')}</span>
      <span id="count-findings">${count(overview.findings, 'finding')}</span>
      ${overview.live ? html`<span id="live" class="live" title="The file grows, and what comes is shown">◉ live</span>` : nothing}
      ${keys === 0 ? nothing : html`<span id="count-keys">${count(keys, 'key')}</span>`}
    </span>
    <span class="actions">
      ${bareSegments === 0 ? nothing : bareSwitch(session, bareSegments)}
      <vscode-checkbox id="messages-only" label="Messages only" .checked=${session.show === 'messages'}
        @change=${(event: Event) => session.setShow(isChecked(event) ? 'messages' : 'withoutBareSegments')}></vscode-checkbox>
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

const isChecked = ({ target }: Event): boolean => (target as HTMLInputElement).checked;

function bareSwitch(session: Session, bareSegments: number): TemplateResult {
  const label = `Bare segments (${bareSegments.toLocaleString('en-US')})`;
  return html`<vscode-checkbox id="bare-segments" label=${label} .checked=${session.show === 'all'} ?disabled=${session.show === 'messages'}
    title="Show TCP segments that only open or acknowledge, or carry part of a message that ends in a later frame"
    @change=${(event: Event) => session.setShow(isChecked(event) ? 'all' : 'withoutBareSegments')}></vscode-checkbox>`;
}

/** The tabs above the list: arrow keys go from one to the next, as in every row of tabs. */
export function tabs(session: Session): TemplateResult {
  const shown = viewOf(session.view);
  const key = (event: KeyboardEvent, from: number): void => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    const { id } = views[(from + by + views.length) % views.length]!;
    session.setView(id);
    document.getElementById(`view-${id}`)?.focus();
  };
  return html`<div class="views" role="tablist" aria-label="Views">${views.map(
    (
      view,
      at,
    ) => html`<button id="view-${view.id}" type="button" role="tab" aria-selected=${view === shown} tabindex=${view === shown ? 0 : -1}
      @click=${() => session.setView(view.id)} @keydown=${(event: KeyboardEvent) => key(event, at)}>${view.title}</button>`,
  )}</div>`;
}

/** What has a key has a button, too: the sign on it, what it does, and its key. */
const actions: readonly (readonly [command: PageCommand, sign: string, title: string])[] = [
  ['find', '⌕', 'Find (Ctrl+F)'],
  ['toggleMark', '◆', 'Mark or unmark (Ctrl+M)'],
  ['comment', '✎', 'Comment (Ctrl+Alt+C)'],
  ['setTimeReference', '∆', 'Set time reference (Ctrl+T)'],
  ['previousInConversation', '‹', 'Previous in conversation (Alt+,)'],
  ['nextInConversation', '›', 'Next in conversation (Alt+.)'],
  ['stepBack', '◁', 'Step back (F9)'],
  ['stepForward', '▷', 'Step forward (F10)'],
  ['toggleDetails', '▤', 'Show or hide fields and bytes'],
];

export function rowActions(carryOut: (command: PageCommand) => void): TemplateResult {
  return html`<div id="row-actions" class="row-actions" role="toolbar" aria-label="Selected packet">${actions.map(
    ([command, sign, title]) =>
      html`<button type="button" data-command=${command} title=${title} aria-label=${title} @click=${() => carryOut(command)}>${sign}</button>`,
  )}</div>`;
}
