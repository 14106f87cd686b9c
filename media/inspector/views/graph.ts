/** Packets, bytes and findings over time; a range of it, dragged or chosen with the keys, narrows the list. */
import { html, nothing, type PropertyDeclarations, type PropertyValues, type TemplateResult } from 'lit';
import type { ConversationsQuestions } from '../../../extension/worker/answers/conversations.ts';
import type { TimelineView } from '../../../extension/worker/timeline.ts';
import { PageElement } from '../../base/element.ts';
import { isForeign } from '../../base/listkeys.ts';
import { count, type Instant } from '../../base/texts.ts';
import { asking } from '../page/asking.ts';
import type { Call } from '../page/host.ts';
import { Polling } from '../page/polling.ts';
import { HEIGHT, plot } from './graphplot.ts';
import { edgeText, sizeText, timeOfDay, widthText } from './timeaxis.ts';
import { rangeIn, type TimeRange, withRange } from './timerange.ts';

/** Buckets that Page Up and Page Down go. */
const PAGE = 10;
const severities = ['error', 'warning', 'note'] as const;
const signs = { error: '●', warning: '▲', note: '◆' };

export class Graph extends PageElement {
  static override properties: PropertyDeclarations = {
    call: { attribute: false },
    generation: { attribute: false },
    frames: { attribute: false },
    filter: { attribute: false },
    start: { attribute: false },
    open: { attribute: false },
  };
  declare call: Call;
  /** Of the capture's rows; negative while it is being read. */
  declare generation: number;
  /** How many there are: a capture that grows has more. */
  declare frames: number;
  declare filter: string;
  /** The time of the first frame. */
  declare start: Instant | undefined;
  /** It is not folded away. */
  declare open: boolean;
  readonly #timeline = new Polling<TimelineView>(this, 'The graph could not be made');
  #width = 0;
  /** The bucket that the keys stand on, and the one under the mouse. */
  #cursor = 0;
  #hover: number | undefined;
  /** The range that is being chosen, from the bucket where it began. */
  #brush: { readonly anchor: number; readonly head: number } | undefined;
  readonly #sized = new ResizeObserver(([entry]) => {
    this.#width = Math.floor(entry!.contentRect.width);
    this.requestUpdate();
  });

  override disconnectedCallback(): void {
    this.#sized.disconnect();
    super.disconnectedCallback();
  }

  protected override willUpdate(changed: PropertyValues): void {
    const isOther = (['generation', 'frames', 'filter', 'open'] as const).some((name) => changed.has(name));
    // Rows still move until all are there.
    if (isOther && this.open && this.generation >= 0) this.#look();
    const { answer } = this.#timeline;
    this.#cursor = Math.min(this.#cursor, Math.max(0, (answer?.packets.length ?? 1) - 1));
  }

  protected override updated(): void {
    this.#sized.disconnect();
    const field = this.querySelector('#graph-brush');
    if (field !== null) this.#sized.observe(field);
  }

  #look(): void {
    const { rest } = rangeIn(this.filter);
    const ask = asking<ConversationsQuestions>(this.call, 'conversations');
    void this.#timeline.ask(() => ask('timeline', rest === '' ? {} : { filter: rest }));
  }

  protected override render(): TemplateResult {
    const { range } = rangeIn(this.filter);
    return html`<section id="graph" class="graph" aria-label="Over time">
      <div class="graph-bar">
        <button type="button" id="fold-graph" class="fold" aria-expanded=${this.open} @click=${this.#fold}><span class="twistie" aria-hidden="true">${this.open ? '▾' : '▸'}</span>Over time</button>
        ${this.open && this.#timeline.answer !== undefined ? this.#legend(this.#timeline.answer) : nothing}
        ${range === undefined ? nothing : html`<span id="graph-range">${range.from} s to ${range.to} s</span><button type="button" id="clear-range" class="link" @click=${this.#clear}>All times</button>`}
      </div>
      ${this.open ? this.#drawn(range) : nothing}
    </section>`;
  }

  #legend(view: TimelineView): TemplateResult {
    const most = (counts: readonly number[]): number => counts.reduce((a, b) => Math.max(a, b), 0);
    return html`<span class="legend"><svg class="key" width="9" height="9" aria-hidden="true"><path class="packets" d="M0 9V3h4v6zM5 9V0h4v9z"></path></svg> packets, up to ${count(most(view.packets), 'packet').split(' ')[0]}</span>
      <span class="legend"><svg class="key" width="14" height="9" aria-hidden="true"><path class="bytes" d="M0 7H5V2H9V5H14"></path></svg> bytes, up to ${sizeText(most(view.bytes))}</span>
      <span class="legend">per ${widthText(view)}</span>
      ${severities.map((severity) => (view[severity].some((number) => number > 0) ? html`<span class="legend"><span class="sign ${severity}" aria-hidden="true">${signs[severity]}</span> ${severity}</span>` : nothing))}`;
  }

  #drawn(range: TimeRange | undefined): TemplateResult {
    const view = this.#timeline.answer;
    const buckets = view?.packets.length ?? 0;
    if (this.#timeline.complaint !== undefined) return html`<p class="hint error" role="alert">${this.#timeline.complaint}</p>`;
    if (view === undefined || (buckets === 0 && !view.done)) return html`<p class="hint" role="status">Reading…</p>`;
    if (buckets === 0)
      return html`<p class="hint" role="status">${view.timeless > 0 ? 'The frames have no times' : 'No frames'}</p>`;
    const at = this.#hover ?? this.#cursor;
    return html`<div id="graph-brush" class="graph-brush" role="slider" tabindex="0" aria-label=${this.#summary(view)} aria-describedby="graph-help"
        aria-valuemin="0" aria-valuemax=${buckets - 1} aria-valuenow=${this.#cursor} aria-valuetext=${this.#says(view, this.#cursor)}
        @keydown=${this.#key} @keyup=${this.#keyUp} @pointerdown=${this.#press} @pointermove=${this.#move} @pointerup=${this.#drop}
        @pointercancel=${this.#cancel} @pointerleave=${this.#leave}>${
          this.#width === 0
            ? html`<svg height=${HEIGHT}></svg>`
            : plot(view, { width: this.#width, at, brush: this.#brush === undefined ? range : this.#chosen(view, this.#brush) })
        }</div>
      <div class="graph-bar told-of">
        <span id="graph-value">${this.#says(view, at)}</span>
        <span id="graph-help" class="graph-help">${view.done ? '' : `Counting, ${Math.floor(view.progress * 100)} %. `}Drag, or Shift and the arrow keys: a range for the filter. Escape: all times.</span>
      </div>`;
  }

  #summary({ total, timeless, packets, ...view }: TimelineView): string {
    const [from, to] = [edgeText({ packets, ...view }, 0), edgeText({ packets, ...view }, packets.length)];
    const found = severities.flatMap((severity) => {
      const number = view[severity].reduce((sum, one) => sum + one, 0);
      return number === 0 ? [] : [`${count(number, 'message')} with ${severity === 'error' ? 'errors' : `${severity}s`}`];
    });
    const without = timeless === 0 ? [] : [`${count(timeless, 'frame')} without a time`];
    const parts = [count(total.packets, 'packet'), count(total.bytes, 'byte'), ...found, ...without];
    return `Packets and bytes over time: ${parts.join(', ')}, from ${from} to ${to} seconds`;
  }

  /** What is in a bucket, or in the range that is being chosen. */
  #says(view: TimelineView, at: number): string {
    const { anchor, head } = this.#brush ?? { anchor: at, head: at };
    const [first, last] = [Math.min(anchor, head), Math.max(anchor, head)];
    const sum = (counts: readonly number[]): number => counts.slice(first, last + 1).reduce((all, one) => all + one, 0);
    const found = severities.flatMap((severity) => (sum(view[severity]) > 0 ? [count(sum(view[severity]), severity)] : []));
    const from = edgeText(view, first);
    const clock = this.start === undefined ? '' : timeOfDay(this.start, Number(from));
    const what = [count(sum(view.packets), 'packet'), count(sum(view.bytes), 'byte'), ...found].join(', ');
    return `${from} s to ${edgeText(view, last + 1)} s${clock === '' ? '' : ` (${clock})`}: ${what}`;
  }

  #chosen(view: TimelineView, { anchor, head }: { anchor: number; head: number }): TimeRange {
    return { from: edgeText(view, Math.min(anchor, head)), to: edgeText(view, Math.max(anchor, head) + 1) };
  }

  /** Puts the chosen range into the filter. */
  #apply(): void {
    const [view, brush] = [this.#timeline.answer, this.#brush];
    this.#brush = undefined;
    this.requestUpdate();
    if (view === undefined || brush === undefined) return;
    this.#narrow(withRange(rangeIn(this.filter).rest, this.#chosen(view, brush)));
  }

  readonly #clear = (): void => this.#narrow(rangeIn(this.filter).rest);

  #narrow(filter: string): void {
    this.dispatchEvent(new CustomEvent('narrow', { detail: filter }));
  }

  readonly #fold = (): void => void this.dispatchEvent(new CustomEvent('fold', { detail: !this.open }));

  #key(event: KeyboardEvent): void {
    const last = (this.#timeline.answer?.packets.length ?? 0) - 1;
    if (isForeign(event) || last < 0) return;
    const at = this.#cursor;
    const goals: Readonly<Record<string, number>> = {
      ...{ ArrowLeft: at - 1, ArrowRight: at + 1, PageUp: at - PAGE, PageDown: at + PAGE, Home: 0, End: last },
    };
    const to = goals[event.key];
    if (to !== undefined) {
      this.#cursor = Math.max(0, Math.min(to, last));
      this.#brush = event.shiftKey ? { anchor: this.#brush?.anchor ?? at, head: this.#cursor } : undefined;
      this.#hover = undefined;
    } else if (event.key === 'Enter') {
      this.#brush ??= { anchor: at, head: at };
      this.#apply();
    } else if (event.key === 'Escape') {
      if (this.#brush === undefined) this.#clear();
      this.#brush = undefined;
    } else return;
    event.preventDefault();
    this.requestUpdate();
  }

  /** As the mouse lets go of its button, the keys let go of Shift. */
  #keyUp({ key }: KeyboardEvent): void {
    if (key === 'Shift' && this.#brush !== undefined) this.#apply();
  }

  #bucketAt(event: PointerEvent): number {
    const { left } = (event.currentTarget as HTMLElement).getBoundingClientRect();
    const buckets = this.#timeline.answer!.packets.length;
    return Math.max(0, Math.min(buckets - 1, Math.floor(((event.clientX - left) / this.#width) * buckets)));
  }

  #press(event: PointerEvent): void {
    if (event.button !== 0) return;
    (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
    this.#cursor = this.#bucketAt(event);
    this.#brush = { anchor: this.#cursor, head: this.#cursor };
    this.requestUpdate();
  }

  #move(event: PointerEvent): void {
    this.#hover = this.#bucketAt(event);
    if (this.#brush !== undefined && event.buttons !== 0) this.#brush = { anchor: this.#brush.anchor, head: this.#hover };
    this.requestUpdate();
  }

  /** A press without a way moves the cursor and chooses nothing. */
  #drop(): void {
    if (this.#brush === undefined || this.#brush.anchor === this.#brush.head) this.#cancel();
    else this.#apply();
  }

  #cancel(): void {
    this.#brush = undefined;
    this.requestUpdate();
  }

  #leave(): void {
    this.#hover = undefined;
    this.requestUpdate();
  }
}
