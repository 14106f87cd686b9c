/** The font of the editor, in which bytes and values are written: VS Code gives pages its size as a variable of the style. */
import type { ReactiveController, ReactiveControllerHost } from 'lit';

/** Where a page has no editor around it. */
const USUAL_SIZE = 13;
/** Height of a line for a size of 1, as VS Code has it where `editor.lineHeight` is 0. */
const LINE = 1.35;

/** Height in pixels of a row that holds text of `size` pixels; never less than `least`. */
export function rowHeightFor(size: number, least: number): number {
  return Math.max(least, Math.ceil(size * LINE));
}

/** Draws its element anew when the font of the editor changes. */
export class EditorFont implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  #size: number | undefined;
  #letter: number | undefined;
  readonly #changes = new MutationObserver(() => {
    const before = this.#size;
    const letter = this.#letter;
    this.#forget();
    if (this.size !== before || this.letter !== letter) this.#host.requestUpdate();
  });

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    host.addController(this);
  }

  hostConnected(): void {
    this.#forget();
    this.#changes.observe(document.documentElement, { attributes: true, attributeFilter: ['style'] });
  }

  hostDisconnected(): void {
    this.#changes.disconnect();
  }

  #forget(): void {
    this.#size = undefined;
    this.#letter = undefined;
  }

  /** Width of a letter in pixels: the font has one width, or is replaced by one that has. */
  get letter(): number {
    this.#letter ??= letterIn(
      getComputedStyle(document.documentElement).getPropertyValue('--vscode-editor-font-family'),
      this.size,
    );
    return this.#letter;
  }

  /** In pixels. */
  get size(): number {
    this.#size ??= sizeIn(getComputedStyle(document.documentElement).getPropertyValue('--vscode-editor-font-size'));
    return this.#size;
  }
}

/** Of `14px`. */
export function sizeIn(text: string): number {
  const size = Number.parseFloat(text);
  return size > 0 ? size : USUAL_SIZE;
}

/** What a family has no letter for is drawn by another one. */
function letterIn(family: string, size: number): number {
  const context = document.createElement('canvas').getContext('2d');
  if (context === null) return size * 0.6;
  context.font = `${size}px ${family.trim() || 'monospace'}`;
  return context.measureText('0').width;
}
