/** Properties of the capture: files, times, interfaces, what was lost, secrets, and all comments. */
import { html, nothing, type PropertyDeclarations, type PropertyValues, type TemplateResult } from 'lit';
import type {
  CaptureProperties,
  FrameComment,
  InterfaceView,
  PropertiesQuestions,
} from '../../../extension/worker/answers/properties.ts';
import { PageElement } from '../../base/element.ts';
import { absolute, count, grouped, sinceStart } from '../../base/texts.ts';
import { type OwnComments, withComment } from '../list/comments.ts';
import { asking } from '../page/asking.ts';
import type { Call } from '../page/host.ts';
import { Polling } from '../page/polling.ts';
import type { View } from '../page/view.ts';
import '../../theme/properties.css';

export class Properties extends PageElement {
  static override properties: PropertyDeclarations = {
    call: { attribute: false },
    generation: { attribute: false },
    frames: { attribute: false },
    own: { attribute: false },
  };
  declare call: Call;
  /** Of the capture's rows, and how many frames there are: with another one the file has changed. */
  declare generation: number;
  declare frames: number;
  /** Comments of the user's own, by frame. */
  declare own: OwnComments;
  readonly #looked = new Polling<CaptureProperties>(this, 'The properties could not be read');

  protected override willUpdate(changed: PropertyValues): void {
    if (!changed.has('generation') && !changed.has('frames')) return;
    void this.#looked.ask(() => asking<PropertiesQuestions>(this.call, 'properties')('look', {}));
  }

  protected override render(): TemplateResult {
    const { answer: told, complaint } = this.#looked;
    return html`<div id="properties" class="properties" tabindex="0" role="region" aria-label="Properties of the capture">
      ${complaint === undefined ? nothing : html`<p class="error" role="alert">${complaint}</p>`}
      ${told === undefined ? html`<p class="hint" role="status">Reading…</p>` : this.#all(told)}
    </div>`;
  }

  #all(told: CaptureProperties): TemplateResult {
    const { sections, interfaces, more, done, progress } = told;
    return html`${facts([...this.#packets(told), ...sections.flatMap(writer), ...secrets(told)])}
      ${files(told)}
      ${
        interfaces.length === 0
          ? nothing
          : html`<h2>${count(interfaces.length, 'interface')}</h2>${table('interfaces', interfaceHeads, interfaces.map(interfaceCells))}`
      }
      ${this.#comments(told)}
      <p class="clause" role="status">${done ? (more ? 'The first of each kind are listed; there are more' : '') : `Reading the file, ${Math.floor(progress * 100)} %`}</p>`;
  }

  #packets({ format, frames, wireBytes, first, last }: CaptureProperties): Fact[] {
    const facts: Fact[] = [
      ['Format', format],
      ['Frames', `${grouped(frames)}, ${count(wireBytes, 'byte')} on the wire`],
    ];
    if (first === undefined || last === undefined) return [...facts, ['Times', 'No frame has a time']];
    const elapsed = Number(sinceStart(last, first));
    const rate = elapsed > 0 ? `, ${grouped(Math.round((frames / elapsed) * 10) / 10)} frames a second` : '';
    return [
      ...facts,
      ['First frame', absolute(first)],
      ['Last frame', absolute(last)],
      ['Elapsed', `${sinceStart(last, first)} s${rate}`],
    ];
  }

  #comments({ comments }: CaptureProperties): TemplateResult {
    const total = comments.length + this.own.length;
    if (total === 0)
      return html`<h2>Comments</h2><p class="hint">No frame has a comment. Ctrl+Alt+C comments on the selected frame.</p>`;
    return html`<h2>${count(total, 'comment')}</h2><ul id="comments" class="comments">
      ${this.own.map(([frame, text]) => this.#own(frame, text))}${comments.map((comment) => this.#ofFile(comment))}</ul>`;
  }

  #own(frame: number, text: string): TemplateResult {
    return html`<li>${this.#link(frame)}<input class="text-input" type="text" aria-label="Comment on frame ${frame}" spellcheck="false" .value=${text}
      @change=${(event: Event) => this.#edit(frame, (event.target as HTMLInputElement).value)} />
      <button type="button" class="close" aria-label="Remove the comment on frame ${frame}" title="Remove" @click=${() => this.#edit(frame, '')}>✕</button></li>`;
  }

  #ofFile({ frame, text }: FrameComment): TemplateResult {
    return html`<li>${this.#link(frame)}<span class="text">${text}</span> <span class="clause">in the file</span></li>`;
  }

  #link(frame: number): TemplateResult {
    return html`<button type="button" class="link" @click=${() => this.dispatchEvent(new CustomEvent('show-frame', { detail: frame }))}>Frame ${frame}</button>`;
  }

  #edit(frame: number, text: string): void {
    this.dispatchEvent(new CustomEvent<OwnComments>('change-comments', { detail: withComment(this.own, frame, text) }));
  }
}

type Fact = readonly [name: string, value: string];

function facts(all: readonly Fact[]): TemplateResult {
  return html`<dl>${all.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

function writer({ hardware, operatingSystem, application, comments }: CaptureProperties['sections'][number]): Fact[] {
  const named: Fact[] = [
    ['Hardware', hardware],
    ['Operating system', operatingSystem],
    ['Written by', application],
    ...comments.map((text): Fact => ['Comment', text]),
  ];
  return named.filter(([, value]) => value !== '');
}

function secrets({ secrets: kinds }: CaptureProperties): Fact[] {
  return kinds.map(({ kind, blocks }) => ['Secrets', `${kind}, ${count(blocks, 'block')}`]);
}

function files({ files: all }: CaptureProperties): TemplateResult {
  const rows = all.map(({ name, bytes, digest }) => [name, bytes === 0 ? '' : grouped(bytes), digest ?? '']);
  return html`<h2>${count(all.length, 'file')}</h2>${table('files', ['Name', 'Bytes', 'SHA-256'], rows)}`;
}

const interfaceHeads = ['Name', 'Link type', 'Frames', 'Dropped', 'Capture filter', 'Snapshot length', 'Time resolution'];

function interfaceCells({ name, description, link, frames, dropped, filter, snapLength, resolution }: InterfaceView): string[] {
  const title = description === '' || description === name ? name : `${name} ${description}`.trim();
  const kept = snapLength === 0 ? 'unlimited' : grouped(snapLength);
  return [title, link, grouped(frames), dropped ?? 'unknown', filter, kept, `${resolution} s`];
}

function table(id: string, heads: readonly string[], rows: readonly (readonly string[])[]): TemplateResult {
  return html`<table id=${id}><thead><tr>${heads.map((head) => html`<th scope="col">${head}</th>`)}</tr></thead>
    <tbody>${rows.map((cells) => html`<tr>${cells.map((cell) => html`<td>${cell}</td>`)}</tr>`)}</tbody></table>`;
}

declare global {
  interface HTMLElementTagNameMap {
    'peerscope-properties': Properties;
  }
}
customElements.define('peerscope-properties', Properties);

export const properties: View = {
  id: 'properties',
  title: 'Properties',
  draw: ({ session, overview, generation }) =>
    html`<peerscope-properties class="fills" .call=${session.call} .generation=${generation} .frames=${overview.frames} .own=${session.arranged.comments}
      @change-comments=${({ detail }: CustomEvent<OwnComments>) => session.arrange({ comments: detail })}
      @show-frame=${({ detail }: CustomEvent<number>) => session.showFrame(detail)}></peerscope-properties>`,
};
