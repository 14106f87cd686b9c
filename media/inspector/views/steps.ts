/** A session step by step: who sent what, the state of both sides around it, and what was computed. */
import { html, nothing, type PropertyDeclarations, type PropertyValues, type TemplateResult } from 'lit';
import type {
  ComputationView,
  SessionView,
  StateView,
  StepsQuestions,
  StepView,
} from '../../../extension/worker/answers/steps.ts';
import { sentence } from '../../base/connection.ts';
import { PageElement } from '../../base/element.ts';
import { VirtualList } from '../../base/virtuallist.ts';
import { debuggable, menuOf } from '../list/asfilter.ts';
import { type Ask, asking } from '../page/asking.ts';
import type { Call } from '../page/host.ts';
import type { ChosenMessage } from '../page/session.ts';
import { signs } from '../page/signs.ts';
import { Table } from '../page/table.ts';
import { openDetails, type View } from '../page/view.ts';
import { computations } from './computations.ts';
import '../../theme/steps.css';

const ROW_HEIGHT = 22;
/** Before a capture that is still being read is asked again. */
const POLL = 250;

export class Steps extends PageElement {
  static override properties: PropertyDeclarations = {
    call: { attribute: false },
    generation: { attribute: false },
    n: { attribute: false },
  };
  declare call: Call;
  /** Of the capture's rows; another one means other sessions. */
  declare generation: number;
  /** The message that is selected; undefined for a frame that completes none. */
  declare n: number | undefined;
  readonly #lines = new VirtualList<StepView>(this, {
    rowHeight: ROW_HEIGHT,
    rows: () => this.#steps,
    selection: {
      id: 'at-step',
      at: () => this.#at,
      go: (index) => void this.#choose(index),
      act: (key) => {
        if (key === 'Enter') return openDetails(this);
        const by = { ArrowRight: 1, ArrowLeft: -1 }[key];
        if (by !== undefined) this.#lines.go(this.#at + by);
        return by !== undefined;
      },
    },
  });
  #sessions: readonly SessionView[] = [];
  #more = false;
  #ready = false;
  #session: SessionView | undefined;
  #states: ReadonlyMap<string, StateView> = new Map();
  #steps: Table<StepView> | undefined;
  #at = -1;
  /** The step that was asked for last. */
  #wanted = -1;
  #computed: readonly ComputationView[] | undefined;
  #reveal = false;
  #complaint: string | undefined;
  #turn = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  override disconnectedCallback(): void {
    clearTimeout(this.#timer);
    super.disconnectedCallback();
  }

  /** A step further or back; the first where there was none. */
  step(by: number): void {
    const to = Math.max(0, Math.min((this.#session?.steps ?? 0) - 1, this.#at + by));
    if (this.#session === undefined && this.#sessions[0] !== undefined) void this.#show(this.#sessions[0].first, true);
    else if (to !== this.#at) this.#lines.go(to);
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has('generation')) {
      this.#session = undefined;
      void this.#askSessions();
    }
    if ((changed.has('generation') || changed.has('n')) && this.n !== undefined) void this.#show(this.n, false);
  }

  get #ask(): Ask<StepsQuestions> {
    return asking(this.call, 'steps');
  }

  async #askSessions(): Promise<void> {
    clearTimeout(this.#timer);
    try {
      const { sessions, more, ready } = await this.#ask('sessions', {});
      this.#sessions = sessions;
      this.#more = more;
      this.#ready = ready;
      if (!ready) this.#timer = setTimeout(() => void this.#askSessions(), POLL);
    } catch (error) {
      this.#complaint = `The sessions could not be read: ${sentence(error)}`;
    }
    this.requestUpdate();
  }

  /** Shows the session of a message and the step that it is; `select` tells the page of it. */
  async #show(n: number, select: boolean): Promise<void> {
    const turn = ++this.#turn;
    this.#complaint = undefined;
    try {
      const { session, states, at, steps } = await this.#ask('steps', { n, start: 0, count: 1 });
      if (turn !== this.#turn) return;
      if (session?.first !== this.#session?.first || session?.steps !== this.#session?.steps) this.#take(session, states);
      this.#at = at;
      if (at >= 0) this.#lines.reveal(at);
      if (select && steps[0] !== undefined) this.#tell(steps[0]);
      await this.#compute(n, turn);
    } catch (error) {
      if (turn === this.#turn) this.#complaint = `The session could not be read: ${sentence(error)}`;
    }
    this.requestUpdate();
  }

  #take(session: SessionView | undefined, states: readonly StateView[]): void {
    this.#session = session;
    this.#states = new Map(states.map((state) => [state.id, state]));
    if (session === undefined) this.#steps = undefined;
    else
      this.#steps = new Table<StepView>(
        async (start, count) => {
          const { steps, generation } = await this.#ask('steps', { n: session.first, start, count });
          return { rows: steps, total: session.steps, generation, ready: true };
        },
        () => this.requestUpdate(),
        session.steps,
      );
  }

  async #compute(n: number, turn: number): Promise<void> {
    const { computations: computed } = await this.#ask('compute', { n, reveal: this.#reveal });
    if (turn !== this.#turn) return;
    this.#computed = computed;
    this.requestUpdate();
  }

  protected override render(): TemplateResult {
    return html`${this.#bar()}
      ${this.#complaint === undefined ? nothing : html`<p class="hint error" role="alert">${this.#complaint}</p>`}
      ${this.#session === undefined ? this.#none() : html`<div class="stepping">${this.#listed()}${this.#details()}</div>`}`;
  }

  #none(): TemplateResult {
    const text = !this.#ready
      ? 'Reading…'
      : this.#sessions.length === 0
        ? 'No session that can be stepped through'
        : 'The selected packet is a step of no session: choose one above';
    return html`<p class="hint" role="status">${text}</p>`;
  }

  #bar(): TemplateResult {
    const session = this.#session;
    const total = session?.steps ?? 0;
    return html`<div class="step-bar">
      <select id="choose-session" aria-label="Session" @change=${this.#pick}>
        ${session === undefined ? html`<option value="" selected>Choose a session…</option>` : nothing}
        ${this.#sessions.map(
          ({ first, title, protocol, endpoints, steps }) =>
            html`<option value=${first} ?selected=${first === session?.first}>${protocol}, ${title}: ${endpoints.join(' → ')} (${steps})</option>`,
        )}
      </select>
      ${this.#more ? html`<span class="clause">the first ${this.#sessions.length}</span>` : nothing}
      <vscode-button id="step-back" secondary title="F9" ?disabled=${this.#at <= 0} @click=${() => this.step(-1)}>◀ Back</vscode-button>
      <vscode-button id="step-forward" title="F10" ?disabled=${session !== undefined && this.#at >= total - 1} @click=${() => this.step(1)}>Step ▶</vscode-button>
      <span id="step-count" role="status">${session === undefined || this.#at < 0 ? nothing : `Step ${this.#at + 1} of ${total}`}</span>
      <vscode-checkbox id="reveal-secrets" label="Show secrets" .checked=${this.#reveal} @change=${this.#revealed}></vscode-checkbox>
    </div>`;
  }

  #listed(): TemplateResult {
    return html`<div id="step-list" class="table viewport" role="listbox" tabindex="0" aria-label="Steps" data-vscode-context=${this.#menu(this.#steps?.row(this.#at))}
      aria-activedescendant=${this.#lines.active} @keydown=${this.#lines.key}>
      ${this.#lines.draw((step, index) => this.#row(step, index))}
    </div>`;
  }

  #row(step: StepView | undefined, index: number): TemplateResult {
    const selected = index === this.#at;
    const isOpener = step?.by === 'opener';
    return html`<div id="at-step-${index}" class="table-row step-line ${selected ? 'selected' : ''}" role="option" aria-selected=${selected} aria-posinset=${index + 1}
      aria-setsize=${this.#session!.steps} data-vscode-context=${this.#menu(step)} @mousedown=${(event: MouseEvent) => this.#lines.press(event, index)} @dblclick=${() => openDetails(this)}>${
        step === undefined
          ? '…'
          : html`<span class="number">${step.frame}</span><span class="way" title=${isOpener ? 'From who opened the session' : 'From the other side'}>${isOpener ? '→' : '←'}</span><span class="message">${
              step.severity === undefined
                ? html`<span class="mark"></span> `
                : html`<span class="mark ${step.severity}" role="img" aria-label=${step.severity}>${signs[step.severity]}</span> `
            }${step.message}${step.state === 'encrypted' ? html` <span class="badge encrypted">enc</span>` : nothing}</span><span class="text">${this.#change(step)}</span>`
      }</div>`;
  }

  /** Of a step; the menu key opens that of the one that is selected. */
  #menu(step: StepView | undefined): string {
    const { protocol, conversation } = this.#session!;
    const filter = step === undefined ? undefined : `${protocol}.message == ${JSON.stringify(step.message)}`;
    return menuOf('line', filter, debuggable(conversation));
  }

  #change({ before, after, allowed }: StepView): string {
    if (!allowed) return `not allowed in ${before}`;
    return before === after ? before : `${before} → ${after}`;
  }

  #details(): TemplateResult {
    const step = this.#at < 0 ? undefined : this.#steps?.row(this.#at);
    if (step === undefined) return html`<div class="step-details"><p class="hint">Reading…</p></div>`;
    const [opener, answerer] = this.#session!.endpoints;
    const [before, after] = [this.#states.get(step.before), this.#states.get(step.after)];
    const side = (state: StateView | undefined, which: 0 | 1): string => state?.sides?.[which] ?? state?.id ?? '';
    return html`<div id="step-details" class="step-details" tabindex="0" role="region" aria-label="Step">
      <table class="sides"><thead><tr><td></td><th scope="col">${opener}, opened it</th><th scope="col">${answerer}</th></tr></thead><tbody>
        <tr><th scope="row">before</th><td>${side(before, 0)}</td><td>${side(before, 1)}</td></tr>
        <tr class="sent"><th scope="row">frame ${step.frame}</th><td colspan="2" class=${step.by}>${step.by === 'opener' ? `${step.message} ⟶` : `⟵ ${step.message}`}</td></tr>
        <tr><th scope="row">after</th><td>${side(after, 0)}</td><td>${side(after, 1)}</td></tr>
      </tbody></table>
      <p class="clause">${step.allowed ? after?.words : `A ${step.message} is not allowed here: ${before?.words ?? step.before}`}</p>
      ${this.#computed === undefined ? html`<p class="hint">Computing…</p>` : computations(this.#computed)}
    </div>`;
  }

  readonly #pick = (event: Event): void => {
    const { value } = event.target as HTMLSelectElement;
    if (value !== '') void this.#show(Number(value), true);
  };

  readonly #revealed = (event: Event): void => {
    this.#reveal = (event.target as HTMLInputElement).checked;
    if (this.n !== undefined) void this.#compute(this.n, this.#turn);
    this.requestUpdate();
  };

  /** A step whose line is not here yet is asked for: who pressed a button that can be pressed gets what it says. */
  async #choose(index: number): Promise<void> {
    const session = this.#session;
    if (session === undefined) return;
    const isWanted = (): boolean => this.#wanted === index && this.#session === session;
    this.#wanted = index;
    try {
      const step = this.#steps?.row(index) ?? (await this.#ask('steps', { n: session.first, start: index, count: 1 })).steps[0];
      if (step === undefined || !isWanted()) return;
      // What is selected already is not selected once more, though another step may stand here.
      if (step.n === this.n) await this.#show(step.n, false);
      else this.#tell(step);
    } catch (error) {
      if (isWanted()) this.#complaint = `The step could not be read: ${sentence(error)}`;
      this.requestUpdate();
    }
  }

  #tell({ frame, n }: StepView): void {
    this.dispatchEvent(new CustomEvent<ChosenMessage>('show-message', { detail: { frame, n } }));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'peerscope-steps': Steps;
  }
}
customElements.define('peerscope-steps', Steps);

export const steps: View = {
  id: 'steps',
  title: 'Steps',
  draw: ({ session, generation }) =>
    html`<peerscope-steps class="fills" .call=${session.call} .generation=${generation} .n=${session.row?.n}
      @show-message=${({ detail }: CustomEvent<ChosenMessage>) => session.showMessage(detail)}></peerscope-steps>`,
  commands: {
    stepForward: (page) => page.querySelector('peerscope-steps')?.step(1),
    stepBack: (page) => page.querySelector('peerscope-steps')?.step(-1),
  },
};
