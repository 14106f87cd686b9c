import { describe, expect, it } from 'vitest';
import { defineProtocol, type Protocol, protocols, struct, structForm, uint } from '../../../dissector/index.ts';

const good: Protocol = {
  ...{ id: 'mine', title: 'Mine', document: 'mine', names: ['one'], keys: [], rules: [] },
  recognise: () => 0,
  observe: () => ({ conversation: () => ({}), end: () => {} }),
  dissect: () => ({}) as ReturnType<Protocol['dissect']>,
};
const choice = { id: 'mine.mode', doc: '', candidates: [{ id: 'a', doc: '' }] };
const table = { id: 'mine.types', doc: '', numbers: { a: 1, b: 2 } };
const rule = { id: 'mine.order', severity: 'error', clause: '' } as const;
const form = structForm('one', struct('one', '', [uint(1, 'type', '')]));
const tree = { name: 'proof', kind: { type: 'text' }, doc: '', messages: ['one'] } as const;
const fielded = (wrong: object) => ({
  messages: [{ ...form, fields: [{ name: 'x', kind: { type: 'text' }, doc: '', ...wrong }] }],
});
const key = { label: 'MINE_KEY', form: '', doc: '', parse: () => '' };

describe('defineProtocol', () => {
  it('returns what it was given', () => {
    const full = { ...good, messages: [form], treeFields: [tree], choices: [choice, table], rules: [rule], keys: [key] };
    expect(defineProtocol(full)).toBe(full);
  });

  it('is the one way for a protocol with types of its own into a list of protocols', () => {
    const typed: Protocol<{ readonly note: string }, Date> = {
      ...good,
      dissect: ({ facts, session }) => ({ info: `${facts?.note} ${session?.getTime()}` }) as ReturnType<Protocol['dissect']>,
    };
    // @ts-expect-error: what it dissects has its own facts, and no others
    const listed: Protocol = typed;
    expect(defineProtocol(typed)).toBe(listed);
  });

  it('accepts every protocol that is built in', () => {
    for (const protocol of protocols) expect(defineProtocol(protocol)).toBe(protocol);
  });

  it.each([
    [undefined, 'A protocol is an object'],
    [{ id: 'Mine' }, 'lower-case'],
    [{ id: 'none' }, '"none" is taken'],
    [{ title: '' }, 'mine: "title" is a text.'],
    [{ observe: undefined }, 'mine: "observe" is a function.'],
    [{ explain: 'why' }, 'mine: "explain" is a function'],
    [{ part: {} }, 'mine: "part" is a function, or left out.'],
    [{ compute: 1 }, 'mine: "compute" is a function, or left out.'],
    [{ names: undefined }, 'mine: "names" is a list.'],
    [{ names: [] }, 'mine: "names" holds 1 to 256 names of messages, not 0.'],
    [{ names: Array.from({ length: 257 }, (_, n) => `m${n}`) }, 'not 257.'],
    [{ names: ['a', 'a'] }, 'mine: two messages have the name "a".'],
    [{ names: [7] }, 'mine: every name of a message is a text.'],
    [{ messages: {} }, 'mine: "messages" is a list, or left out.'],
    [{ messages: [{ ...form, name: 'two' }] }, 'mine: each of "messages" has one of "names" as its name, not "two".'],
    [{ messages: [null] }, 'mine: each of "messages"'],
    [{ messages: [form, form] }, 'mine: two of "messages" have the name "one".'],
    [{ messages: [{ ...form, decode: 7 }] }, 'mine: the message one has'],
    [{ messages: [{ ...form, fields: undefined }] }, 'mine: the fields of one are a list.'],
    [fielded({ doc: undefined }), 'mine: each field of one has'],
    [fielded({ kind: { type: 'record' }, fields: [7] }), 'mine: each field of one.x has'],
    [fielded({ kind: undefined, type: 'u8' }), 'mine: the field one.x has a "type" and no "kind": say what it is as data'],
    [fielded({ kind: 'u8' }), 'mine: the "kind" of the field one.x is { type } with one of integer, float, bytes'],
    [fielded({ kind: { type: 'word' } }), 'record, list, not "word".'],
    [fielded({ kind: { type: 'integer', bits: 65, signed: false, order: 'big' } }), 'an integer of 1 to 64 "bits".'],
    [fielded({ kind: { type: 'integer', bits: 8 } }), 'an integer with "signed", true or false.'],
    [fielded({ kind: { type: 'integer', signed: true } }), 'an integer with the "order" big, little or varint.'],
    [fielded({ kind: { type: 'float', bits: 16, order: 'big' } }), 'a float of 32 or 64 "bits".'],
    [fielded({ kind: { type: 'list' } }), 'of the field one.x is a list whose "element" is { type } with one of'],
    [fielded({ display: 7 }), 'mine: the "display" of the field one.x is a text, or left out.'],
    [{ treeFields: {} }, 'mine: "treeFields" is a list, or left out.'],
    [{ treeFields: [{ ...tree, kind: undefined, type: 'text' }] }, 'mine: the field treeFields.proof has a "type" and no "kind"'],
    [{ treeFields: [{ ...tree, under: 7 }] }, 'mine: "under" and "like" of the tree field proof are paths of fields'],
    [
      { treeFields: [{ ...tree, messages: ['two'] }] },
      'mine: "messages" of the tree field proof is a list of some of "names", not "two".',
    ],
    [{ treeFields: [{ ...tree, messages: 'one' }] }, 'is a list of some of "names", not "one".'],
    [{ keys: [{ ...key, label: 'mine key' }] }, 'mine: the label of a key'],
    [{ keys: [{ ...key, parse: undefined }] }, 'mine: the key MINE_KEY'],
    [{ keys: [key, key] }, 'mine: two keys have the label MINE_KEY.'],
    [{ rules: [{ ...rule, id: 'other.order' }] }, 'mine: the id of a rule is "mine."'],
    [{ rules: [null] }, 'mine: the id of a rule'],
    [{ rules: [{ ...rule, severity: 'fatal' }] }, 'mine: the severity of mine.order'],
    [{ rules: [{ ...rule, clause: 7 }] }, 'mine: the clause of mine.order'],
    [{ choices: [{ ...choice, id: 'mode' }] }, 'mine: the id of a choice is "mine."'],
    [{ choices: [{ ...choice, candidates: [] }] }, 'mine: mine.mode has a list of candidates.'],
    [{ choices: [{ ...choice, candidates: [{ id: 'auto', doc: '' }] }] }, '"auto" is taken'],
    [{ choices: [choice, choice] }, 'mine: two choices have the id mine.mode.'],
    [{ choices: [{ ...table, numbers: { a: 1, b: 1 } }] }, 'mine: mine.types gives each'],
    [{ choices: [{ ...table, numbers: { a: 256 } }] }, 'mine: mine.types gives each'],
  ])('%j is told in a sentence', (wrong, sentence) => {
    const given = wrong === undefined ? undefined : { ...good, ...wrong };
    expect(() => defineProtocol(given as Protocol)).toThrow(TypeError);
    expect(() => defineProtocol(given as Protocol)).toThrow(sentence);
  });
});
