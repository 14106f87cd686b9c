/** Where in a module of the user's own something went wrong: told as a compiler tells it. */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'acorn';
import { moduleMark } from './moduleloader.ts';
import { reasonOf } from './reason.ts';

/** A place in a file; line and column count from 1. */
export interface ModulePlace {
  readonly path: string;
  readonly line: number;
  readonly column: number;
}

/** A mistake in a module. */
export interface ModuleFault {
  readonly text: string;
  /** The start of the module, where nothing tells more. */
  readonly place: ModulePlace;
  readonly isPlaced: boolean;
}

const LONGEST_LINE = 200;
const declaresTypes = /\.d\.[mc]?ts$/;
const typesAlone = 'It only declares types. Name the module itself.';

/** What an import threw. `files`: those of the module, its own first. */
export function faultOf(error: unknown, files: readonly string[]): ModuleFault {
  const text = declaresTypes.test(files[0]!) ? typesAlone : textOf(error);
  const place = (error instanceof SyntaxError ? syntaxPlace(error, files) : undefined) ?? placeOf(error);
  return { text, place: place ?? { path: files[0]!, line: 1, column: 1 }, isPlaced: place !== undefined };
}

function textOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const text = reasonOf(error).replace(new RegExp(`\\?${moduleMark}=\\d+`, 'g'), '');
  if (code === 'ERR_UNKNOWN_FILE_EXTENSION' && /\.[mc]?ts\b/.test(text))
    return `A module in TypeScript needs Node 22.18 or later, and this is ${process.version}. JavaScript with types in comments (JSDoc) works everywhere.`;
  const isNamed = error instanceof Error && code === undefined && error.name !== 'Error' && error.name !== 'TypeError';
  return isNamed ? `${error.name}: ${text}` : text;
}

/** The innermost frame of a stack that lies in a user's module. */
export function placeOf(error: unknown): ModulePlace | undefined {
  const stack = error instanceof Error && typeof error.stack === 'string' ? error.stack : '';
  const frame = new RegExp(`(file:///[^\\s()]*)\\?${moduleMark}=\\d+:(\\d+)(?::(\\d+))?`).exec(stack);
  if (frame === null) return undefined;
  return { path: fileURLToPath(frame[1]!), line: Number(frame[2]), column: Number(frame[3] ?? 1) };
}

/** Node tells the place of a syntax error only as it ends: the first file that does not parse is the one. */
function syntaxPlace(error: SyntaxError, files: readonly string[]): ModulePlace | undefined {
  const known = placeOf(error);
  if (known !== undefined) return known;
  for (const path of files) {
    try {
      parse(readFileSync(path, 'utf8'), { ecmaVersion: 'latest', sourceType: 'module', allowHashBang: true });
    } catch (found) {
      const { loc } = found as { readonly loc?: { readonly line: number; readonly column: number } };
      if (loc !== undefined) return { path, line: loc.line, column: loc.column + 1 };
    }
  }
  return undefined;
}

/** `chat.js:12:7`. */
export function placeText({ path, line, column }: ModulePlace): string {
  return `${basename(path)}:${line}:${column}`;
}

/** The fault with its place, the line itself and a mark below it; a sentence where the place is not known. */
export function faultText({ text, place, isPlaced }: ModuleFault): string {
  if (!isPlaced) return /[.!?]$/.test(text) ? text : `${text}.`;
  const source = lineAt(place);
  const said = `${placeText(place)}: ${text}`;
  if (source === undefined) return said;
  return `${said}\n  ${source}\n  ${' '.repeat(Math.min(place.column - 1, source.length))}^`;
}

function lineAt({ path, line }: ModulePlace): string | undefined {
  try {
    const text = readFileSync(path, 'utf8').split(/\r?\n/)[line - 1];
    return text === undefined || text.length > LONGEST_LINE ? undefined : text.replaceAll('\t', ' ');
  } catch {
    return undefined;
  }
}
