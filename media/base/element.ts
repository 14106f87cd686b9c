/** The elements of the page live in its own tree, under its one style sheet; a shadow root each would repeat the styles. */
import { LitElement } from 'lit';

export class PageElement extends LitElement {
  protected override createRenderRoot(): HTMLElement {
    return this;
  }
}
