/** The colours of packet scripts as VS Code's own tokenizer gives them, their snippets and their indentation. */
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { createOnigScanner, createOnigString, loadWASM } from 'vscode-oniguruma';
import { type IGrammar, INITIAL, parseRawGrammar, Registry } from 'vscode-textmate';
import { protocols } from '../../../dissector/index.ts';
import { parseScript, scriptFunctions } from '../../../dissector/script/index.ts';
import { project, samples } from '../../../extension/workbench/paths.ts';

const path = join(project, 'syntaxes', 'packet.tmLanguage.json');
const source = readFileSync(path, 'utf8');
const beside = (name: string) => JSON.parse(readFileSync(join(project, 'syntaxes', name), 'utf8'));
let grammar: IGrammar;

beforeAll(async () => {
  const wasm = readFileSync(createRequire(import.meta.url).resolve('vscode-oniguruma/release/onig.wasm'));
  await loadWASM(wasm.buffer.slice(wasm.byteOffset, wasm.byteOffset + wasm.length) as ArrayBuffer);
  const registry = new Registry({
    onigLib: Promise.resolve({ createOnigScanner, createOnigString }),
    loadGrammar: async () => parseRawGrammar(source, path),
  });
  grammar = (await registry.loadGrammar('source.packet'))!;
});

/** Pieces of a text with the innermost name of each, white space left out. */
function scopes(text: string): [string, string][] {
  const found: [string, string][] = [];
  let state = INITIAL;
  for (const line of text.split('\n')) {
    const { tokens, ruleStack } = grammar.tokenizeLine(line, state);
    for (const { startIndex, endIndex, scopes: names } of tokens) {
      const piece = line.slice(startIndex, endIndex).trim();
      if (piece !== '') found.push([piece, names.at(-1)!.replace(/\.packet$/, '')]);
    }
    state = ruleStack;
  }
  return found;
}

