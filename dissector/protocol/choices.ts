/**
 * What a specification leaves open ("AES-256" names no mode) as data: candidates in the order in which they are tried
 * against the captured bytes. The first that proves itself is kept for the session; a user can pin one.
 */
export interface OpenChoice<T extends Candidate = Candidate> {
  /** `p2p.cipher`, and with `peerscope.` before it the name of the setting. */
  readonly id: string;
  readonly doc: string;
  readonly candidates: readonly T[];
}

export interface Candidate {
  readonly id: string;
  readonly doc: string;
}

/** Numbers for names where the specification gives none; a user's own table replaces all of it. */
export interface NumberTable {
  readonly id: string;
  readonly doc: string;
  readonly numbers: Readonly<Record<string, number>>;
}

/** A user's pins by choice: a candidate's id, or a table of numbers. */
export type Pins = Readonly<Record<string, string | Readonly<Record<string, number>>>>;

/** The open choices of one analysis: all candidates, but for those that are pinned. */
export class Choices {
  readonly #pins: Pins;

  constructor(pins: Pins = {}) {
    this.#pins = pins;
  }

  /** In the order in which to try them; one when it is pinned. An unknown pin is as none: `pinProblem` tells. */
  of<T extends Candidate>(choice: OpenChoice<T>): readonly T[] {
    const pinned = choice.candidates.filter(({ id }) => id === this.#pins[choice.id]);
    return pinned.length > 0 ? pinned : choice.candidates;
  }

  isPinned(choice: OpenChoice): boolean {
    return this.pinOf(choice) !== undefined;
  }

  /** The candidate that is pinned; undefined where each is tried. */
  pinOf(choice: OpenChoice): string | undefined {
    return choice.candidates.find(({ id }) => id === this.#pins[choice.id])?.id;
  }

  /** Names by number. */
  names(table: NumberTable): ReadonlyMap<number, string> {
    const pinned = this.#pins[table.id];
    const numbers = typeof pinned === 'object' && tableProblem(table, pinned) === undefined ? pinned : table.numbers;
    return new Map(Object.entries(numbers).map(([name, number]) => [number, name]));
  }
}

/** What is wrong with a pin, in a sentence; undefined when nothing is. */
export function pinProblem(id: string, pin: Pins[string], choices: readonly (OpenChoice | NumberTable)[]): string | undefined {
  const choice = choices.find((one) => one.id === id);
  if (choice === undefined) return `${id} is no open choice: ${choices.map((one) => one.id).join(', ')}`;
  if ('numbers' in choice)
    return typeof pin === 'object' ? tableProblem(choice, pin) : `${id} needs a table of numbers: ${tableText(choice)}`;
  if (choice.candidates.some((candidate) => candidate.id === pin)) return undefined;
  return `${id} has the candidates ${choice.candidates.map((candidate) => candidate.id).join(', ')}`;
}

function tableProblem(table: NumberTable, pin: Readonly<Record<string, number>>): string | undefined {
  const names = Object.keys(table.numbers);
  if (Object.keys(pin).length !== names.length || names.some((name) => pin[name] === undefined))
    return `${table.id} needs a number for each of ${names.join(', ')}`;
  const numbers = names.map((name) => pin[name]!);
  if (numbers.some((number) => !Number.isInteger(number) || number < 0 || number > 255))
    return `the numbers of ${table.id} are integers from 0 to 255`;
  return new Set(numbers).size === numbers.length ? undefined : `${table.id} gives one number to two names`;
}

function tableText(table: NumberTable): string {
  return Object.entries(table.numbers)
    .map(([name, number]) => `${name}:${number}`)
    .join(',');
}
