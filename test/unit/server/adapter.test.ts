/** What the dissector says of a script as LSP wants it: answers are given here, so only their form is looked at. */
import { describe, expect, it } from 'vitest';
import { DiagnosticSeverity } from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import type { CompletionItem, ScriptDocument } from '../../../dissector/script/index.ts';
import { abilitiesOf } from '../../../extension/server/abilities.ts';
import { completions } from '../../../extension/server/completion.ts';
import { textEditsOf } from '../../../extension/server/convert.ts';
import { fixes } from '../../../extension/server/fixes.ts';
import { inlayHints } from '../../../extension/server/hints.ts';
import { folds, symbols } from '../../../extension/server/outline.ts';
import { rename } from '../../../extension/server/rename.ts';
import type { Script } from '../../../extension/server/scripts.ts';
import { semanticTokens } from '../../../extension/server/tokens.ts';
import { hover, signatureHelp } from '../../../extension/server/words.ts';

type Answers = { readonly [M in keyof ScriptDocument]?: (...given: never[]) => unknown };

const script = (text: string, answers: Answers, after: Answers = answers): Script => ({
  text: TextDocument.create('untitled:x', 'packet', 4, text),
  service: answers as ScriptDocument,
  tried: () => after as ScriptDocument,
});
const start = { line: 0, character: 0 };
const all = { start, end: { line: 99, character: 0 } };
const able = { snippets: true, versions: true, tokensAgain: false, hintsAgain: false };
const unable = abilitiesOf({});
const line = (from: number, to: number) => ({ start: { line: 0, character: from }, end: { line: 0, character: to } });

describe('completion', () => {
  const item = (label: string, more: Partial<CompletionItem> = {}): CompletionItem => ({
    ...{ label, insert: label, kind: 'field', detail: '', doc: '' },
    ...more,
  });
  const complete = (items: readonly CompletionItem[], abilities = able) =>
    completions(script('p2pke da', { complete: () => ({ start: 6, end: 8, items }) }), { line: 0, character: 8 }, abilities)
      .items;

  it('keeps an order that is none of the alphabet, also of many', () => {
    const labels = Array.from({ length: 120 }, (_, index) => `x${999 - index}`);
    const sorted = complete(labels.map((label) => item(label))).sort((a, b) => (a.sortText! < b.sortText! ? -1 : 1));
    expect(sorted.map(({ label }) => label)).toEqual(labels);
  });

  it('says what it has to say and no more', () => {
    const [bare, full] = complete([item('a'), item('b', { detail: 'u32', doc: '*counts*' })]);
    expect(bare).toEqual({
      ...{ label: 'a', kind: 5, filterText: 'a', sortText: '0', insertTextFormat: 1 },
      textEdit: { range: line(6, 8), newText: 'a' },
    });
    expect(full).toMatchObject({
      ...{ detail: 'u32', labelDetails: { description: 'u32' } },
      documentation: { kind: 'markdown', value: '*counts*' },
    });
  });

  it.each([
    [`node \${1:a} = $2 dial \${3}$0`, 'node a =  dial '],
    [`a\\$b { \${1:c\\}d} }`, 'a$b { c}d }'],
  ])('fills a snippet in where the client cannot: %s', (insert, plain) => {
    const snippet = item('x', { insert, snippet: true });
    expect(complete([snippet])[0]).toMatchObject({ textEdit: { newText: insert }, insertTextFormat: 2 });
    expect(complete([snippet], unable)[0]).toMatchObject({ textEdit: { newText: plain }, insertTextFormat: 1 });
  });
});

describe('words', () => {
  it('are Markdown with a range', () =>
    expect(hover(script('p2pke data', { hover: () => ({ start: 6, end: 10, text: '**data**' }) }), start)).toEqual({
      contents: { kind: 'markdown', value: '**data**' },
      range: line(6, 10),
    }));

  it('of a call point into its label', () => {
    const signature = { label: 'flip(value, bits)', doc: 'd', active: 1, parameters: [{ start: 12, end: 16, doc: 'p' }] };
    expect(signatureHelp(script('', { signature: () => signature }), start)).toEqual({
      signatures: [
        {
          label: 'flip(value, bits)',
          documentation: { kind: 'markdown', value: 'd' },
          parameters: [{ label: [12, 16], documentation: { kind: 'markdown', value: 'p' } }],
        },
      ],
      activeSignature: 0,
      activeParameter: 1,
    });
  });

  it('between those of the text have a tooltip where there is something to say', () => {
    const hints = [
      { at: 2, label: '3 bytes', doc: '' },
      { at: 99, label: 'x', doc: 'y' },
    ];
    expect(inlayHints(script('abc', { hints: () => hints }), all)).toEqual([
      { position: { line: 0, character: 2 }, label: '3 bytes', paddingLeft: true },
      { position: { line: 0, character: 3 }, label: 'x', paddingLeft: true, tooltip: { kind: 'markdown', value: 'y' } },
    ]);
  });
});

