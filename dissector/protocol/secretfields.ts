/** Fields that a protocol declares as secret (`fresh`, `secret: true`): what opens traffic though it stands in a message. */
import type { FieldForm } from '../codec/index.ts';
import type { Protocol } from './protocol.ts';

export interface SecretField {
  /** Id of the protocol, or of the layer in it. */
  readonly layer: string;
  readonly name: string;
}

/** At any depth, of messages, layers and the fields that a tree adds. */
export function secretFieldsOf({ id, messages = [], treeFields = [], layers = [] }: Protocol): SecretField[] {
  const found: SecretField[] = [];
  const collect = (layer: string, forms: readonly FieldForm[]): void => {
    for (const { name, fresh, fields = [] } of forms) {
      if (fresh?.secret) found.push({ layer, name });
      collect(layer, fields);
    }
  };
  for (const { layer, fields } of messages) collect(layer ?? id, fields);
  collect(id, treeFields);
  for (const layer of layers) {
    for (const { fields } of layer.messages) collect(layer.id, fields);
    collect(layer.id, layer.treeFields ?? []);
  }
  return found;
}
