/** Words of others in a notification make no links, and turn nothing around. */
import { expect, it } from 'vitest';
import { Random } from '../../../extension/author/random.ts';
import { plainWords } from '../../../extension/host/plainwords.ts';

/** As VS Code finds links in a notification (`parseLinkedText`). */
const link = /\[([^\]]+)\]\(((?:https?:\/\/|command:|file:)[^)\s]+)(?: (["'])(.+?)(\3))?\)/gi;

it('names that look like a link stay words, and ordinary words stay as they are', () => {
  expect(plainWords('[x](command:workbench.action.quit).keys: there is no such file.')).toBe(
    '[x] (command:workbench.action.quit).keys: there is no such file.',
  );
  expect(plainWords('two\nlines, and café')).toBe('two\nlines, and café');
  expect(plainWords('\u001b[31m\u202egnp')).toBe('\\u001b[31m\\u202egnp');
});

it('no text whatever makes a link', () => {
  const parts = [
    '[',
    ']',
    '(',
    ')',
    '](',
    '[[',
    ']](',
    'command:a',
    'https://a',
    'file:///x',
    ' "t"',
    '\u200b',
    '\u0000',
    'x',
    '\n',
    ']\u200d(',
  ];
  const random = new Random(1);
  let found = 0;
  for (let n = 0; n < 20_000; n++) {
    const text = Array.from({ length: 2 + random.below(14) }, () => random.pick(parts)).join('');
    found += text.match(link)?.length ?? 0;
    expect(plainWords(text).match(link)).toBeNull();
  }
  expect(found).toBeGreaterThan(10);
});
