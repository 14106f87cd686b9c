/** A tree as it is shown, with its bytes, and what is chosen among them. */
import type { FieldView, TreeView } from '../../../extension/wire/inspector.ts';
import { type Found, fieldAt, fieldOf } from '../tree/fields.ts';

export class Chosen {
  tree: TreeView | undefined;
  field: Found | undefined;
  /** The field that the pointer is over. */
  hovered: Found | undefined;
  source = 0;
  cursor: number | undefined;
  readonly opened = new Map<string, boolean>();
  protected readonly changed: () => void;

  constructor(changed: () => void) {
    this.changed = changed;
  }

  chooseField(key: string): void {
    const found = this.tree && fieldOf(this.tree.layers, key);
    if (found === undefined) return;
    this.field = found;
    // A search may have shown it in what is closed otherwise.
    for (const around of found.around) this.opened.set(around, true);
    this.source = found.field.source;
    this.cursor = found.field.end > found.field.start ? found.field.start : undefined;
    this.changed();
  }

  chooseSource(source: number): void {
    this.source = source;
    this.cursor = undefined;
    this.changed();
  }

  chooseByte(at: number): void {
    this.cursor = at;
    const found = this.tree && fieldAt(this.tree.layers, this.source, at);
    if (found !== undefined) {
      this.field = found;
      for (const key of found.around) this.opened.set(key, true);
    } else this.field = undefined;
    this.changed();
  }

  hoverField(field: FieldView | undefined): void {
    const found = field === undefined ? undefined : { field, key: '', around: [] };
    if (found?.field === this.hovered?.field) return;
    this.hovered = found;
    this.changed();
  }

  /** Finds the field of a byte in view. */
  hoverByte(at: number | undefined): void {
    const found = at === undefined || this.tree === undefined ? undefined : fieldAt(this.tree.layers, this.source, at);
    if (found?.key === this.hovered?.key && found?.field === this.hovered?.field) return;
    this.hovered = found;
    this.changed();
  }

  open(key: string, open: boolean): void {
    this.opened.set(key, open);
    this.changed();
  }

  /** A field chosen before stays chosen where the new tree has one of the same place and name. */
  show(tree: TreeView | undefined): void {
    const key = this.field?.key;
    this.tree = tree;
    this.hovered = undefined;
    this.field = tree !== undefined && key !== undefined ? fieldOf(tree.layers, key) : undefined;
    const field: FieldView | undefined = this.field?.field;
    this.cursor = field !== undefined && field.end > field.start ? field.start : undefined;
    this.source = field?.source ?? tree?.sources[0]?.id ?? 0;
  }
}
