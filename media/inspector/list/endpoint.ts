/** An endpoint in a cell: where there is no room its address is cut, never its port. */
import { html, type TemplateResult } from 'lit';
import type { Row } from '../../../extension/wire/inspector.ts';
import { splitEndpoint } from '../../base/texts.ts';

export function endpointCell(endpoint: string): TemplateResult {
  const [address, port] = splitEndpoint(endpoint);
  return port === '' ? html`${endpoint}` : html`<span class="address beside-${port.length}">${address}</span>${port}`;
}

/** An endpoint with the name of its address, where there is one. */
export function namedEndpoint(endpoint: string, name: string | undefined): string {
  return name === undefined ? endpoint : `${endpoint} (${name})`;
}

/** Both ends of a row in one cell, where there is no room for two: the ports where they tell them apart, else the addresses. */
export function portsText({ source, destination }: Pick<Row, 'source' | 'destination'>): string {
  const [[from, own], [to, other]] = [splitEndpoint(source), splitEndpoint(destination)];
  const [a, b] = own === other || own === '' || other === '' ? [from, to] : [own.slice(1), other.slice(1)];
  return a === '' && b === '' ? '' : `${a} → ${b}`;
}