describe('the grammar of packet scripts', () => {
  it('knows no protocol by its name', () => {
    for (const { id } of protocols) expect(source).not.toMatch(new RegExp(`\\b${id}\\b`));
  });

  it('knows no function by its name but the one that takes bare digits, and the word that also begins a block', () => {
    const names = scriptFunctions.map(({ name }) => name).filter((name) => new RegExp(`\\b${name}\\b`).test(source));
    expect(names).toEqual(['repeat', 'hex']);
  });

  it('tells sections from comments', () => {
    expect(scopes('### a title # still\n# a comment\n## another')).toEqual([
      ['###', 'punctuation.definition.heading'],
      ['a title # still', 'entity.name.section'],
      ['# a comment', 'comment.line.number-sign'],
      ['## another', 'comment.line.number-sign'],
    ]);
  });

  it('tells what stands between nodes, and its directions', () => {
    const text =
      'node r = some relay [::1]:0 to b terminated keys "b.keys"\nedit r back hello { a: 1 }\nfault r forward drop hello';
    const named = ['relay', '[::1]:0', 'to', 'b', 'terminated', 'keys', 'edit', 'back', 'hello', 'fault', 'forward', 'drop'];
    const found = scopes(text);
    expect(named.map((word) => found.find(([piece]) => piece === word)?.[1])).toEqual([
      ...[
        'keyword.other',
        'constant.other.address',
        'keyword.other',
        'constant.other.address',
        'storage.modifier',
        'keyword.other',
      ],
      ...['keyword.control', 'keyword.other', 'entity.name.type'],
      ...['keyword.control', 'keyword.other', 'constant.other.fault'],
    ]);
    expect(found.filter(([piece]) => piece === 'hello').map(([, name]) => name)).toEqual([
      'entity.name.type',
      'entity.name.type',
    ]);
  });

  it('tells what a node is', () => {
    expect(scopes('node a = some listen [::1]:7000 manual as responder')).toEqual([
      ['node', 'keyword.control'],
      ['a', 'variable.other.definition'],
      ['=', 'keyword.operator.assignment'],
      ['some', 'support.class'],
      ['listen', 'keyword.other'],
      ['[::1]:7000', 'constant.other.address'],
      ['manual', 'storage.modifier'],
      ['as', 'keyword.other'],
      ['responder', 'constant.other.role'],
    ]);
  });

  it('tells messages, answers and times', () => {
    expect(scopes('expect a hello as h within 2s\nexpect a nothing for 500ms\nwait 1.5s')).toEqual([
      ...[
        ['expect', 'keyword.control'],
        ['a', 'variable.other'],
        ['hello', 'entity.name.type'],
      ],
      ...[
        ['as', 'keyword.other'],
        ['h', 'variable.other.definition'],
        ['within', 'keyword.other'],
        ['2s', 'constant.numeric.time'],
      ],
      ...[
        ['expect', 'keyword.control'],
        ['a', 'variable.other'],
        ['nothing', 'keyword.other'],
        ['for', 'keyword.other'],
        ['500ms', 'constant.numeric.time'],
      ],
      ...[
        ['wait', 'keyword.control'],
        ['1.5s', 'constant.numeric.time'],
      ],
    ]);
  });

  it('tells blocks, and statements in them', () => {
    const text = 'repeat 2 {\n  send a data { data: repeat(hex(00), 4) }\n}\nfor n in range(2) { wait 1s }\nwait 2s';
    expect(scopes(text).filter(([, name]) => !name.startsWith('punctuation'))).toEqual([
      ...[
        ['repeat', 'keyword.control'],
        ['2', 'constant.numeric'],
      ],
      ...[
        ['send', 'keyword.control'],
        ['a', 'variable.other'],
        ['data', 'entity.name.type'],
        ['data', 'variable.other.property'],
        ['repeat', 'support.function'],
        ['hex', 'support.function'],
        ['00', 'constant.numeric.bytes'],
        [',', 'source'],
        ['4', 'constant.numeric'],
      ],
      ...[
        ['for', 'keyword.control'],
        ['n', 'variable.other.definition'],
        ['in', 'keyword.other'],
        ['range', 'support.function'],
        ['2', 'constant.numeric'],
        ['wait', 'keyword.control'],
        ['1s', 'constant.numeric.time'],
      ],
      ...[
        ['wait', 'keyword.control'],
        ['2s', 'constant.numeric.time'],
      ],
    ]);
  });

  it('tells what is defined, and from what', () => {
    expect(scopes('@payload = 01 02 # two\n@who = concat(\n  payload, first.data\n)\n@n = -3')).toEqual([
      ...[
        ['@', 'punctuation.definition.variable'],
        ['payload', 'variable.other.definition'],
        ['=', 'keyword.operator.assignment'],
        ['01 02', 'constant.numeric.bytes'],
        ['# two', 'comment.line.number-sign'],
      ],
      ...[
        ['@', 'punctuation.definition.variable'],
        ['who', 'variable.other.definition'],
        ['=', 'keyword.operator.assignment'],
        ['concat', 'support.function'],
        ['(', 'punctuation.section.parens.begin'],
        ['payload', 'variable.other'],
        [',', 'source'],
        ['first.data', 'variable.other'],
        [')', 'punctuation.section.parens.end'],
      ],
      ...[
        ['@', 'punctuation.definition.variable'],
        ['n', 'variable.other.definition'],
        ['=', 'keyword.operator.assignment'],
        ['-3', 'constant.numeric'],
      ],
    ]);
  });

  it('tells faults, also those that are not written to their end', () => {
    expect(scopes('fault a wrong-signature\nfault b flip=3 hello nth 2\nfault c drop probability 0.1 # why\nfault d')).toEqual([
      ...[
        ['fault', 'keyword.control'],
        ['a', 'variable.other'],
        ['wrong-signature', 'constant.other.fault'],
      ],
      ...[
        ['fault', 'keyword.control'],
        ['b', 'variable.other'],
        ['flip', 'constant.other.fault'],
        ['=', 'keyword.operator.assignment'],
        ['3', 'constant.numeric'],
        ['hello', 'entity.name.type'],
        ['nth', 'keyword.other'],
        ['2', 'constant.numeric'],
      ],
      ...[
        ['fault', 'keyword.control'],
        ['c', 'variable.other'],
        ['drop', 'constant.other.fault'],
        ['probability', 'keyword.other'],
        ['0.1', 'constant.numeric'],
        ['# why', 'comment.line.number-sign'],
      ],
      ...[
        ['fault', 'keyword.control'],
        ['d', 'variable.other'],
      ],
    ]);
  });

  it('tells any function by its form, and digits from names', () => {
    const words = scopes('@x = some_new(hex(ab face), hex(env("X")), [ab cd, abc, a1, 7], true, truely)').slice(3);
    expect(words.filter(([piece]) => /\w/.test(piece))).toEqual([
      ['some_new', 'support.function'],
      ['hex', 'support.function'],
      ['ab', 'constant.numeric.bytes'],
      ['face', 'constant.numeric.bytes'],
      ['hex', 'support.function'],
      ['env', 'support.function'],
      ['X', 'string.quoted.double'],
      ['ab cd', 'constant.numeric.bytes'],
      ['abc', 'variable.other'],
      ['a1', 'variable.other'],
      ['7', 'constant.numeric'],
      ['true', 'constant.language'],
      ['truely', 'variable.other'],
    ]);
  });

  it.each(['@x = concat(01 02, [', 'send a data { data: hex(ff', 'send a data { data: "open'])(
    'begins anew with a section after %s',
    (open) =>
      expect(scopes(`${open}\n### next\nwait 1s`).slice(-4)).toEqual([
        ['###', 'punctuation.definition.heading'],
        ['next', 'entity.name.section'],
        ['wait', 'keyword.control'],
        ['1s', 'constant.numeric.time'],
      ]),
  );

  it('tells values of every kind, over several lines', () => {
    const of = Object.fromEntries(
      scopes(
        'send a data {\n  n: 0x1f, "x": "t\\n", ok: true\n  b: 01 ff, c: hex(\n    aa bb # two\n  ), d: flip(valid, 3), e: first.data, f: any\n}',
      ),
    );
    expect(of).toMatchObject({
      ...{
        n: 'variable.other.property',
        '0x1f': 'constant.numeric',
        '"x"': 'variable.other.property',
        '\\n': 'constant.character.escape',
      },
      ...{ true: 'constant.language', '01 ff': 'constant.numeric.bytes', hex: 'support.function', aa: 'constant.numeric.bytes' },
      ...{
        '# two': 'comment.line.number-sign',
        flip: 'support.function',
        valid: 'variable.language',
        'first.data': 'variable.other',
        any: 'variable.language',
      },
    });
  });

  it('leaves nothing of the samples without a name but marks', () => {
    const scripts = readdirSync(samples).filter((name) => name.endsWith('.packet'));
    expect(scripts.length).toBeGreaterThan(4);
    for (const name of scripts) {
      const bare = scopes(readFileSync(join(samples, name), 'utf8')).filter(([, scope]) => /^(source|meta)/.test(scope));
      expect(bare.filter(([piece]) => /\w/.test(piece))).toEqual([]);
    }
  });
});

