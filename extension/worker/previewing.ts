/** A message of a packet script as a capture of it alone. */
import { memoryFile } from '../../dissector/capture/index.ts';
import { Choices, type Protocol } from '../../dissector/protocol/index.ts';
import { previewAt, previewCapture, previewProtocol } from '../../dissector/script/index.ts';
import { type OpenFile, openFile } from '../capture/open.ts';
import type { Setup } from './settings.ts';

export interface PreviewFile {
  readonly file: OpenFile;
  readonly protocol: Protocol;
  /** What will be another when it is sent, a sentence each. */
  readonly notes: readonly string[];
}

/** A sentence where there is no message, or where it cannot be made. */
export async function previewOf(
  text: string,
  at: number,
  protocols: readonly Protocol[],
  { choices = new Choices(), limits }: Setup['options'],
): Promise<PreviewFile | string> {
  const preview = await previewAt(text, at, protocols, choices);
  if (typeof preview === 'string') return preview;
  const capture = previewCapture(preview);
  if (typeof capture === 'string') return capture;
  return { file: await openFile(memoryFile(capture), limits), protocol: previewProtocol(preview), notes: preview.notes };
}
