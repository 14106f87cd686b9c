/** Fields that are secret by their declaration (`fresh`, `secret: true`), of the built-in protocols and of a user's own. */
import type { FieldForm } from '../../dissector/codec/index.ts';
import { FieldCatalog } from '../../dissector/filter/index.ts';
import { type Protocol, secretFieldsOf } from '../../dissector/protocol/index.ts';

/** Their names as filters have them, with the levels between left out: `p2p.private`. */
export function secretFieldNames(protocols: readonly Protocol[]): ReadonlySet<string> {
  return new Set(protocols.flatMap(secretFieldsOf).map(({ layer, name }) => `${layer}.${name}`));
}

/** The fields that an agent's filters may name: one that asks a secret for its bytes again and again would learn it. */
export function catalogWithoutSecrets(protocols: readonly Protocol[]): FieldCatalog {
  return new FieldCatalog(
    protocols.map((protocol) => ({
      ...protocol,
      messages: (protocol.messages ?? []).map(withoutSecretFields),
      treeFields: open(protocol.treeFields ?? []),
      layers: (protocol.layers ?? []).map((layer) => ({
        ...layer,
        messages: layer.messages.map(withoutSecretFields),
        treeFields: open(layer.treeFields ?? []),
      })),
    })),
  );
}

function withoutSecretFields<Form extends { readonly fields: readonly FieldForm[] }>(form: Form): Form {
  return { ...form, fields: open(form.fields) };
}

function open<Form extends FieldForm>(forms: readonly Form[]): Form[] {
  return forms
    .filter(({ fresh }) => fresh?.secret !== true)
    .map((form) => (form.fields === undefined ? form : { ...form, fields: open(form.fields) }));
}
