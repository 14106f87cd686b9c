/** What a view is: one record of it says all that the rest of the page knows. The views stand in ../views/index.ts. */
import type { TemplateResult } from 'lit';
import type { Overview, PageCommand } from '../../../extension/wire/inspector.ts';
import type { Widths } from './resizing.ts';
import type { Session } from './session.ts';

/** What a view is drawn from. */
export interface Stage {
  /** The capture, what is chosen in it, and what can be done with it. */
  readonly session: Session;
  readonly overview: Overview;
  /** Of the capture's rows: another one means that what was told of them is stale. -1 while they are being read. */
  readonly generation: number;
  /** Puts a text into the filter bar and applies it; `narrow` shows the packets that it leaves, too. */
  filter(text: string): void;
  narrow(text: string): void;
  /** Keeps widths of columns that the user gave. */
  resize(widths: Widths): void;
}

export interface View {
  /** Names it in the page's memory; `view-ID` is its tab. */
  readonly id: string;
  readonly title: string;
  /** What stands above the fields. Its outermost element that takes the room there has the class `fills`. */
  draw(stage: Stage): TemplateResult;
  /** The commands that are its own, done to the page in which it stands. Given while another view is up, one brings this one up. */
  readonly commands?: { readonly [C in PageCommand]?: (page: ParentNode) => void };
}

/** Shows the fields and bytes of what is selected, where they are folded away: a double click or Enter in a view. */
export function openDetails(view: Element): true {
  view.dispatchEvent(new CustomEvent('open-details', { bubbles: true }));
  return true;
}
