import { printable } from '../wire/printable.ts';

/**
 * Words for a notification, in which VS Code makes links of `[text](address)`, also of `command:`: names of files, goodbyes of peers and
 * reasons of the system are the words of others, and stay words.
 */
export function plainWords(text: string): string {
  return text
    .split('\n')
    .map((line) => printable(line).replaceAll('](', '] ('))
    .join('\n');
}
