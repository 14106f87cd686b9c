import type { Direction } from '../../../protocol/index.ts';
import type { MessageWriter } from '../messagewriter.ts';
import { rules } from '../rules.ts';

const most = 1024;

/**
 * Data of a session before any InitDone of it. When the InitDone comes, the data was early; when none comes, the capture may have
 * lost it, and nobody is to blame.
 */
export class Early {
  readonly #held: { readonly id: number; readonly bit: Direction }[] = [];
  readonly #sent: [boolean, boolean] = [false, false];

  hold(id: number, bit: Direction): void {
    this.#sent[bit] = true;
    if (this.#held.length < most) this.#held.push({ id, bit });
  }

  /** Both sides send data and no InitDone was seen: the capture has lost it. */
  get isLost(): boolean {
    return this.#sent[0] && this.#sent[1];
  }

  /** The InitDone has come. */
  shown(notes: MessageWriter): void {
    for (const { id, bit } of this.#held.splice(0)) this.#tell(notes, id, bit);
  }

  #tell(notes: MessageWriter, id: number, bit: Direction): void {
    if (bit === 0)
      notes.find(id, rules.earlyData, 'data of the initiator before its InitDone: the responder cannot accept it yet');
    else notes.find(id, rules.order, 'data of the responder before it received InitDone');
  }
}
