/** Forms of the options that the commands with sockets share. */
import { resolve } from 'node:path';
import { type HostPort, parseAddress } from '../node/sockets/address.ts';
import type { UsageError } from './errors.ts';

/** Something wrong with the call, with the help of its command. */
export type Usage = (sentence: string) => UsageError;

/** Each is written: the last would take the place of the others. */
export function distinct(files: Readonly<Record<string, string | undefined>>, usage: Usage): void {
  const options = new Map<string, string>();
  for (const [option, file] of Object.entries(files)) {
    if (file === undefined) continue;
    const path = resolve(file);
    const other = options.get(path);
    if (other !== undefined) throw usage(`${other} and ${option} are the same file: ${file}.`);
    options.set(path, option);
  }
}

/** Throws what `usage` makes of a text that is none. */
export function hostPort(text: string | undefined, usage: Usage): HostPort | undefined {
  if (text === undefined) return undefined;
  const parsed = parseAddress(text);
  if (parsed === undefined) throw usage(`"${text}" is no HOST:PORT: 127.0.0.1:7000, [::1]:7000, localhost:0.`);
  return parsed;
}

/** A number above 0 in this form. */
export function positive(option: string, text: string | undefined, form: RegExp, usage: Usage): number | undefined {
  if (text === undefined) return undefined;
  if (!form.test(text) || Number(text) <= 0) throw usage(`${option} takes a number above 0, not "${text}".`);
  return Number(text);
}

export function wholeSeed(text: string, usage: Usage): number {
  const seed = Number(text);
  if (!/^\d{1,10}$/.test(text) || seed > 0xffff_ffff) throw usage(`--seed is a number below 2^32, not "${text}".`);
  return seed;
}
