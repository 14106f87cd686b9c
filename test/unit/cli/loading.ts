/** Loads modules in a plain Node, line by line: a path comes in as JSON, what became of it goes out. Vitest imports in its own way. */
import { createInterface } from 'node:readline';
import { loadProtocols } from '../../../extension/capture/modules.ts';

for await (const line of createInterface({ input: process.stdin })) {
  const { protocols, problems, faults, files } = await loadProtocols([JSON.parse(line)]);
  console.log(JSON.stringify({ title: protocols[0]!.title, problems, faults, files }));
}
