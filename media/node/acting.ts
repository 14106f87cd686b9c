/** A part of the test nodes' page that lets the host do something, and says below itself what went wrong. */
import { html, nothing, type PropertyDeclarations, type TemplateResult } from 'lit';
import type { PendingOf } from '../../extension/wire/node.ts';
import { sentence } from '../base/connection.ts';
import { PageElement } from '../base/element.ts';
import type { Call } from './host.ts';

export class ActingElement extends PageElement {
  static override properties: PropertyDeclarations = { call: { attribute: false }, complaint: { state: true } };
  declare call: Call;
  declare complaint: string | undefined;

  /** What was wrong before is no longer said. */
  protected async act(go: () => Promise<unknown>): Promise<void> {
    this.complaint = undefined;
    try {
      await go();
    } catch (error) {
      this.complaint = sentence(error);
    }
  }

  /** Shows a pending message as fields over bytes. */
  protected pick(of: PendingOf): void {
    this.dispatchEvent(new CustomEvent('pick', { detail: of, bubbles: true }));
  }

  protected problem(): TemplateResult | typeof nothing {
    return this.complaint === undefined ? nothing : html`<p class="problem" role="alert">${this.complaint}</p>`;
  }
}
