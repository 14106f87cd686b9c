/** What the language server says of itself, and the problems that it tells. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DiagnosticSeverity } from 'vscode-languageserver/node';
import { semanticKinds } from '../../../dissector/script/index.ts';
import { MODULES_CHANGED } from '../../../extension/wire/language.ts';
import { samples } from '../../../extension/workbench/paths.ts';
import { Client, within } from './client.ts';

const nodes = 'node b = p2pke listen 127.0.0.1:0\nnode a = p2pke dial b\n';

describe('the server', () => {
  it('says what it does', async () => {
    const { capabilities, serverInfo } = (await Client.start()).initialized;
    expect(serverInfo?.name).toBe('Peerscope');
    expect(Object.keys(capabilities).sort()).toEqual([
      ...['codeActionProvider', 'completionProvider', 'definitionProvider', 'documentFormattingProvider'],
      ...['documentHighlightProvider', 'documentSymbolProvider', 'foldingRangeProvider', 'hoverProvider', 'inlayHintProvider'],
      ...['positionEncoding', 'referencesProvider', 'renameProvider', 'semanticTokensProvider', 'signatureHelpProvider'],
      'textDocumentSync',
    ]);
    expect(capabilities.completionProvider?.triggerCharacters).toEqual([' ', ':', '{', '[', ',', '.', '(']);
    expect(capabilities.semanticTokensProvider).toEqual({
      legend: { tokenTypes: semanticKinds, tokenModifiers: ['declaration'] },
      full: true,
      range: true,
    });
  });

  it.each([undefined, null, 7, 'x', {}, { modules: 'x' }, { modules: [null, 3] }])(
    'starts with the options %j',
    async (options) => {
      expect((await Client.start({ options })).initialized.capabilities.hoverProvider).toBe(true);
    },
  );

  it('has nothing to say of what is not open', async () => {
    const client = await Client.start();
    const closed = { ...(await client.open('')), textDocument: { uri: 'untitled:other' } };
    for (const method of ['hover', 'completion', 'definition', 'documentSymbol', 'foldingRange', 'formatting', 'signatureHelp'])
      expect(await client.ask(method, closed), method).toBeNull();
    expect(await client.ask('semanticTokens/full', closed)).toEqual({ data: [] });
  });
});

describe('problems', () => {
  it.each(readdirSync(samples).filter((file) => file.endsWith('.packet')))('of %s: there are none', async (name) => {
    const client = await Client.start();
    expect(await client.problems(await client.open(readFileSync(join(samples, name), 'utf8')))).toEqual([]);
  });

  it('stand where the word stands', async () => {
    const client = await Client.start();
    const [problem, ...more] = await client.problems(await client.open('\np2pke data { conter: 3 }'));
    expect(more).toEqual([]);
    expect(problem).toEqual({
      range: { start: { line: 1, character: 13 }, end: { line: 1, character: 19 } },
      severity: DiagnosticSeverity.Error,
      source: 'peerscope',
      message: 'data has no field "conter" here: did you mean counter?',
    });
  });

  it('that can be run all the same are warnings', async () => {
    const client = await Client.start();
    const opened = await client.open(`${nodes}expect a data { conter: 3 }`);
    const problems = await client.problems(opened);
    expect(problems.map(({ severity, range }) => [severity, within(opened, range)])).toEqual([
      [DiagnosticSeverity.Warning, 'conter'],
    ]);
  });

  it.each([
    ['the ends of lines of Windows', '# one\r\n\r\np2pke data {\r\n  conter: 3\r\n}', { line: 3, character: 2 }],
    ['characters of two code units', '# 😀\np2pke data { data: text("😀😀"), conter: 3 }', { line: 1, character: 33 }],
    ['a tab and combining characters', 'p2pke data {\n\tdata: text("e\u0301"), conter: 3 }', { line: 1, character: 19 }],
  ])('count %s', async (_, text, start) => {
    const client = await Client.start();
    const opened = await client.open(text);
    const [problem] = await client.problems(opened);
    expect(problem?.range.start).toEqual(start);
    expect(within(opened, problem!.range)).toBe('conter');
  });

  it('follow what is written', async () => {
    const client = await Client.start();
    const opened = await client.open('# 😀\r\np2pke data { counter: 3 }\r\n');
    expect(await client.problems(opened)).toEqual([]);
    // In three small steps, of which the second counts on the first.
    await client.change(opened, [
      { range: { start: { line: 0, character: 4 }, end: { line: 0, character: 4 } }, text: '\r\n' },
      { range: { start: { line: 2, character: 14 }, end: { line: 2, character: 15 } }, text: '' },
      { range: { start: { line: 3, character: 0 }, end: { line: 3, character: 0 } }, text: 'nonsense' },
    ]);
    const problems = await client.problems(opened);
    expect(opened.text.getText()).toBe('# 😀\r\n\r\np2pke data { cunter: 3 }\r\nnonsense');
    expect(problems.map(({ range, message }) => [range.start.line, message])).toContainEqual([
      2,
      'data has no field "cunter" here: did you mean counter?',
    ]);
    await client.change(opened, [{ text: 'p2pke data { counter: 3 }' }]);
    expect(await client.problems(opened)).toEqual([]);
  });

  it('are told once for what is written without a pause, with the version that they are of', async () => {
    const client = await Client.start();
    const opened = await client.open('p2pke data { c: 3 }');
    for (const letter of 'ounter')
      await client.change(opened, [
        { range: { start: opened.text.positionAt(14), end: opened.text.positionAt(14) }, text: letter },
      ]);
    await client.problems(opened);
    await client.ask('hover', opened);
    expect(client.told).toEqual([]);
  });

  it('come through a change that lies beyond the text', async () => {
    const client = await Client.start();
    const opened = await client.open('p2pke data { counter: 3 }\n');
    await client.problems(opened);
    const far = { start: { line: 90, character: 7 }, end: { line: 91, character: 0 } };
    await client.connection.sendNotification('textDocument/didChange', {
      textDocument: { uri: opened.textDocument.uri, version: 2 },
      contentChanges: [{ range: far, text: '\np2pke data { conter: 3 }' }],
    });
    const [problem] = await client.problems(opened);
    expect(problem?.range.start).toEqual({ line: 2, character: 13 });
  });

  it('of a script that is closed are none, whatever was about to be told', async () => {
    const client = await Client.start();
    const opened = await client.open('p2pke data { conter: 3 }');
    expect(await client.problems(opened)).toHaveLength(1);
    await client.change(opened, [{ text: 'nonsense' }]);
    await client.close(opened);
    expect(await client.problems(opened)).toEqual([]);
    const other = await client.open('p2pke data { conter: 3 }', 'untitled:two.packet');
    expect(await client.problems(other)).toHaveLength(1);
    expect(client.told).toEqual([]);
    expect(await client.ask('hover', opened)).toBeNull();
  });

  it('of two scripts are kept apart', async () => {
    const client = await Client.start();
    const [one, two] = [await client.open('p2pke dta', 'untitled:1'), await client.open('p2pke data', 'vscode-vfs://x/2')];
    expect(await client.problems(one)).toHaveLength(1);
    expect(await client.problems(two)).toEqual([]);
  });
});

describe("protocols of the user's own", () => {
  const heartbeat = join(samples, 'heartbeat.js');
  const script = 'heartbeat beat { sequence: 1 }';
  const unknown = expect.stringContaining('there is no protocol "heartbeat"');

  it('are known when their modules are given', async () => {
    const client = await Client.start();
    expect((await client.problems(await client.open(script))).map(({ message }) => message)).toContainEqual(unknown);
    const other = await Client.start({ options: { modules: [heartbeat] } });
    const messages = (await other.problems(await other.open(script))).map(({ message }) => message);
    expect(messages).not.toContainEqual(unknown);
    expect(other.loaded.map(({ problems }) => problems)).toEqual([[]]);
  });

  it('come and go with the setting, for scripts that are open', async () => {
    const client = await Client.start();
    const opened = await client.open(script);
    const messages = async () => (await client.problems(opened)).map(({ message }) => message);
    expect(await messages()).toContainEqual(unknown);
    await client.connection.sendNotification(MODULES_CHANGED, { modules: [heartbeat] });
    expect(await messages()).not.toContainEqual(unknown);
    await client.connection.sendNotification(MODULES_CHANGED, { modules: [] });
    expect(await messages()).toContainEqual(unknown);
  });

  it('that cannot be used are told to the host, which shows each once', async () => {
    const client = await Client.start({ options: { modules: ['/nowhere/none.js'] } });
    await client.connection.sendNotification(MODULES_CHANGED, { modules: ['/nowhere/none.js'] });
    expect(await client.problems(await client.open('p2pke data'))).toEqual([]);
    const told = expect.stringMatching(/^The protocol module \/nowhere\/none\.js cannot be used\./);
    expect(client.loaded).toEqual([
      { files: expect.any(Array), problems: [told] },
      { files: expect.any(Array), problems: [told] },
    ]);
  });
});
