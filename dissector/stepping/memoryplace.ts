/** A byte of a Source of a message. */
export interface MemoryPlace {
  readonly n: number;
  readonly source: number;
  readonly start: number;
}

/** A place in memory as a client of a debugger keeps it and gives it back. */
export function memoryText({ n, source, start }: MemoryPlace): string {
  return `message ${n} source ${source} byte ${start}`;
}

/** Undefined for another text. */
export function readMemoryPlace(text: string): MemoryPlace | undefined {
  const [, n, source, start] = /^message (\d{1,10}) source (\d{1,5}) byte (\d{1,10})$/.exec(text) ?? [];
  return n === undefined ? undefined : { n: Number(n), source: Number(source), start: Number(start) };
}
