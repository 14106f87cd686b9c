/** What an editor asks about a packet script, and what it is answered. `<|>` is the caret. */
import { describe, expect, it } from 'vitest';
import type {
  CodeAction,
  CompletionItem,
  CompletionList,
  Diagnostic,
  DocumentHighlight,
  DocumentSymbol,
  FoldingRange,
  Hover,
  Location,
  Range,
  SemanticTokens,
  SignatureHelp,
  TextEdit,
  WorkspaceEdit,
} from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { protocols } from '../../../dissector/index.ts';
import { semanticKinds } from '../../../dissector/script/index.ts';
import { Client, type Opened, within } from './client.ts';

const nodes = 'node b = p2pke listen 127.0.0.1:0\nnode a = p2pke dial b\n';

async function asked<R>(method: string, marked: string, more: object = {}): Promise<[R, Opened, Client]> {
  const client = await Client.start();
  const opened = await client.open(marked);
  return [await client.ask<R>(method, opened, more), opened, client];
}

describe('completion', () => {
  const complete = async (marked: string): Promise<[CompletionItem[], Opened]> => {
    const [list, opened] = await asked<CompletionList>('completion', marked);
    return [list.items, opened];
  };
  const labels = async (marked: string): Promise<string[]> => (await complete(marked))[0].map(({ label }) => label);
  const fieldsOf = (id: string, message: string): string[] =>
    protocols
      .find((each) => each.id === id)!
      .messages!.find(({ name }) => name === message)!
      .fields.map(({ name }) => name);

  it.each([
    ['p2pke', 'data'],
    ['p2p', 'TUNNEL_DATA'],
    ['botd', 'Init'],
  ])('of fields of %s %s has each of its layout', async (id, message) =>
    expect(await labels(`${id} ${message} { <|> }`)).toEqual(expect.arrayContaining(fieldsOf(id, message))),
  );

  it('of fields works where a person is still writing', async () => {
    expect(await labels('p2pke data {\r\n  co<|>')).toContain('counter');
    expect(await labels(`${nodes}send a data { <|>`)).toContain('counter');
  });

  it('of messages, nodes, protocols and statements knows them', async () => {
    expect(await labels('p2pke <|>')).toEqual(expect.arrayContaining(['InitHello', 'data']));
    expect(await labels(`${nodes}send <|>`)).toEqual(expect.arrayContaining(['a', 'b']));
    expect(await labels('node a = <|>')).toEqual(expect.arrayContaining(protocols.map(({ id }) => id)));
    expect(await labels('<|>')).toEqual(expect.arrayContaining(['node', 'wait', 'p2pke']));
    expect(await labels(`${nodes}<|>`)).toEqual(expect.arrayContaining(['node', 'send', 'expect', 'wait']));
  });

  it('takes the place of the word at the caret, in the order of likelihood', async () => {
    const [items, opened] = await complete('# 😀\n😀\np2pke data { cou<|> }');
    const counter = items.find(({ label }) => label === 'counter')!;
    expect(counter.filterText).toBe('counter');
    expect(within(opened, (counter.textEdit as TextEdit).range)).toBe('cou');
    expect(items.map(({ sortText }) => sortText)).toEqual(items.map(({ sortText }) => sortText).sort());
    expect(new Set(items.map(({ sortText }) => sortText)).size).toBe(items.length);
  });

  it('gives no placeholders to a client that cannot fill them in', async () => {
    const client = await Client.start({ capabilities: {} });
    for (const marked of ['<|>', 'p2pke data { data: <|> }']) {
      const opened = await client.open(marked);
      const { items } = await client.ask<CompletionList>('completion', opened);
      expect(items.length).toBeGreaterThan(0);
      expect(items.filter(({ textEdit, insertTextFormat }) => insertTextFormat === 2 || textEdit!.newText.includes('$'))).toEqual(
        [],
      );
    }
  });
});

