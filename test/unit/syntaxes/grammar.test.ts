/** The colours of packet scripts, as VS Code's own tokenizer gives them. */
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { createOnigScanner, createOnigString, loadWASM } from 'vscode-oniguruma';
import { type IGrammar, INITIAL, parseRawGrammar, Registry } from 'vscode-textmate';
import { protocols } from '../../../dissector/index.ts';
import { project, samples } from '../../../extension/workbench/paths.ts';

const path = join(project, 'syntaxes', 'packet.tmLanguage.json');
const source = readFileSync(path, 'utf8');
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

  it('tells sections from comments', () => {
    expect(scopes('### a title # still\n# a comment\n## another')).toEqual([
      ['###', 'punctuation.definition.heading'],
      ['a title # still', 'entity.name.section'],
      ['# a comment', 'comment.line.number-sign'],
      ['## another', 'comment.line.number-sign'],
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
