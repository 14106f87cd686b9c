/** Whatever a text is, and wherever one asks: there is an answer. */
import { describe, expect, it } from 'vitest';
import { Client } from './client.ts';

const texts: readonly (readonly [string, string])[] = [
  ['nothing', ''],
  ['no title', '###'],
  ['ends of lines alone', '\r\r\n\n\r'],
  ['braces', '{[({[('.repeat(2000)],
  ['half a character', 'p2pke data { data: "\ud83d" }\ud83d'],
  ['strings that do not end', 'p2pke data { data: "\np2pke "\n\\"'],
  ['names of objects', 'node __proto__ = constructor dial toString\nsend __proto__ hasOwnProperty { __proto__: valueOf.x }'],
  ['half statements', 'node\nnode a =\nsend\nsend a\nexpect a data as\nwait\np2pke data { counter:\n@\n@x =\nfault a'],
  ['a long line', `p2pke data { data: ${'00 '.repeat(50_000)}}`],
  ['many problems', 'p2pke nothing\n'.repeat(3000)],
];
const positions = [
  { line: 0, character: 0 },
  { line: 0, character: 7 },
  { line: 1, character: 1 },
  { line: 0, character: 100_000_000 },
  { line: 100_000_000, character: 5 },
];
const range = { start: { line: 0, character: 0 }, end: { line: 2 ** 31 - 1, character: 2 ** 31 - 1 } };
const requests: readonly (readonly [string, object])[] = [
  ['completion', {}],
  ['hover', {}],
  ['signatureHelp', {}],
  ['definition', {}],
  ['references', { context: { includeDeclaration: true } }],
  ['documentHighlight', {}],
  ['prepareRename', {}],
  ['documentSymbol', {}],
  ['foldingRange', {}],
  ['semanticTokens/full', {}],
  ['semanticTokens/range', { range }],
  ['inlayHint', { range }],
  ['formatting', { options: { tabSize: 2, insertSpaces: true } }],
  ['codeAction', { range, context: { diagnostics: [] } }],
];

describe('a hostile text', () => {
  it.each(texts)('of %s is answered', async (_, text) => {
    const client = await Client.start();
    const logged: unknown[] = [];
    client.connection.onNotification('window/logMessage', (params) => void logged.push(params));
    const opened = await client.open(text);
    await client.problems(opened);
    for (const position of positions)
      for (const [method, more] of requests) await client.ask(method, opened, { ...more, position });
    // What fails inside is answered too, and logged.
    expect(logged).toEqual([]);
  });
});
