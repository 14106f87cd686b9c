/**
 * Imports a module of the user's own again once a file of it has changed, those that it imports among them. Node keeps a module for
 * each address: a mark in the address, handed on to what is imported, makes others of them.
 */
import { statSync } from 'node:fs';
import { register } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { MessageChannel, type MessagePort, receiveMessageOnPort } from 'node:worker_threads';

/** What stands in the addresses of a user's modules, and nowhere else. */
export const moduleMark = 'peerscope-module';

/** Runs in Node's thread for these hooks. What packages hold is left to Node: it does not change while somebody works. */
const hooks = `
let port;
const mark = /[?&]${moduleMark}=([^&]+)/;
export function initialize(data) { port = data.port; }
export async function resolve(specifier, context, next) {
  const found = await next(specifier, context);
  if (mark.test(found.url)) port.postMessage(found.url);
  const [, number] = mark.exec(context.parentURL ?? '') ?? [];
  if (number === undefined || !found.url.startsWith('file:') || found.url.includes('?') || found.url.includes('/node_modules/')) return found;
  const url = found.url + '?${moduleMark}=' + number;
  port.postMessage(url);
  return { ...found, url };
}`;

interface Imported {
  readonly number: number;
  /** Times of change by path. */
  readonly files: ReadonlyMap<string, number>;
}

let port: MessagePort | undefined;
let next = 1;
const imported = new Map<string, Imported>();

/** Files of a module as it was imported last: its own first, then those that it imports, of its own folders. */
export function filesOf(path: string): readonly string[] {
  return [...(imported.get(path)?.files.keys() ?? [path])];
}

/** Throws what the module throws. */
export async function importModule(path: string): Promise<Readonly<Record<string, unknown>>> {
  listen();
  // Node's own sentences would name addresses.
  if (statSync(path).isDirectory()) throw new Error('It is a folder.');
  const before = imported.get(path);
  const number = before !== undefined && isSame(before) ? before.number : next++;
  const address = `${pathToFileURL(path).href}?${moduleMark}=${number}`;
  try {
    return await import(/* @vite-ignore */ address);
  } finally {
    const files = new Map([[path, timeOf(path)]]);
    // What a module imports is found out the first time that it is imported.
    for (const [each] of before?.number === number ? before.files : []) files.set(each, timeOf(each));
    for (const each of heard(number)) files.set(each, timeOf(each));
    imported.set(path, { number, files });
  }
}

/** Once for a thread. Where the hooks cannot be, what a module imports stays as it was imported first. */
function listen(): void {
  if (port !== undefined) return;
  const { port1, port2 } = new MessageChannel();
  port = port1;
  port1.unref();
  const address = `data:text/javascript,${encodeURIComponent(hooks)}`;
  try {
    register(address, 'data:', { data: { port: port2 }, transferList: [port2] });
  } catch {
    port1.close();
  }
}

const urls: string[] = [];

/** Paths of what was resolved under a mark. */
function heard(number: number): string[] {
  for (let each = receiveMessageOnPort(port!); each !== undefined; each = receiveMessageOnPort(port!)) urls.push(each.message);
  const own = urls.filter((url) => url.endsWith(`?${moduleMark}=${number}`));
  for (const url of own) urls.splice(urls.indexOf(url), 1);
  return [...new Set(own)].map((url) => fileURLToPath(url.replace(/\?.*$/, '')));
}

function isSame({ files }: Imported): boolean {
  return [...files].every(([path, time]) => timeOf(path) === time);
}

/** Not a number for what is not there, which is like nothing. */
function timeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Number.NaN;
}
