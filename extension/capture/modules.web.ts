import { protocols } from '../../dissector/index.ts';
import type { Loaded } from './modules.ts';

export async function loadProtocols(paths: readonly string[]): Promise<Loaded> {
  const problems = paths.map((path) => `The protocol module ${path} is a program for Node: it is not loaded in a browser.`);
  return { protocols, problems, faults: [], files: [] };
}