describe('the outline', () => {
  it('has a name for every part, and no selection that sticks out', () => {
    const outline = [
      {
        ...{ name: ' ', detail: '', kind: 'section', start: 2, end: 6, selection: { start: 0, end: 9 } },
        children: [{ name: 'n', detail: 'd', kind: 'node', start: 4, end: 5, selection: { start: 7, end: 8 }, children: [] }],
      },
    ];
    expect(symbols(script('0123456789', { outline: () => outline }))).toEqual([
      {
        ...{ name: '###', detail: '', kind: 3, range: line(2, 6), selectionRange: line(2, 6) },
        children: [{ name: 'n', detail: 'd', kind: 19, range: line(4, 5), selectionRange: line(5, 5), children: [] }],
      },
    ]);
  });

  it.each([
    ['a section ends where its text ends', 'section', '### a\nx\n\n\n', [{ startLine: 0, endLine: 1, kind: 'region' }]],
    ['a record keeps its brace in view', 'record', 'x {\r\n  a: 1\r\n}', [{ startLine: 0, endLine: 1 }]],
    ['a record of two lines is not folded', 'record', 'x {\n}', []],
    ['comments are folded as one', 'comment', '# a\n# b', [{ startLine: 0, endLine: 1, kind: 'comment' }]],
    ['one line is not folded', 'section', '### a\n', []],
  ])('%s', (_, kind, text, expected) =>
    expect(folds(script(text, { folds: () => [{ kind, start: 0, end: text.length }] }))).toEqual(expected),
  );
});

describe('tokens', () => {
  it('are of one line each, in order, with lengths of UTF-16 code units', () => {
    const text = '😀 ab\r\ncd ef';
    const semantic = [
      { start: 10, end: 12, kind: 'number' },
      { start: 3, end: 9, kind: 'keyword', isDefinition: true },
    ];
    const { data } = semanticTokens(script(text, { semanticTokens: () => semantic }));
    expect(data).toEqual([0, 3, 2, 0, 1, 1, 0, 2, 0, 1, 0, 3, 2, 7, 0]);
    const part = { start: { line: 1, character: 3 }, end: { line: 2, character: 0 } };
    expect(semanticTokens(script(text, { semanticTokens: () => semantic }), part).data).toEqual([1, 3, 2, 7, 0]);
  });
});

describe('edits', () => {
  it('have the ends of lines that the text has', () => {
    const edits = [{ start: 0, end: 1, text: 'a\nb\r\nc' }];
    expect(textEditsOf(script('x\r\n', {}).text, edits)[0]!.newText).toBe('a\r\nb\r\nc');
    expect(textEditsOf(script('x\n', {}).text, edits)[0]!.newText).toBe('a\nb\r\nc');
  });

  it('that mend are preferred where there is one way alone, and belong to their problem', () => {
    const fix = (title: string, from: number) => ({
      title,
      problem: { start: from, end: from + 2 },
      edits: [{ start: from, end: from + 2, text: title }],
    });
    const found = script('ab cd', { fixes: () => [fix('one', 0), fix('two', 0), fix('three', 3)] });
    const problem = { range: line(3, 5), message: 'wrong', severity: DiagnosticSeverity.Error };
    const ask = (only?: string[], abilities = able) =>
      fixes(
        found,
        { textDocument: found.text, range: all, context: { diagnostics: [problem], ...(only ? { only } : {}) } },
        abilities,
      );
    expect(ask().map(({ title, isPreferred, diagnostics }) => [title, isPreferred, diagnostics])).toEqual([
      ['one', undefined, undefined],
      ['two', undefined, undefined],
      ['three', true, [problem]],
    ]);
    const edits = [{ range: line(3, 5), newText: 'three' }];
    expect(ask()[2]!.edit).toEqual({ documentChanges: [{ textDocument: { uri: 'untitled:x', version: 4 }, edits }] });
    expect(ask(undefined, unable)[2]!.edit).toEqual({ changes: { 'untitled:x': edits } });
    expect([ask([''])?.length, ask(['quickfix']).length, ask(['refactor', 'source']).length]).toEqual([3, 3, 0]);
  });
});

describe('another name', () => {
  const spans = [
    { start: 5, end: 6 },
    { start: 12, end: 13 },
  ];
  const before: Answers = { occurrences: () => ({ name: 'a', kind: 'node', spans }), problems: () => [] };
  const called = (newName: string, after: Answers) => rename(script('node a\nsend a', before, after), start, newName, unable);

  it('is written wherever the old one stood', () => {
    expect(called('alice', before)).toEqual({
      changes: {
        'untitled:x': [
          { range: line(5, 6), newText: 'alice' },
          { range: { start: { line: 1, character: 5 }, end: { line: 1, character: 6 } }, newText: 'alice' },
        ],
      },
    });
    expect(called('a', before)).toBeNull();
  });

  it('that is the name of something else is refused', () => {
    const three = { name: 'c', kind: 'node', spans: [...spans, { start: 20, end: 21 }] };
    expect(() => called('c', { ...before, occurrences: () => three })).toThrow('There is another "c" here.');
    expect(() => called('c', { ...before, occurrences: () => undefined })).toThrow('There is another "c" here.');
  });

  it('with which the script would be wrong is refused', () =>
    expect(() => called('c-d', { ...before, problems: () => [{ text: 'no such thing', start: 0, end: 1 }] })).toThrow(
      '"c-d" cannot be its name: no such thing.',
    ));
});
