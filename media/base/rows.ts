/** The rows of a list, by their place in it. Another object is another list. */
export interface Rows<T> {
  readonly total: number;
  /** False while nobody knows how many there are: the list keeps its place meanwhile. */
  readonly known?: boolean;
  row(index: number): T | undefined;
  /** Fetches what is missing of rows `first` up to `end`; absent where all are here. */
  need?(first: number, end: number): void;
}
