/** What a script is made of: its sections, their values, and what they ask a person. */
import { describe, expect, it } from 'vitest';
import {
  fieldsOf,
  parseScript,
  questionsOf,
  type Section,
  type Statement,
  sectionsOf,
  type ValueNode,
  valuesIn,
  valuesWithin,
} from '../../../dissector/script/index.ts';

const read = (text: string): readonly Statement[] => {
  const { statements, problems } = parseScript(text);
  expect(problems).toEqual([]);
  return statements;
};
const sections = (text: string): Section[] => sectionsOf({ statements: read(text), packets: [], problems: [] });
const asked = (text: string): string[] => questionsOf(read(text));
/** A value in a word. */
const word = (value: ValueNode): string =>
  value.kind === 'call' ? `${value.name.text}()` : value.kind === 'number' ? String(value.value) : value.kind;

describe('questions', () => {
  it.each([
    ['send a data { k: prompt("q") }', ['q']],
    ['expect a data { k: hex(prompt("q")) }', ['q']],
    ['p2p HELLO { k: prompt("q") }', ['q']],
    ['@k = prompt("q")', ['q']],
    ['@k = [{ x: [1, sha256(concat(prompt("q"), 01 02))] }]', ['q']],
    ['send a data { a: { b: [{ c: prompt("1") }] }, d: prompt("2") }', ['1', '2']],
    ['@a = prompt("1")\nsend a data { k: [prompt("2"), prompt("1"), prompt("2")] }\n@b = prompt("3")', ['1', '2', '3']],
    ['send a data { k: "prompt", prompt: 1, l: text("prompt(\\"q\\")") }', []],
    ['send a data { k: env("q"), l: file("q") }', []],
    ['node a = p2p dial b\nfault a drop\nexpect a nothing for 1s\nexpect a close\nwait 1s', []],
    // What is asked has to be there before anything runs.
    ['@q = "who?"\n@k = prompt(q)\n@l = prompt(env("Q"))\n@m = prompt()', []],
    ['send a data { k: prompt("") }', ['']],
    ['send a data { k: prompt("outer", prompt("inner")) }', ['outer', 'inner']],
  ])('%s', (text, questions) => expect(asked(text)).toEqual(questions));

  it('of a section are its own, after those that stand before the first', () => {
    const text = '@a = prompt("all")\n### one\n@b = prompt("1")\n### two\nsend x y { k: prompt("2"), l: prompt("all") }\n';
    expect(sections(text).map(({ statements }) => questionsOf(statements))).toEqual([
      ['all', '1'],
      ['all', '2'],
    ]);
  });

  it('of what could not be read are left out', () => {
    const { statements } = parseScript('@a =\nsend a data {\n  k: ,\n  l: prompt("q")\n}\n');
    expect(questionsOf(statements)).toEqual(['q']);
  });
});

describe('values', () => {
  const [send] = read('send a data { one: 1, list: [2, { deep: 3 }], made: concat(4, hex(ff), [5]), r: first.data, v: valid }');

  it('are those within others, too, in the order of the text', () => {
    const values = [...valuesIn(fieldsOf(send!))];
    expect(values.map(word)).toEqual([
      '1',
      'list',
      '2',
      'record',
      '3',
      'concat()',
      '4',
      'bytes',
      'list',
      '5',
      'reference',
      'valid',
    ]);
    const starts = values.map(({ start }) => start);
    expect(starts).toEqual(starts.toSorted((a, b) => a - b));
  });

  it('within one begin with itself', () => {
    const [define] = read('@x = [1, [2]]') as [Statement & { kind: 'define' }];
    expect([...valuesWithin(define.value!)].map(word)).toEqual(['list', '1', 'list', '2']);
  });

  it('of no fields are none', () => {
    expect([...valuesIn([])]).toEqual([]);
    for (const statement of read('node a = p2p dial b\n@x = 1\nwait 1s\nsend a data\n')) expect(fieldsOf(statement)).toEqual([]);
    expect(fieldsOf(read('p2p HELLO { a: 1 }')[0]!)).toHaveLength(1);
    expect(fieldsOf(read('expect a HELLO { a: 1, b: 2 }')[0]!)).toHaveLength(2);
  });
});

describe('sections', () => {
  const outline = (text: string) => sections(text).map(({ title, statements }) => [title, statements.map(({ kind }) => kind)]);

  it.each([
    ['', [['', []]]],
    ['wait 1s\nsend a data', [['', ['wait', 'send']]]],
    ['### one\nwait 1s', [['one', ['wait']]]],
    [
      '### one\n### two\nwait 1s',
      [
        ['one', []],
        ['two', ['wait']],
      ],
    ],
    [
      '@a = 1\nnode a = p2p dial b\n### one\nwait 1s\n### two\nsend a data\n@b = 2\n',
      [
        ['one', ['define', 'node', 'wait']],
        ['two', ['define', 'node', 'send', 'define']],
      ],
    ],
    ['@a = 1\n###\n', [['', ['define']]]],
    [
      '### same\n### same\n',
      [
        ['same', []],
        ['same', []],
      ],
    ],
  ])('of %j', (text, expected) => expect(outline(text)).toEqual(expected));
});
