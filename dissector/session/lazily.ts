import type { Field, Json } from '../bytes/index.ts';
import type { Dissection } from './protocol.ts';

/** What is made of a message only when somebody asks for it. */
export interface Later {
  fields(): Json;
  whole(): Uint8Array;
  missing(): readonly string[];
}

/**
 * A dissection whose costly parts wait: a list asks for one line of a million messages, and for nothing else. (A class: getters in an
 * object literal make a hidden class of each object.)
 */
export class LazyDissection implements Dissection {
  readonly layer: Field;
  readonly info: string;
  declare readonly signatureValid?: boolean | null;
  readonly #later: Later;

  constructor(layer: Field, info: string, later: Later, signatureValid?: boolean | null) {
    this.layer = layer;
    this.info = info;
    this.#later = later;
    if (signatureValid !== undefined) this.signatureValid = signatureValid;
  }

  get fields(): Json {
    return this.#later.fields();
  }

  get whole(): Uint8Array {
    return this.#later.whole();
  }

  get missing(): readonly string[] {
    return this.#later.missing();
  }
}
