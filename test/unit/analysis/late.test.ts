/** A conversation that is recognised at the end of the capture counts for the others as if it had been known from its first frame on. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { memoryFile, openCapture } from '../../../dissector/capture/index.ts';
import { openBytes } from '../../../dissector/index.ts';
import { protocol } from '../definition/wireguard.build.ts';

const folder = new URL('../../../media/samples/protocols/', import.meta.url);
const keys = readFileSync(new URL('wireguard.keys', folder), 'utf8');
/** The length of Ethernet, IPv4 and UDP headers. */
const HEADERS = 42;

it('with keys from the start all is as with keys that come later', () => {
  const bytes = new Uint8Array(readFileSync(new URL('wireguard.pcapng', folder)));
  const opened = openCapture(memoryFile(bytes));
  if ('problem' in opened) throw new Error(opened.problem.text);
  while (opened.reader.step());
  // Its first datagram is of no type that there is: what it is can be told from all of them alone.
  bytes[opened.reader.frames.offset(0) + HEADERS] = 126;
  const told = (given: readonly string[], later: string): readonly string[] => {
    const capture = openBytes(bytes, { protocols: [protocol], keys: given });
    if ('problem' in capture) throw new Error(capture.problem.text);
    if (later !== '') capture.giveKeys(later);
    return [...capture.messages()].map(({ frames, message, state }) => `${frames} ${message} ${state}`);
  };
  const early = told([keys], '');
  expect(early).toEqual(told([], keys));
  expect(early.slice(1).filter((line) => line.includes('data') && !line.endsWith('decoded'))).toEqual([]);
});
