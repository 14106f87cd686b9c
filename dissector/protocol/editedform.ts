import type { FieldForm, MessageForm } from '../codec/index.ts';
import type { Protocol } from './protocol.ts';

/** The name of what a field held, in an edit, where no layer of it was read; the second one of a message is `plaintext_2`. */
export const plaintextName = 'plaintext';

/**
 * A message as a person edits it on its way: beside its fields stand the layers that its protocol reads inside of messages, since what keys
 * have opened is edited there. A layer may be one of those of `protocols` that others hand their payload over to. Of a message without a
 * layer, those are the fields that dissection adds to it alone.
 */
export function editedForm(protocol: Protocol, form: MessageForm, protocols: readonly Protocol[]): MessageForm {
  const { treeFields = [], editing } = protocol;
  if (form.layer === undefined) {
    const held = treeFields.filter(({ json, messages }) => json === true && messages?.includes(form.name) === true);
    return editing === undefined ? form : { ...form, fields: [...form.fields, ...held] };
  }
  const others = protocols.filter((each) => each.carried !== undefined && each.id !== protocol.id);
  const layers = [protocol, ...others].flatMap((each) => each.layers ?? []);
  const inside = layers.flatMap(({ id, title, messages: [first] }): FieldForm[] =>
    id === form.layer || first === undefined
      ? []
      : [{ name: id, kind: { type: 'record' }, doc: title, fields: first.fields, optional: true }],
  );
  const plaintext: FieldForm = {
    ...{ name: plaintextName, kind: { type: 'bytes' }, optional: true },
    doc: 'What a field held of which no layer was read.',
  };
  const isNew = ({ name }: FieldForm): boolean => !form.fields.some((field) => field.name === name);
  return { ...form, fields: [...form.fields, ...[...inside, plaintext].filter(isNew)] };
}

/** The protocol with its messages as a person edits them. */
export function editedMessages(protocol: Protocol, protocols: readonly Protocol[]): Protocol {
  const messages = protocol.messages?.map((form) => editedForm(protocol, form, protocols));
  return messages === undefined ? protocol : { ...protocol, messages };
}