describe('the snippets', () => {
  const all: [string, { body: string[] }][] = Object.entries(beside('packet.snippets.json'));
  const typed = all.map(([name, { body }]): [string, string] => [
    name,
    body.join('\n').replace(/\$\{\d+:([^}]*)\}|\$0/g, (_, placeholder = '') => placeholder),
  ]);

  it.each(typed)('%s can be read as it comes', (_, text) => {
    const isStatement = /^(?:@|###|\w+ )/.test(text);
    const { statements, problems } = parseScript(isStatement ? text : `@x = ${text}`);
    expect(problems).toEqual([]);
    expect(statements).not.toEqual([]);
    expect(statements.map(({ kind }) => kind)).not.toContain('packet');
  });
});

describe('indentation', () => {
  const { increaseIndentPattern, decreaseIndentPattern } = beside('packet.language.json').indentationRules;

  it.each([
    'send a data {',
    'send a data { # so',
    '@x = concat(01 02, text("a)"),',
    '@x = [{ a: 1 }, {',
    '  data: hex(  # digits',
  ])('grows after %s', (line) => expect(line).toMatch(new RegExp(increaseIndentPattern)));

  it.each([
    'send a data { data: [1, 2] }',
    '# a list (of',
    '@x = "a ( in quotes"',
    '@x = text("a \\" (")',
    'wait 1s # { not open',
  ])('stays after %s', (line) => expect(line).not.toMatch(new RegExp(increaseIndentPattern)));

  it.each(['}', '  ])', ') as x'])('shrinks before %s', (line) => expect(line).toMatch(new RegExp(decreaseIndentPattern)));
});
