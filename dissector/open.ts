import { OpenedCapture, type OpenOptions } from './analysis/openedcapture.ts';
import { defaultLimits, type Problem } from './bytes/index.ts';
import { memoryFile, openCapture } from './capture/index.ts';
import { protocols as known } from './protocols/index.ts';

/**
 * Reads a pcap or pcapng file that lies in memory (not compressed) and observes it to its end. Bytes that are no capture
 * give a Problem; a capture that is cut short is read as far as it goes.
 */
export function openBytes(bytes: Uint8Array, options: OpenOptions = {}): OpenedCapture | { readonly problem: Problem } {
  const protocols = options.protocols ?? known;
  const opened = openCapture(memoryFile(bytes), { ...defaultLimits, ...options.limits });
  return 'problem' in opened ? opened : new OpenedCapture(opened.reader, { ...options, protocols });
}
