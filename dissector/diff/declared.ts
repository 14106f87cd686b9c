import { elementForm, type FieldForm, type MessageForm, measureRef, type TreeField } from '../codec/index.ts';
import type { Protocol } from '../protocol/index.ts';

/** The declarations of one layer in messages of one name, by path. */
type DeclaredPaths = ReadonlyMap<string, FieldForm>;

/** Places of fields that are kept: a capture may bring names of its own without end. */
const MOST_PLACES = 20_000;

/** Counts the places that are kept. */
interface Kept {
  places: number;
}

/** A field by where it stands in its message: what is declared of it, and where its parts stand. Most messages have the same ones. */
export class DeclaredPlace {
  readonly form: FieldForm | undefined;
  /** As the filter has it; of a layer its id. */
  readonly shown: string;
  /** The name of the field beside it that says how long it is, or how many it holds. */
  readonly measure: string | undefined;
  /** Within its layer; empty for the layer. */
  readonly #path: string;
  readonly #paths: readonly DeclaredPaths[];
  readonly #kept: Kept;
  readonly #parts = new Map<string, DeclaredPlace>();
  #element: DeclaredPlace | undefined;

  constructor(form: FieldForm | undefined, shown: string, path: string, paths: readonly DeclaredPaths[], kept: Kept) {
    this.form = form;
    this.shown = shown;
    this.measure = form === undefined ? undefined : measureRef(form.kind)?.ref;
    this.#path = path;
    this.#paths = paths;
    this.#kept = kept;
  }

  /** Of a record. */
  part(name: string): DeclaredPlace {
    const known = this.#parts.get(name);
    if (known !== undefined) return known;
    const path = this.#path === '' ? name : `${this.#path}.${name}`;
    const form = this.#paths.find((paths) => paths.has(path))?.get(path);
    const made = new DeclaredPlace(form, `${this.shown}.${name}`, path, this.#paths, this.#kept);
    if (this.#kept.places < MOST_PLACES) {
      this.#kept.places++;
      this.#parts.set(name, made);
    }
    return made;
  }

  /** Of a list. Elements have names of their own; what is declared of them is declared of the list. */
  get element(): DeclaredPlace {
    const { form, shown } = this;
    const element = form === undefined ? undefined : elementForm(form);
    this.#element ??= new DeclaredPlace(element, shown, this.#path, this.#paths, this.#kept);
    return this.#element;
  }
}

/** What protocols declare of their fields, by layer, message and path (`msg_data.members.node_id`). */
export class DeclaredFields {
  readonly #roots = new Map<string, Map<string, DeclaredPlace>>();
  readonly #kept: Kept = { places: 0 };
  readonly #layers = new Map<string, Map<string, Map<string, FieldForm>>>();

  constructor(protocols: readonly Protocol[]) {
    for (const { id, messages = [], treeFields = [], layers = [] } of protocols) {
      this.#addMessages(id, messages, treeFields);
      for (const layer of layers) this.#addMessages(layer.id, layer.messages, layer.treeFields ?? []);
    }
  }

  /** A layer in a message. The most special declaration counts. A layer inside of a message has no name that is known: its paths count for all. */
  of(layer: string, message: string): DeclaredPlace {
    const roots = this.#roots.get(layer) ?? new Map<string, DeclaredPlace>();
    const known = roots.get(message);
    if (known !== undefined) return known;
    const declared = this.#layers.get(layer);
    const paths = [declared?.get(message), declared?.get('')].filter((each) => each !== undefined);
    const made = new DeclaredPlace(undefined, layer, '', paths, this.#kept);
    if (this.#kept.places < MOST_PLACES) {
      this.#kept.places++;
      this.#roots.set(layer, roots.set(message, made));
    }
    return made;
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
