/** How a line of a comparison is drawn: A on the left, B on the right. */
import { html, nothing, type TemplateResult } from 'lit';
import type { ComparedField, ComparedLine, ComparedMessage, Side } from '../../extension/wire/comparing.ts';
import { grouped, seconds } from '../base/texts.ts';
import { unlike } from '../base/unlike.ts';
import { foldText, letters, pairsOf, valueText } from './lines.ts';

/** `press` is called for a half that the mouse is pressed on. */
export function drawn(line: ComparedLine, press: (event: MouseEvent, side: Side) => void): TemplateResult {
  if (line.kind === 'fold')
    return html`<span class="sign" aria-hidden="true">▸</span><span class="folded" @mousedown=${(event: MouseEvent) => press(event, 'a')}>${foldText(line)}</span>`;
  const half = (side: Side): TemplateResult =>
    html`<span class="half ${side} ${line[side] === undefined ? 'gap' : ''}" @mousedown=${(event: MouseEvent) => press(event, side)}>${content(line, side)}</span>`;
  return html`<span class="sign" aria-hidden="true">${signOf(line)}</span>${half('a')}${half('b')}`;
}

/** What the colours say, for whoever does not see them. */
function signOf(line: Exclude<ComparedLine, { kind: 'fold' }>): string {
  if (line.kind === 'field') return '≠';
  if (line.kind === 'conversation' || line.text === undefined) return '';
  return line.b === undefined ? '−' : '+';
}

function content(line: Exclude<ComparedLine, { kind: 'fold' }>, side: Side): TemplateResult | typeof nothing {
  if (line.kind === 'conversation') {
    const ends = line[side];
    return ends === undefined
      ? nothing
      : html`<span class="protocol">${line.protocol}</span><span class="ends" title=${ends}>${ends}</span>`;
  }
  if (line.kind === 'message') {
    const message = line[side];
    return message === undefined ? html`<span class="absent">not in ${letters[side]}</span>` : messageHalf(message);
  }
  const field = line[side];
  if (field !== undefined) return fieldHalf(field, line[side === 'a' ? 'b' : 'a']);
  // What is no field of a message, and what is found again nowhere: the sentence tells it.
  const isTold = line.a === undefined && line.b === undefined && side === 'a';
  return html`<span class="value" title=${line.text}>${isTold ? line.text : nothing}</span>`;
}

function messageHalf({ frame, line, name, direction, nanos }: ComparedMessage): TemplateResult {
  const place = frame ?? line;
  return html`<span class="number frame">${place === undefined ? '' : grouped(place)}</span><span class="number time">${nanos === undefined ? '' : seconds(nanos)}</span><span class="arrow">${direction === 0 ? '→' : '←'}</span><span class="name" title=${name}>${name}</span>`;
}

function fieldHalf(field: ComparedField, other: ComparedField | undefined): TemplateResult {
  const text = valueText(field);
  return html`<span class="name" title=${field.name}>${field.name}</span>${text === undefined ? nothing : html`<span class="value" title=${text}>${text}</span>`}${bytesOf(field, other)}`;
}

/** The bytes of a field; those that the other capture has not are lit. */
export function bytesOf({ bytes, length = 0 }: ComparedField, other: ComparedField | undefined): TemplateResult | typeof nothing {
  if (bytes === undefined || bytes === '') return nothing;
  const own = pairsOf(bytes);
  const [start, end] = other?.bytes === undefined ? [0, own.length] : unlike(own, pairsOf(other.bytes));
  const part = (from: number, to: number): string => own.slice(from, to).join(' ');
  const gap = (at: number): string => (at > 0 && at < own.length ? ' ' : '');
  return html`<code class="bytes">${part(0, start)}${gap(start)}${start === end ? nothing : html`<mark>${part(start, end)}</mark>`}${start === end ? '' : gap(end)}${part(end, own.length)}${length > own.length ? ' …' : ''}</code>`;
}
