/** Writes a new protocol: a module, the types that an editor needs beside it, a packet script, and a capture that its own encoder made. */
import { randomBytes } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadProtocols } from '../capture/modules.ts';
import type { ProtocolPlan } from './plan.ts';
import { sampleOf } from './sample.ts';
import { moduleText, scriptText } from './template.ts';

/** Names of the files that were written, the module first. */
export interface Written {
  readonly folder: string;
  readonly files: readonly string[];
}

/**
 * `types`: the file with the declarations of the library. Throws an Error with a sentence; nothing that is there already is written
 * over.
 */
export async function writeProtocol(plan: ProtocolPlan, folder: string, types: string): Promise<Written> {
  const { name } = plan;
  const texts: readonly (readonly [string, string])[] = [
    [`${name}.js`, moduleText(plan)],
    [`${name}.packet`, scriptText(plan)],
  ];
  const made = [`${name}.js`, `${name}.packet`, `${name}.pcapng`, ...(plan.noise === undefined ? [] : [`${name}.keys`])];
  const there = made.find((file) => existsSync(join(folder, file)));
  if (there !== undefined) throw new Error(`${join(folder, there)} is there already.`);
  mkdirSync(folder, { recursive: true });
  for (const [file, text] of texts) writeFileSync(join(folder, file), text);
  copyFileSync(types, join(folder, 'peerscope.d.ts'));
  const loaded = await loadProtocols([join(folder, `${name}.js`)]);
  if (loaded.problems.length > 0) throw new Error(loaded.problems.join(' '));
  const protocol = loaded.protocols.find(({ id }) => id === name)!;
  const { capture, keyLog } = sampleOf(plan, protocol, (length) => new Uint8Array(randomBytes(length)));
  writeFileSync(join(folder, `${name}.pcapng`), capture);
  // Its keys are those of nobody; all the same a key log is its owner's.
  if (keyLog !== undefined) writeFileSync(join(folder, `${name}.keys`), keyLog, { mode: 0o600 });
  return { folder, files: [...made, 'peerscope.d.ts'] };
}
