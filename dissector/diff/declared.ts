import type { FieldForm, MessageForm, TreeField } from '../codec/index.ts';
import type { Protocol } from '../protocol/index.ts';

/** The declarations of one layer in messages of one name, by path. */
export type DeclaredPaths = ReadonlyMap<string, FieldForm>;

/** What protocols declare of their fields, by layer, message and path (`msg_data.members.node_id`). */
export class DeclaredFields {
  readonly #layers = new Map<string, Map<string, Map<string, FieldForm>>>();

  constructor(protocols: readonly Protocol[]) {
    for (const { id, messages = [], treeFields = [], layers = [] } of protocols) {
      this.#addMessages(id, messages, treeFields);
      for (const layer of layers) this.#addMessages(layer.id, layer.messages, layer.treeFields ?? []);
    }
  }

  /** Those of a layer in a message, the most special first. A layer inside of a message has no name that is known: its paths count for all. */
  of(layer: string, message: string): readonly DeclaredPaths[] {
    const known = this.#layers.get(layer);
    return [known?.get(message), known?.get('')].filter((paths) => paths !== undefined);
  }

  #addMessages(id: string, messages: readonly MessageForm[], treeFields: readonly TreeField[]): void {
    for (const { name, fields, layer = id } of messages) for (const field of fields) this.#add(layer, name, '', field);
    for (const { under = '', messages: names = [''], ...field } of treeFields)
      for (const name of names) this.#add(id, name, under, field);
  }

  #add(layer: string, message: string, above: string, form: FieldForm): void {
    const path = above === '' ? form.name : `${above}.${form.name}`;
    this.#pathsOf(layer, message).set(path, form);
    // Messages that share a name for different fields: the first that says more of it counts where no message is known.
    const all = this.#pathsOf(layer, '');
    if (all.get(path)?.fresh === undefined) all.set(path, form);
    for (const inner of form.fields ?? []) this.#add(layer, message, path, inner);
  }

  #pathsOf(layer: string, message: string): Map<string, FieldForm> {
    const names = this.#layers.get(layer) ?? new Map<string, Map<string, FieldForm>>();
    this.#layers.set(layer, names);
    const paths = names.get(message) ?? new Map<string, FieldForm>();
    names.set(message, paths);
    return paths;
  }
}
