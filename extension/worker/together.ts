/** Several captures that the editor shows as one. */
import { clockNotices, mergeCaptures } from '../../dissector/analysis/index.ts';
import type { Limits } from '../../dissector/bytes/index.ts';
import { memoryFile } from '../../dissector/capture/index.ts';
import { merged, type OpenFile, openFile } from '../capture/open.ts';
import { reasonOf } from '../capture/reason.ts';
import type { CapturePart } from '../wire/inspector.ts';
import { openPath } from './place.ts';
import { yieldToLoop } from './yieldtoloop.ts';

/** Indexed in one go, so that requests are answered meanwhile. */
const INDEX_BYTES = 4 << 20;

export interface Together {
  readonly file: OpenFile;
  /** How their clocks differ, a sentence each. */
  readonly clocks: readonly string[];
}

/** Merges captures by time; `align` corrects their clocks. Throws an Error that names the capture that cannot be read. */
export async function openTogether(captures: readonly CapturePart[], align: boolean, limits: Limits): Promise<Together> {
  const parts: { name: string; file: OpenFile }[] = [];
  for (const { name, path, bytes } of captures) {
    try {
      const file = await openFile(path === undefined ? memoryFile(bytes ?? new Uint8Array(0)) : openPath(path), limits);
      parts.push({ name, file });
    } catch (error) {
      throw new Error(`${name}: ${reasonOf(error)}`, { cause: error });
    }
  }
  const readers = parts.map(({ name, file: { reader } }) => ({ name, reader }));
  for (const { reader } of readers) while (reader.step(INDEX_BYTES)) await new Promise<void>((resolve) => yieldToLoop(resolve));
  const together = mergeCaptures(readers, { align, limits });
  return {
    file: merged(parts, together.reader),
    clocks: clockNotices(readers, together, align, 'the command Correct Clocks corrects it'),
  };
}
