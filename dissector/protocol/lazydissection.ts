import type { Field, Json } from '../bytes/index.ts';
import type { Dissection, MessageInside } from './dissection.ts';

/** What is made of a message only when somebody asks for it. */
export interface Later {
  info(): string;
  fields(): Json;
  whole(): Uint8Array;
  missing(): readonly string[];
  within?(): readonly MessageInside[];
}

/**
 * A dissection whose costly parts wait: a list asks for one line of a million messages, a filter for their fields alone. (A class: getters in an
 * object literal make a hidden class of each object.)
 */
export class LazyDissection implements Dissection {
  readonly layer: Field;
  declare readonly signatureValid?: boolean | null;
  declare readonly inside?: readonly Field[];
  readonly #later: Later;

  constructor(layer: Field, later: Later, signatureValid?: boolean | null, inside: readonly Field[] = []) {
    this.layer = layer;
    this.#later = later;
    if (signatureValid !== undefined) this.signatureValid = signatureValid;
    if (inside.length > 0) this.inside = inside;
  }

  get info(): string {
    return this.#later.info();
  }

  get fields(): Json {
    return this.#later.fields();
  }

  get whole(): Uint8Array {
    return this.#later.whole();
  }

  get within(): readonly MessageInside[] {
    return this.#later.within?.() ?? [];
  }

  get missing(): readonly string[] {
    return this.#later.missing();
  }
}
