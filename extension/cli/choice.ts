import { UsageError } from './errors.ts';

/**
 * Reads `ID=CANDIDATE`, and for a table of numbers `ID=name:1,name:2`. Whether there is such a choice is not known here.
 * Throws a UsageError for what has another form, and for two pins of one choice.
 */
export function parseChoices(texts: readonly string[]): Readonly<Record<string, unknown>> {
  const choices = new Map<string, string | Record<string, number>>();
  for (const text of texts) {
    const [, id, pin] = /^([^=\s]+)=(\S.*)$/.exec(text) ?? [];
    if (id === undefined || pin === undefined) throw new UsageError(`--choice takes ID=CANDIDATE: "${text}" is none.`);
    if (choices.has(id)) throw new UsageError(`--choice ${id} is given twice.`);
    choices.set(id, pin.includes(':') ? table(id, pin) : pin);
  }
  return Object.fromEntries(choices);
}

function table(id: string, text: string): Record<string, number> {
  const entries = text.split(',').map((entry): [string, number] => {
    const [, name, number] = /^\s*([^:\s]+)\s*:\s*(\d{1,9})\s*$/.exec(entry) ?? [];
    if (name === undefined) throw new UsageError(`--choice ${id}: a table is name:number,name:number; "${entry}" is no entry.`);
    return [name, Number(number)];
  });
  return Object.fromEntries(entries);
}
