import { describe, expect, it } from 'vitest';
import type { Encodable } from '../../../dissector/codec/index.ts';
import { protocols } from '../../../dissector/index.ts';
import {
  checkScript,
  encodable,
  parseScript,
  ScriptDocument,
  StatementOrder,
  scriptLimits,
} from '../../../dissector/script/index.ts';

const two = 'node b = p2pke listen 127.0.0.1:0\nnode a = p2pke dial b\n';
const problemsOf = (text: string): string[] => {
  const { statements, problems } = parseScript(text);
  return [...problems, ...checkScript(statements, protocols)].map((each) => each.text);
};

/** The times that a script waits, in the order in which it runs, each with what has a name then. */
function waits(text: string): (readonly [number, Readonly<Record<string, Encodable>>])[] {
  const { statements, problems } = parseScript(text);
  expect(problems).toEqual([]);
  const names: Record<string, Encodable> = {};
  const order = new StatementOrder(statements, (name, value) => {
    names[name] = value;
  });
  const found: (readonly [number, Readonly<Record<string, Encodable>>])[] = [];
  for (let next = order.next(); next !== undefined; next = order.next()) {
    if (next.kind === 'wait') found.push([next.time, { ...names }]);
    if (next.kind === 'repeat') order.enter(next, encodable(next.count!, undefined as never, []));
    if (next.kind === 'for') order.enter(next, encodable(next.values!, undefined as never, []));
  }
  return found;
}

describe('blocks', () => {
  it('run so many times, one inside the other', () => {
    const text = 'repeat 2 {\n  wait 1ms\n  repeat 2 { wait 2ms }\n}\nwait 3ms';
    expect(waits(text).map(([time]) => time)).toEqual([1, 2, 2, 1, 2, 2, 3]);
  });

  it('run for each value of a list', () => {
    const text = 'for n in [1, "two", 03 04] { wait 1ms\n}\nwait 2ms';
    expect(waits(text)).toEqual([
      [1, { n: 1 }],
      [1, { n: 'two' }],
      [1, { n: Uint8Array.of(3, 4) }],
      [2, { n: Uint8Array.of(3, 4) }],
    ]);
  });

  it('do not run for nothing, nor what is inside them', () => {
    expect(waits('repeat 0 { wait 1ms\n repeat 2 { wait 2ms }\n }\nfor n in [] { wait 3ms }\nwait 4ms')).toEqual([[4, {}]]);
  });

  it('that are not closed run once: a message in them is sent by itself', () => {
    const { statements } = parseScript('repeat 5 {\nwait 1ms\n}');
    const order = new StatementOrder(statements.slice(0, 2), () => {});
    const first = order.next();
    order.enter(first as never, 5);
    expect([order.next()?.kind, order.rounds, order.next()]).toEqual(['wait', 'round 1 of 5', undefined]);
  });

  it('end at the limit of statements', () => {
    const { statements } = parseScript('repeat 1000000000 { }');
    const order = new StatementOrder(statements, () => {});
    order.enter(order.next() as never, 1_000_000_000);
    expect(() => order.next()).toThrow(`a section runs at most ${scriptLimits.statements} statements (limit statements)`);
  });

  it.each([
    [-1, 'a block is repeated a number of times: 0 or more'],
    ['two', 'a block is repeated a number of times: 0 or more'],
    [1.5, 'a block is repeated a number of times: 0 or more'],
  ])('are not repeated %s times', (count, why) => {
    const order = new StatementOrder(parseScript('repeat 1 { }').statements, () => {});
    expect(() => order.enter(order.next() as never, count)).toThrow(why);
  });
});

describe('the check of blocks', () => {
  it.each([
    ['repeat 3 { send a data }', []],
    ['@n = 1\nrepeat n {\n@n = add(n, 1)\n}', []],
    ['for n in range(2, 4) {\nexpect b data as got { data: uint(n, 2) }\nsend b data { data: got.data }\n}', []],
    ['repeat 3 {\nsend a data', ['"repeat" has no "}"']],
    ['for n in [1] {', ['"for" has no "}"']],
    ['send a data\n}', ['expected a statement, or a protocol and the name of a message, not "}"']],
    ['repeat 3\nsend a data', ['expected "{", not the end of the line']],
    ['for n [1] { }', ['expected "in" and a list, not "["']],
    ['repeat "x" { }', ['a block is repeated a number of times']],
    ['for n in 3 { }', ['"for" takes a list: [1, 2], range(10)']],
    ['for 01 in [1] { }', ['"01" cannot name a value: it reads as one']],
    ['repeat 2 {\nnode c = p2pke dial b\n}', ['a node starts once: outside of "repeat" and "for"']],
    ['repeat 2 { send c data }', ['there is no node "c" here: did you mean b?']],
    ['repeat m { }', ['there is nothing named "m": no expectation and no "@" before this gives one a name']],
  ])('%s', (text, problems) => expect(problemsOf(two + text)).toEqual(problems));

  it('is bounded in its depth', () => {
    expect(problemsOf('repeat 1 { '.repeat(65) + '} '.repeat(64))).toEqual([
      'expected at most 64 blocks inside each other (limit depth), not "{"',
      '"repeat" has no "}"',
    ]);
  });
});

describe('the editor', () => {
  const document = (text: string): ScriptDocument => {
    const found = new ScriptDocument(protocols);
    found.update(text);
    return found;
  };
  const labels = (text: string): string[] => {
    const at = text.indexOf('|');
    return document(text.replace('|', ''))
      .complete(at)
      .items.map(({ label }) => label);
  };

  it('formats what is in blocks as statements', () => {
    const text = `${two} repeat  2 {\n@n=1\nfor m in [1,2] {\nfault a flip=3 data nth 2\n   expect b   data within 2s {\ndata:01 02\n}\n}\n  }\nwait 1s\n`;
    const better = `${two}repeat 2 {\n  @n = 1\n  for m in [1, 2] {\n    fault a flip=3 data nth 2\n    expect b data within 2s {\n      data: 01 02\n    }\n  }\n}\nwait 1s\n`;
    const formatted = document(text)
      .format()
      .reduceRight((all, { start, end, text: own }) => all.slice(0, start) + own + all.slice(end), text);
    expect(formatted).toBe(better);
    expect(document(better).format()).toEqual([]);
  });

  it('completes statements, messages and values in them', () => {
    expect(labels(`${two}repeat 2 {\n  |\n}`)).toEqual(expect.arrayContaining(['send', 'expect', 'repeat', 'for']));
    expect(labels(`${two}repeat 2 {\n  send |\n}`)).toEqual(['b', 'a']);
    expect(labels(`${two}repeat 2 { send a |`)).toContain('data');
    expect(labels(`${two}for n in [1] {\n  send a data { data: |\n}`)).toContain('n');
    expect(labels(`${two}for n |`)).toEqual(['in']);
    expect(labels(`${two}for n in |`)).toContain('range');
    expect(labels(`${two}repeat 2 { send a data }\n|`)).toContain('send');
  });

  it('folds them', () => {
    const text = 'repeat 2 {\n  wait 1s\n}\n';
    expect(document(text).folds()).toEqual([{ kind: 'record', start: 0, end: text.length - 1 }]);
  });

  it('knows the name of a round with its uses', () => {
    const text = `${two}for n in [1] {\n  send a data { data: uint(n, 2) }\n}`;
    const found = document(text).occurrences(text.indexOf('for n') + 4);
    expect(found?.spans.map(({ start, end }) => text.slice(start, end))).toEqual(['n', 'n']);
  });
});
