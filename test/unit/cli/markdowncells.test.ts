/** Words of others in a report in Markdown stay words, as a renderer with HTML, links and strikethrough reads them. */
import MarkdownIt from 'markdown-it';
import { expect, it } from 'vitest';
import type { Comparison, Difference } from '../../../dissector/diff/index.ts';
import { Random } from '../../../extension/author/random.ts';
import { diffReport } from '../../../extension/cli/diffreport.ts';
import { printable } from '../../../extension/wire/printable.ts';

const renderer = new MarkdownIt({ html: true, linkify: true });
/** What a table of plain words consists of. */
const plain = new Set(['text', 'text_special', 'inline', 'paragraph_open', 'paragraph_close']);
const isPlain = (type: string): boolean => plain.has(type) || /^(?:table|thead|tbody|tr|th|td)_(?:open|close)$/.test(type);

const parts = [
  ...[
    '|',
    '\\',
    '`',
    '``',
    '*',
    '**',
    '_',
    '__',
    '~~',
    '[',
    ']',
    '(',
    ')',
    '](',
    '![',
    '<',
    '>',
    '<b>',
    '<!--',
    '-->',
    '&lt;',
    '&#42;',
    '&amp;',
  ],
  ...[
    'https://a.example',
    'http://',
    'www.a.example',
    'command:a',
    'mailto:a@b.example',
    'a@b.example',
    '//a.example',
    '<https://a>',
    '[x](https://a)',
  ],
  ...[
    '\n',
    '\r',
    '\t',
    '\u0000',
    '\u001b[31m',
    '\u202e',
    '# ',
    '- ',
    '1. ',
    '> ',
    '---',
    '| --- |',
    ' ',
    '  ',
    'x',
    'word',
    ':',
    '.',
    '$',
    '\u200b',
  ],
];

function comparisonOf(text: string): Comparison {
  const difference: Difference = { kind: 'value', protocol: 'p', message: text, field: text, text: `B ${text}`, count: 1 };
  return { differences: [difference], unlisted: 0, conversations: [], contents: new Map(), messages: [1, 1] };
}

/** As it is shown: escapes resolved, spaces at its ends gone. */
const shown = (text: string): string => printable(text).trim();

it('no text whatever becomes markup, and each is read as it was', () => {
  const random = new Random(7);
  let markup = 0;
  for (let n = 0; n < 5000; n++) {
    const text = `a${Array.from({ length: 1 + random.below(10) }, () => random.pick(parts)).join('')}z`;
    const files = { a: text, b: text, version: '1', isBaseline: false, isWhole: true };
    const source = diffReport('markdown', comparisonOf(text), files).join('\n');
    const tokens = renderer.parse(source, {}).flatMap((token) => [token, ...(token.children ?? [])]);
    expect(
      tokens.filter(({ type }) => !isPlain(type)).map(({ type }) => type),
      JSON.stringify(text),
    ).toEqual([]);
    const cells = tokens
      .filter(({ type }) => type === 'inline')
      .map(({ children }) => (children ?? []).map(({ content }) => content).join(''));
    expect(cells, source).toEqual([
      `B ${shown(text)}.`,
      ...[`frame in ${shown(text)}`, `frame in ${shown(text)}`, 'message', 'field', 'difference'],
      ...['', '', shown(text), shown(text), `B ${shown(text)}`],
    ]);
    // The same words without the escapes would be markup now and then: the test can fail.
    if (renderer.renderInline(printable(text)).includes('<a ')) markup++;
  }
  expect(markup).toBeGreaterThan(100);
});
