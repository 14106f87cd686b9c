import type { MessageForm } from '../codec/index.ts';
import type { Protocol } from '../protocol/index.ts';

/** The dissector table that exported messages name, and the number of each message in it. */
export interface OpenedForms {
  readonly table: string;
  readonly forms: ReadonlyMap<string, { readonly number: number; readonly form: MessageForm }>;
}

/** The messages of a protocol that a generated dissector reads once they are decrypted: those whose forms have a layout. */
export function openedForms({ id, names, messages = [] }: Protocol): OpenedForms {
  const readable = messages.filter(({ layout, payload }) => layout !== undefined || payload !== undefined);
  return {
    table: `peerscope.${id}`,
    forms: new Map(readable.map((form) => [form.name, { number: names.indexOf(form.name), form }])),
  };
}
