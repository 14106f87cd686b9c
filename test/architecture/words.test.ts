/** What a person reads can be translated: the manifest's words stand in package.nls.json, those of the host go through `vscode.l10n.t`. */
import { describe, expect, it } from 'vitest';
import { files, text } from './sources.ts';

const manifest = JSON.parse(text('package.json'));
const words: Readonly<Record<string, string>> = JSON.parse(text('package.nls.json'));

describe('the manifest', () => {
  /** Every text below a value, with the name that it has there. */
  function texts(value: unknown, name = ''): (readonly [name: string, text: string])[] {
    if (typeof value === 'string') return [[name, value]];
    if (Array.isArray(value)) return value.flatMap((each) => texts(each, name));
    if (typeof value !== 'object' || value === null) return [];
    return Object.entries(value).flatMap(([key, each]) => texts(each, key));
  }
  const all = texts({ ...manifest.contributes, capabilities: manifest.capabilities });
  const keys = all.flatMap(([, each]) => /^%(.+)%$/.exec(each)?.[1] ?? []);

  it('has no words of its own: they stand in package.nls.json, and %key% in their place', () => {
    const shown = /^(title|label|displayName|altText|(markdown)?(enum)?(description|descriptions)|.*Message)$/i;
    const bare = all.filter(([name, each]) => shown.test(name) && !/^%.+%$/.test(each) && each !== manifest.displayName);
    expect(bare).toEqual([]);
  });

  it('has words for every key, and a place for all words', () => {
    expect(keys.filter((key) => !Object.hasOwn(words, key))).toEqual([]);
    expect(Object.keys(words).filter((key) => !keys.includes(key))).toEqual([]);
  });
});

describe('the host', () => {
  /** What is not said to a person: types of messages that come in wrong, and the frame of the page. */
  const silent = ['extension/host/capture/checks.ts', 'extension/host/capture/page.ts'];
  const literal = /'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`/g;
  const comment = /\/\*[\s\S]*?\*\/|(?<![:\w'"`\\])\/\/[^\n]*/g;
  const translated = /\bl10n\.t\(\s*$/;
  /** Where a text is shown whatever it says. */
  const shown =
    /\b(title|label|detail|description|placeHolder|prompt|openLabel|saveLabel)\s*:\s*$|\btell(Information|Warning|Error)\(\s*$|\bnew Error\(\s*$/;
  const prose = /[A-Za-z]{2,} [A-Za-z]{2,}/;

  /** Texts for people that do not go through `vscode.l10n.t`. */
  function bare(code: string): string[] {
    const bareCode = code.replace(comment, '');
    return [...bareCode.matchAll(literal)].flatMap(({ 0: found, index }) => {
      const before = bareCode.slice(Math.max(0, index - 80), index);
      const said = found.slice(1, -1).replace(/\$\{[^}]*\}/g, '…');
      if (translated.test(before) || !/[A-Za-z]/.test(said) || /\bfrom $/.test(before)) return [];
      return shown.test(before) || prose.test(said) ? [found] : [];
    });
  }

  it('says nothing that cannot be translated', () => {
    const hosts = files(['extension/host'], ['.ts']).filter((file) => !silent.includes(file));
    expect(hosts.length).toBeGreaterThan(20);
    expect(hosts.flatMap((file) => bare(text(file)).map((found) => `${file}: ${found}`))).toEqual([]);
  });

  it('asks by questions.ts alone: its questions stay until they are answered', () => {
    const asking = files(['extension/host'], ['.ts']).filter((file) => /\bshow(QuickPick|InputBox)\b/.test(text(file)));
    expect(asking).toEqual(['extension/host/questions.ts']);
  });

  it.each([
    "void tellError('Broken.');",
    'showInformationMessage(`Peerscope is broken.`)',
    "showQuickPick(items, { title: 'Export' })",
    "problems.push('no such file')",
    "throw new Error('Broken')",
  ])('is found out: %s', (code) => expect(bare(code)).toHaveLength(1));

  it.each([
    "showErrorMessage(vscode.l10n.t('It is broken.'))",
    "/** It's a comment of some words. */ import * as vscode from 'vscode';",
    "commands.executeCommand('vscode.openWith', uri, 'peerscope.capture')",
    "{ title: vscode.l10n.t('Writing {0}', name), label: '' }",
  ])('is left alone: %s', (code) => expect(bare(code)).toEqual([]));
});

/** Phrases that a person had to read twice. What says the same in the field's own words stands beside each. */
const banned: readonly (readonly [phrase: RegExp, better: string])[] = [
  [/\bby who dials\b/i, 'Auto'],
  [/\bdo wrong\b/i, 'Inject fault'],
  [/\bIt listens on\b/, 'Action: Listen'],
  [/\} is there\./, 'connected'],
  [/\} is gone: /, 'disconnected (…)'],
  [/\bthis node stops\b/, 'node stopped'],
  [/\bwhat no key opens\b/i, 'still encrypted'],
  [/\bbefalls?\b/i, 'happens to'],
  [/\bis told on standard error\b/i, 'Warnings go to standard error'],
  [/\bat the caret\b/i, 'at the cursor'],
  [/\bThat Waits\b/, 'Held'],
  [/\bDecode as\b/, 'Decode As'],
];

describe('what a person reads', () => {
  const comment = /\/\*[\s\S]*?\*\/|(?<![:\w'"`\\])\/\/[^\n]*/g;
  const code = files(['extension', 'media'], ['.ts']).map((file) => [file, text(file).replace(comment, '')] as const);
  const papers = [
    'README.md',
    'CONTRIBUTING.md',
    'dissector/README.md',
    'extension/README.md',
    'syntaxes/README.md',
    'test/README.md',
  ];
  const read = [...code, ...[...papers, 'package.nls.json'].map((file) => [file, text(file)] as const)];

  it.each(banned)('has no %s (%s)', (phrase) => {
    expect(read.filter(([, page]) => phrase.test(page)).map(([file]) => file)).toEqual([]);
  });
});
