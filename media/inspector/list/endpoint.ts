/** An endpoint in a cell: where there is no room its address is cut, never its port. */
import { html, type TemplateResult } from 'lit';
import { splitEndpoint } from '../page/texts.ts';

export function endpointCell(endpoint: string): TemplateResult {
  const [address, port] = splitEndpoint(endpoint);
  return port === '' ? html`${endpoint}` : html`<span class="address">${address}</span>${port}`;
}
