import type { FieldForm } from '../fieldform.ts';
import type { Item } from '../layout.ts';
import type { Frame } from './frame.ts';
import type { Scope, Step } from './scope.ts';

/** What a kind of item does. */
export interface ItemKind<I extends Item> {
  /** The step that decodes it. `path` is that of the struct in which it stands. */
  compile(item: I, scope: Scope, path: string): Step;
  /** Appends its bytes. Throws a TypeError or RangeError that names the item. */
  write(item: I, frame: Frame): void;
  /** Its fields; `inner` gives those of the items that it holds. */
  describe(item: I, inner: (items: readonly Item[]) => FieldForm[]): readonly FieldForm[];
  /** The names of its fields; its own where left out. */
  names?(item: I): readonly string[];
  /** What an integer has to be so that it measures this item; undefined where it does not. */
  measure?(item: I, name: string, frame: Frame): number | undefined;
  /** The value of a part of it that other items refer to. */
  part?(item: I, name: string, frame: Frame): number | undefined;
  /** A step that has to wait until all items beside it are read. It finds them by `scope.places`. */
  after?(item: I, scope: Scope, path: string): Step;
}
