/** The captures that the project ships, each once: many samples are golden captures, too. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface TreeCapture {
  readonly name: string;
  readonly path: string;
  readonly content: Uint8Array;
}

const root = fileURLToPath(new URL('../../../', import.meta.url));

export function treeCaptures(): TreeCapture[] {
  const found = new Map<string, TreeCapture>();
  for (const folder of ['test/golden', 'media/samples']) {
    for (const name of readdirSync(join(root, folder)).filter((one) => /\.(pcap|pcapng|cap)$/.test(one))) {
      const path = join(root, folder, name);
      const content = readFileSync(path);
      const key = content.toString('latin1');
      if (!found.has(key)) found.set(key, { name: `${folder}/${name}`, path, content: new Uint8Array(content) });
    }
  }
  return [...found.values()];
}