describe('words', () => {
  it('are explained where they stand', async () => {
    const [hover, opened] = await asked<Hover>('hover', 'p2pke data { cou<|>nter: 1 }');
    expect(within(opened, hover.range!)).toBe('counter');
    expect(hover.contents).toEqual({ kind: 'markdown', value: expect.stringContaining('counter') });
  });

  it('of a call name its parameters', async () => {
    const [help] = await asked<SignatureHelp>('signatureHelp', `${nodes}send a data { data: flip(valid, <|>) }`);
    const [signature] = help.signatures;
    expect(signature!.label).toMatch(/^flip\(/);
    expect(help.activeParameter).toBe(1);
    const [start, end] = signature!.parameters![1]!.label as [number, number];
    expect(signature!.label.slice(start, end)).toContain('bits');
  });
});

describe('a name', () => {
  const script = `### one\r\n${nodes}send <|>a data\r\nexpect a data\r\n### two\r\n${nodes}send a data\r\n`;
  const lines = (all: readonly { range: Range }[]): number[] => all.map(({ range }) => range.start.line);

  it('leads to its definition', async () => {
    const [found, opened] = await asked<Location[]>('definition', script);
    expect(lines(found)).toEqual([2]);
    expect(found.map(({ uri, range }) => [uri, within(opened, range)])).toEqual([[opened.textDocument.uri, 'a']]);
  });

  it('is found in its section, with its definition or without', async () => {
    const [all, opened, client] = await asked<Location[]>('references', script, { context: { includeDeclaration: true } });
    expect(lines(all).sort()).toEqual([2, 3, 4]);
    const uses = await client.ask<Location[]>('references', opened, { context: { includeDeclaration: false } });
    expect(lines(uses).sort()).toEqual([3, 4]);
    const marks = await client.ask<DocumentHighlight[]>('documentHighlight', opened);
    expect(marks.map(({ range, kind }) => [range.start.line, kind]).sort()).toEqual([
      [2, 3],
      [3, 2],
      [4, 2],
    ]);
  });

  it('is another in its section alone', async () => {
    const [place, opened, client] = await asked<{ range: Range; placeholder: string }>('prepareRename', script);
    expect([place.placeholder, within(opened, place.range)]).toEqual(['a', 'a']);
    const edit = await client.ask<WorkspaceEdit>('rename', opened, { newName: 'alice' });
    const [change] = edit.documentChanges as unknown as [{ textDocument: object; edits: TextEdit[] }];
    expect(change.textDocument).toEqual({ uri: opened.textDocument.uri, version: 1 });
    const renamed = TextDocument.applyEdits(opened.text, change.edits);
    expect(renamed).toBe(opened.text.getText().replace(/\ba\b(?=[\s\S]*### two)/g, 'alice'));
  });

  it.each([
    ['7up', 'a letter or "_" comes first'],
    ['a b', 'a letter or "_" comes first'],
    ['', 'a letter or "_" comes first'],
    ['ab', 'two hexadecimal digits are a byte'],
    ['send', 'it is a word of the language'],
    ['valid', 'it is a word of the language'],
    ['b', '"b"'],
  ])('is not "%s"', async (newName, reason) => {
    const client = await Client.start();
    const opened = await client.open(script);
    await expect(client.ask('rename', opened, { newName })).rejects.toThrow(reason);
  });

  it('that is none cannot be another', async () => {
    const [place, opened, client] = await asked('prepareRename', '# <|>comment');
    expect([place, await client.ask('rename', opened, { newName: 'x' })]).toEqual([null, null]);
  });
});

describe('a script', () => {
  const script = `# two lines\n# of comment\n### one\n${nodes}send a data {\n  counter: 3\n}\n\n### two\n${nodes}expect a nothing for 1s\n`;

  it('has its sections in the outline, with their statements', async () => {
    const [symbols, opened] = await asked<DocumentSymbol[]>('documentSymbol', script);
    expect(symbols.map(({ name }) => name)).toEqual(['one', 'two']);
    expect(symbols[0]!.children!.length).toBeGreaterThanOrEqual(3);
    for (const { range, selectionRange, children } of symbols.flatMap((each) => [each, ...each.children!])) {
      const [outer, inner] = [range, selectionRange].map((each) => [each.start, each.end].map((at) => opened.text.offsetAt(at)));
      expect(inner![0]! >= outer![0]! && inner![1]! <= outer![1]!, JSON.stringify({ range, selectionRange })).toBe(true);
      expect(Array.isArray(children)).toBe(true);
    }
  });

  it('can be folded: sections, records, comments', async () => {
    const [folds] = await asked<FoldingRange[]>('foldingRange', script);
    expect(folds).toEqual(
      expect.arrayContaining([
        { startLine: 0, endLine: 1, kind: 'comment' },
        { startLine: 2, endLine: 7, kind: 'region' },
        { startLine: 5, endLine: 6 },
        { startLine: 9, endLine: 12, kind: 'region' },
      ]),
    );
  });

  it('has tokens in the order of its text, whole and in part', async () => {
    const [whole, opened, client] = await asked<SemanticTokens>('semanticTokens/full', script);
    const words = tokensOf(whole, opened);
    expect(words).toContainEqual(['a', 'variable', 'declaration']);
    expect(words).toContainEqual(['a', 'variable', '']);
    expect(words).toContainEqual(['counter', 'property', '']);
    const range = { start: { line: 6, character: 0 }, end: { line: 7, character: 0 } };
    const part = tokensOf(await client.ask<SemanticTokens>('semanticTokens/range', opened, { range }), opened);
    expect(part[0]).toEqual(['counter', 'property', '']);
    expect(part.length).toBeLessThan(words.length);
  });

  it('is formatted once and for all', async () => {
    const [edits, opened, client] = await asked<TextEdit[]>('formatting', 'p2pke   data{counter:1,data:01 02}\r\n', {
      options: { tabSize: 2, insertSpaces: true },
    });
    const formatted = TextDocument.applyEdits(opened.text, edits);
    expect(formatted).not.toBe(opened.text.getText());
    expect(formatted).not.toMatch(/[^\r]\n/);
    const again = await client.open(formatted, 'untitled:again.packet');
    expect(await client.ask('formatting', again)).toEqual([]);
  });

  it('is mended where a word was meant', async () => {
    const client = await Client.start();
    const opened = await client.open('p2pke data { conter: 3 }');
    const diagnostics = await client.problems(opened);
    const { range } = diagnostics[0]!;
    const fixes = (only?: string[]): Promise<CodeAction[]> =>
      client.ask('codeAction', opened, {
        range,
        context: { diagnostics: diagnostics as Diagnostic[], ...(only ? { only } : {}) },
      });
    const [fix, ...more] = await fixes();
    expect(more).toEqual([]);
    expect(fix).toMatchObject({ kind: 'quickfix', isPreferred: true, diagnostics });
    const [{ edits }] = fix!.edit!.documentChanges as unknown as [{ edits: TextEdit[] }];
    expect(TextDocument.applyEdits(opened.text, edits)).toBe('p2pke data { counter: 3 }');
    expect(await fixes(['quickfix'])).toHaveLength(1);
    expect(await fixes(['source.organizeImports'])).toEqual([]);
  });
});

/** What stands there, its kind and its modifier. */
function tokensOf({ data }: SemanticTokens, { text }: Opened): [string, string, string][] {
  let [line, character] = [0, 0];
  return Array.from({ length: data.length / 5 }, (_, index) => {
    const [lines, characters, length, kind, modifiers] = data.slice(index * 5, index * 5 + 5) as [
      number,
      number,
      number,
      number,
      number,
    ];
    expect(lines >= 0 && characters >= 0).toBe(true);
    character = lines > 0 ? characters : character + characters;
    line += lines;
    const start = text.offsetAt({ line, character });
    return [text.getText().slice(start, start + length), semanticKinds[kind]!, modifiers === 1 ? 'declaration' : ''];
  });
}
