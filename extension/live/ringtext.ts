/** A ring as a person writes it: `10 x 100 MB`. */
import { MOST_FILES, type Ring } from './ring.ts';

const MEGABYTE = 1_000_000;
const MOST_MEGABYTES = 1_000_000;
const form = /^\s*(\d{1,6})\s*(?:x|×|\*|files? of)\s*(\d{1,7})\s*(?:MB)?\s*$/i;

/** `10 x 100 MB`, `10 × 100`: how many files are kept, and their size in millions of bytes. A sentence for what is none. */
export function parseRing(text: string): Ring | string {
  const [, files, megabytes] = form.exec(text) ?? [];
  if (files === undefined || megabytes === undefined)
    return 'A ring is written as 10 x 100 MB: how many files, and how large each is.';
  const ring = { files: Number(files), fileBytes: Number(megabytes) * MEGABYTE };
  if (ring.files < 1 || ring.files > MOST_FILES) return `A ring keeps 1 to ${MOST_FILES} files.`;
  if (Number(megabytes) < 1 || Number(megabytes) > MOST_MEGABYTES) return `A file of a ring has 1 to ${MOST_MEGABYTES} MB.`;
  return ring;
}

/** `10 files of 100 MB`. */
export function ringText({ files, fileBytes }: Ring): string {
  return `${files} ${files === 1 ? 'file' : 'files'} of ${fileBytes / MEGABYTE} MB`;
}
