/** The drawing of the graph over time: bars are packets, a line is bytes, each kind of finding has a lane of marks. */
import { html, nothing, type SVGTemplateResult, svg, type TemplateResult } from 'lit';
import type { TimelineView } from '../../../extension/worker/timeline.ts';
import { edgeText, marks } from './timeaxis.ts';
import type { TimeRange } from './timerange.ts';

export const HEIGHT = 104;
const LANE = 9;
const AXIS = 16;
/** Between two marks of the axis at least. */
const MARK_DISTANCE = 80;
/** What is there at all is to be seen. */
const LOWEST = 2;

/** A mark around the middle of its lane; each kind has a shape of its own. */
const shapes = {
  error: (x: number, y: number) => `M${x - 3.5} ${y}a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0 -7 0z`,
  warning: (x: number, y: number) => `M${x - 4} ${y + 3.5}L${x} ${y - 4}L${x + 4} ${y + 3.5}z`,
  note: (x: number, y: number) => `M${x} ${y - 3.2}l3.2 3.2l-3.2 3.2l-3.2 -3.2z`,
};

export interface Looks {
  readonly width: number;
  /** The bucket that is read out. */
  readonly at: number;
  /** The range that is chosen. */
  readonly brush: TimeRange | undefined;
}

export function plot(view: TimelineView, { width, at, brush }: Looks): TemplateResult {
  const { packets, bytes } = view;
  const lanes = (['error', 'warning', 'note'] as const).filter((severity) => view[severity].some((number) => number > 0));
  const top = lanes.length * LANE + 2;
  const bottom = HEIGHT - AXIS;
  const each = width / packets.length;
  const x = (bucket: number): number => round(bucket * each);
  const [from, to] = [Number(edgeText(view, 0)), Number(edgeText(view, packets.length))];
  const xOf = (seconds: number): number => round(Math.max(0, Math.min(1, (seconds - from) / (to - from))) * width);
  return html`<svg width=${width} height=${HEIGHT} aria-hidden="true">
    ${brush === undefined ? nothing : band(xOf(Number(brush.from)), xOf(Number(brush.to)), bottom)}
    <path class="packets" d=${bars(packets, x, top, bottom)}></path>
    <path class="bytes" d=${steps(bytes, x, top, bottom)}></path>
    ${lanes.map((severity, lane) => svg`<path class="sign ${severity}" d=${signs(view[severity], shapes[severity], each, lane * LANE + LANE / 2 + 1)}></path>`)}
    <rect class="at" x=${x(at)} y="0" width=${Math.max(1, round(each))} height=${bottom}></rect>
    <path class="axis" d="M0 ${bottom + 0.5}H${width}"></path>
    ${marks(from, to, Math.floor(width / MARK_DISTANCE)).map(({ at: time, text }) => mark(xOf(time), text, width, bottom))}
  </svg>`;
}

function band(left: number, right: number, bottom: number): SVGTemplateResult {
  return svg`<rect class="brush" x=${left} y="0" width=${Math.max(1, right - left)} height=${bottom}></rect>
    <path class="brush-edge" d="M${left} 0V${bottom}M${right} 0V${bottom}"></path>`;
}

/** A mark of the axis; the outermost keep their words inside. */
function mark(x: number, text: string, width: number, bottom: number): SVGTemplateResult {
  const anchor = x < 24 ? 'start' : x > width - 24 ? 'end' : 'middle';
  return svg`<path class="axis" d="M${x + 0.5} ${bottom}v4"></path><text class="axis-text" x=${x} y=${HEIGHT - 2} text-anchor=${anchor}>${text}</text>`;
}

function bars(counts: readonly number[], x: (bucket: number) => number, top: number, bottom: number): string {
  const height = heights(counts, bottom - top);
  const gap = x(1) > 4 ? 1 : 0;
  return counts
    .map((count, i) =>
      count === 0 ? '' : `M${x(i)} ${bottom}v-${height(count)}H${Math.max(x(i) + 1, x(i + 1) - gap)}V${bottom}z`,
    )
    .join('');
}

function steps(counts: readonly number[], x: (bucket: number) => number, top: number, bottom: number): string {
  const height = heights(counts, bottom - top);
  const line = counts.map((count, i) => `${i === 0 ? 'M0 ' : 'V'}${round(bottom - height(count))}H${x(i + 1)}`);
  return line.join('');
}

function heights(counts: readonly number[], room: number): (count: number) => number {
  const most = counts.reduce((a, b) => Math.max(a, b), 1);
  return (count) => (count === 0 ? 0 : Math.max(LOWEST, round((count / most) * room)));
}

function signs(counts: readonly number[], shape: (x: number, y: number) => string, each: number, y: number): string {
  return counts.map((count, i) => (count === 0 ? '' : shape(round((i + 0.5) * each), y))).join('');
}

/** To a tenth of a pixel: paths of hundreds of numbers stay short. */
function round(pixels: number): number {
  return Math.round(pixels * 10) / 10;
}
