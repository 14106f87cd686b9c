/** Opens a capture of this folder the way every product does: reader, key ring, first pass to the end. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Analysis } from '../../dissector/analysis/index.ts';
import { defaultLimits, type Limits } from '../../dissector/bytes/index.ts';
import { memoryFile, openCapture } from '../../dissector/capture/index.ts';
import { KeyRing } from '../../dissector/protocol/index.ts';
import { protocols } from '../../dissector/protocols/index.ts';
import { keyLogOf } from './keys.ts';

export function goldenPath(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}

export function goldenJson(name: string) {
  return JSON.parse(readFileSync(goldenPath(name), 'utf8'));
}

/** The key log of a capture's recorded private values. */
export function goldenKeys(capture: string): string {
  return keyLogOf(goldenJson(`${capture}.keys.json`));
}

export function analyse(bytes: Uint8Array, keyLog = '', limits: Limits = defaultLimits): Analysis {
  const opened = openCapture(memoryFile(bytes), limits);
  if ('problem' in opened) throw new Error(opened.problem.text);
  const ring = new KeyRing(
    protocols.flatMap((protocol) => protocol.keys),
    limits,
  );
  ring.add('keys', keyLog);
  const analysis = new Analysis(opened.reader, protocols, ring, { limits });
  while (analysis.step(1000));
  analysis.finish();
  return analysis;
}

export function analyseGolden(capture: string, keyLog = '', limits: Limits = defaultLimits): Analysis {
  return analyse(readFileSync(goldenPath(`${capture}.pcapng`)), keyLog, limits);
}
