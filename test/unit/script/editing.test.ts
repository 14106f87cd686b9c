/** What an editor is told of a packet script. `<|>` is the caret. */
import { describe, expect, it } from 'vitest';
import { protocols } from '../../../dissector/index.ts';
import { type CompletionItem, ScriptDocument } from '../../../dissector/script/index.ts';

const nodes = 'node b = p2pke listen 127.0.0.1:0\nnode a = p2pke dial b\n';

function opened(marked: string): { document: ScriptDocument; at: number; text: string } {
  const at = marked.indexOf('<|>');
  const text = marked.replace('<|>', '');
  const document = new ScriptDocument(protocols);
  document.update(text);
  return { document, at, text };
}

const items = (marked: string): readonly CompletionItem[] => {
  const { document, at } = opened(marked);
  return document.complete(at).items;
};
const labels = (marked: string): string[] => items(marked).map(({ label }) => label);

/** The text after an item was taken, without the slots of a snippet. */
function taken(marked: string, label: string): string {
  const { document, at, text } = opened(marked);
  const { start, end, items: all } = document.complete(at);
  const item = all.find((each) => each.label === label);
  expect(item, `${label} among ${all.map((each) => each.label)}`).toBeDefined();
  const insert = item!.insert.replace(/\$\{\d:([^}]*)\}/g, '$1').replace(/\$\d/g, '');
  return text.slice(0, start) + insert + text.slice(end);
}

describe('completion', () => {
  it.each([
    ['<|>', ['node', '###', '@', 'repeat', 'for', 'wait', 'p2p', 'p2ppacket', 'botd', 'ptpchat', 'p2pke']],
    [
      `${nodes}<|>`,
      ['send', 'expect', 'fault', 'node', '###', '@', 'repeat', 'for', 'wait', 'p2p', 'p2ppacket', 'botd', 'ptpchat', 'p2pke'],
    ],
    ['node <|>', ['a']],
    [`${nodes}node <|>`, ['c']],
    ['node a <|>', ['=']],
    ['node a = <|>', ['p2p', 'p2ppacket', 'botd', 'ptpchat', 'p2pke']],
    ['node a = p2pke <|>', ['listen', 'dial', 'relay']],
    ['node a = p2p listen <|>', ['127.0.0.1:0', '127.0.0.1:5002', '[::1]:5002']],
    [`${nodes}node c = p2pke dial <|>`, ['b', 'a', '127.0.0.1:7000', '[::1]:7000']],
    ['node a = p2pke relay 127.0.0.1:0 to b <|>', ['terminated', 'keys']],
    ['node a = p2pke relay 127.0.0.1:0 to b terminated <|>', ['keys']],
    ['node a = p2pke dial 127.0.0.1:7000 <|>', ['manual', 'as']],
    ['node a = p2pke dial 127.0.0.1:7000 manual as <|>', ['initiator', 'responder']],
    [`${nodes}send <|>`, ['b', 'a']],
    [`${nodes}send a <|>`, ['InitHello', 'RespHello', 'InitDone', 'data', 'closing']],
    [`${nodes}send a da<|>`, ['InitHello', 'RespHello', 'InitDone', 'data', 'closing']],
    [`${nodes}expect a <|>`, ['InitHello', 'RespHello', 'InitDone', 'data', 'closing', 'nothing', 'no', 'close']],
    [`${nodes}expect a no <|>`, ['InitHello', 'RespHello', 'InitDone', 'data', 'closing']],
    [`${nodes}expect a no data <|>`, ['for']],
    [`${nodes}expect a data <|>`, ['{ }', 'as', 'state', 'within']],
    [`${nodes}expect a data as d <|>`, ['state', 'within']],
    [`${nodes}expect a data within <|>`, ['500ms', '1s', '2s', '5s']],
    [`${nodes}expect a data { } <|>`, ['{ }', 'as', 'state', 'within']],
    [`${nodes}fault a drop <|>`, ['InitHello', 'RespHello', 'InitDone', 'data', 'closing', 'nth', 'probability']],
    ['p2pke <|>', ['InitHello', 'RespHello', 'InitDone', 'data', 'closing']],
    [`${nodes}send a data { <|> }`, ['direction', 'counter', 'data', 'raw']],
    [`${nodes}send a data { counter: 3, <|> }`, ['direction', 'data', 'raw']],
    [`${nodes}send a data { <|>, counter: 3 }`, ['direction', 'data', 'raw']],
    [`${nodes}send a data {\n  counter: 3\n  <|>\n}`, ['direction', 'data', 'raw']],
    [`${nodes}expect a data { <|> }`, ['direction', 'counter', 'data']],
    [`${nodes}send a InitHello { payload: { auth_claim: { <|> } } }`, ['key_x509', 'sig']],
    [`${nodes}send a data { counter <|> }`, []],
    [`${nodes}send a data { counter: 3 <|> }`, []],
    [`${nodes}# send <|>`, []],
    ['### a ti<|>tle', []],
    ['p2pke data { data: "o<|>ne" }', []],
    ['p2pke data { "cou<|>nter": 1 }', []],
    [`${nodes}send a data <|> { counter: 1 }`, []],
    [`${nodes}expect a data <|> { counter: 1 }`, ['as', 'state', 'within']],
    ['wait <|>', ['500ms', '1s', '2s', '5s']],
  ])('at %j', (marked, expected) => expect(labels(marked)).toEqual(expected));

  it('knows the values of a field', () => {
    expect(labels(`${nodes}send a data { counter: <|> }`).slice(0, 3)).toEqual(['valid', '0', '2147483647']);
    expect(labels(`${nodes}send a InitHello { e: <|> }`).slice(0, 5)).toEqual([
      ...['valid', 'flip(valid, 1)', 'truncate(valid, …)', 'random(32)', 'repeat(hex(00), 32)'],
    ]);
    expect(labels(`${nodes}expect a data { counter: <|> }`)[0]).toBe('any');
    const type = 'node b = p2ppacket listen 127.0.0.1:0\nsend b data { channels: [{ type: <|> }] }';
    expect(labels(type)).toContain('"reliable_data"');
    expect(labels('p2ppacket data { channels: [{ type: <|> }] }')).toContain('1');
    expect(labels(`${nodes}send a data { data: sha256(<|>) }`)).toContain('concat');
    expect(labels('ptpchat JOIN { msg_data: { <|> } }')).toContain('channel_id');
  });

  it('offers fields of answers, those of the same name first, and what was defined', () => {
    const before = `${nodes}@payload = 01 02\nexpect a data as first\n`;
    const found = labels(`${before}send a data { data: <|> }`);
    expect(found.slice(3, 6)).toEqual(['first.data', 'payload', 'first']);
    expect(labels(`${before}send a data { data: first.<|> }`)).toEqual(['direction', 'counter', 'data']);
    expect(taken(`${before}send a data { data: first.da<|> }`, 'data')).toBe(`${before}send a data { data: first.data }`);
  });

  it('does not offer a name in its own definition, and leaves a record that is there', () => {
    expect(labels('@x = 01\n@y = <|>')).toContain('x');
    expect(labels('@x = 01\n@y = <|>')).not.toContain('y');
    expect(taken('p2pke Ini<|> { direction: 0 }', 'InitHello')).toBe('p2pke InitHello { direction: 0 }');
    expect(labels('node b = p2ppacket listen 127.0.0.1:0\nsend b data { channels: [{ type: "rel<|>" }] }')).toContain(
      '"reliable_data"',
    );
  });

  it('goes on after the dot in a definition, and offers no list within a list', () => {
    const before = `${nodes}expect a data as first\n`;
    expect(labels(`${before}@x = first.<|>`)).toEqual(['direction', 'counter', 'data']);
    expect(labels('p2ppacket data { channels: [<|>] }')).toContain('{ }');
    expect(labels('p2ppacket data { channels: [<|>] }')).not.toContain('[{ }]');
  });

  it('of one section does not know the names of another', () => {
    const text = `node b = p2pke listen 127.0.0.1:0\n### one\nnode c = p2pke dial b\n### two\nsend <|>`;
    expect(labels(text)).toEqual(['b']);
  });

  it('writes a whole script by what it offers', () => {
    let text = taken('<|>', 'node');
    for (const label of ['p2pke', 'listen', '127.0.0.1:0']) text = taken(`${text}<|>`, label);
    text = taken(`${text}\n<|>`, 'node');
    for (const label of ['p2pke', 'dial', 'a']) text = taken(`${text}<|>`, label);
    text = text.trimEnd();
    for (const label of ['expect', 'a', 'InitHello']) text = taken(label === 'expect' ? `${text}\n<|>` : `${text}<|>`, label);
    text = text.replace('{  }', '{ <|> }');
    text = taken(text, 'counter').replace('counter: ', 'counter: <|>');
    text = taken(text, '0');
    expect(text).toBe(`node a = p2pke listen 127.0.0.1:0\nnode b = p2pke dial a\nexpect a InitHello { counter: 0 }`);
    expect(opened(text).document.problems()).toEqual([]);
  });
});

describe('a hover', () => {
  const hover = (marked: string): string => {
    const { document, at } = opened(marked);
    return document.hover(at)?.text ?? '';
  };

  it.each([
    ['p2p<|>ke data', '**p2pke**: P2P Key Exchange'],
    ['p2pke da<|>ta', '| `counter` | 31 bits of a u32 |'],
    ['p2pke data { coun<|>ter: 3 }', '0 to 2147483647.'],
    ['p2pke data { direction: 0, coun<|>ter: 3, data: 01 02 }', 'bits 1 to 31 of bytes 0 to 3'],
    ['p2pke data { direction: 0, counter: 3, da<|>ta: 01 02 }', 'Here bytes 4 to 5 (2) of the message before encryption.'],
    ['p2pke InitHello { e<|>: 01 02 }', '32 bytes.'],
    [
      'p2ppacket data { type: 4, version: 1, channels: [{ id: 3, type: 0, sequence: 1, a<|>ck: 0, data: 01 02 }] }',
      'Here bytes 9 to 12 (4) of the message before encryption.',
    ],
    ['p2pke data { ra<|>w: 01 02 }', 'All of the bytes'],
    [`${nodes}send <|>a data`, '**a**: a node of p2pke'],
    [`${nodes}expect a data as fi<|>rst`, '**first**: the data that was expected'],
    [`${nodes}expect a data as first\nsend a data { data: first.da<|>ta }`, '**data** `bytes (the rest)`'],
    ['@payl<|>oad = 01 02 03', '**payload**: 3 bytes'],
    ['@p = 01 02\np2pke data { data: fl<|>ip(p, 1) }', '`flip(value: bytes, bits: integer)` gives bytes'],
    [`${nodes}fault a dr<|>op`, '**drop**: the message is not sent'],
    ['node a = p2pke dial 127.0.0.1:1 as init<|>iator', '**initiator**'],
  ])('at %j', (marked, text) => expect(hover(marked)).toContain(text));

  it('names the clauses of the rules', () => {
    expect(hover('p2p HEL<|>LO')).toMatch(/Specification: .*\./);
  });

  it('is not there for what is not known', () => {
    expect(hover('p2pke dta<|>x')).toBe('');
    expect(hover('wait<|> 5ms')).toBe('');
  });
});

describe('help with a call', () => {
  const help = (marked: string) => {
    const { document, at } = opened(marked);
    return document.signature(at);
  };

  it('names the parameter that is being written', () => {
    const found = help('p2pke data { data: flip(valid, <|>) }')!;
    expect(found.label).toBe('flip(value: bytes, bits: integer)');
    expect(found.active).toBe(1);
    const { start, end } = found.parameters[1]!;
    expect(found.label.slice(start, end)).toBe('bits: integer');
    expect(help('@a = concat(01 02, 03 04, <|>')).toMatchObject({ active: 0 });
    expect(help('@a = concat(sha256(<|>))')).toMatchObject({ label: 'sha256(data: bytes)' });
  });

  it('is not there outside of a call', () => expect(help('p2pke data { data: <|>01 02 }')).toBeUndefined());
});

describe('names', () => {
  const uses = (marked: string): string[] => {
    const { document, at, text } = opened(marked);
    const found = document.occurrences(at);
    return found === undefined
      ? []
      : found.spans.map(({ start, end }) => {
          const line = text.slice(0, start).split('\n').length;
          return `${line}: ${text.slice(start, end)}`;
        });
  };

  it('are found with their definition first', () => {
    expect(uses(`${nodes}send <|>a data\nexpect b data as a\nsend b data { data: a.data }`)).toEqual(['2: a', '3: a']);
    expect(uses(`${nodes}send a data { data: first.data }\nexpect b data as fi<|>rst`)).toEqual(['4: first', '3: first']);
    expect(uses('@pay = 01 02\np2pke data { data: concat(pa<|>y, pay) }')).toEqual(['1: pay', '2: pay', '2: pay']);
    expect(uses(`${nodes}send c<|> data`)).toEqual([]);
  });

  it('of a section are its own, those before the first are of all that do not give them anew', () => {
    const text = (caret: number): string => {
      const lines = [
        'node b = p2pke listen 127.0.0.1:0',
        '### one',
        'send b data',
        '### two',
        'node b = p2pke dial 127.0.0.1:1',
        'send b data',
      ];
      const line = lines[caret]!;
      const at = line.indexOf(' b ') + 1;
      lines[caret] = `${line.slice(0, at)}<|>${line.slice(at)}`;
      return lines.join('\n');
    };
    expect(uses(text(2))).toEqual(['1: b', '3: b']);
    expect(uses(text(0))).toEqual(['1: b', '3: b']);
    expect(uses(text(5))).toEqual(['5: b', '6: b']);
  });
});

describe('a problem', () => {
  const fixed = (text: string): string => {
    const { document } = opened(text);
    const fixes = document.fixes({ start: 0, end: text.length });
    return fixes
      .flatMap(({ edits }) => edits)
      .reduceRight((all, { start, end, text: own }) => all.slice(0, start) + own + all.slice(end), text);
  };

  it.each([
    [`${nodes}### x\nsend a data { conter: 3 }`, `${nodes}### x\nsend a data { counter: 3 }`],
    ['p2pk data', 'p2pke data'],
    ['p2pke data { data: "one" }', 'p2pke data { data: text("one") }'],
    ['p2pke data { data: sha265(01 02) }', 'p2pke data { data: sha256(01 02) }'],
    [
      'node b = p2ppacket listen 127.0.0.1:0\nsend b data { channels: [{ type: "relible_data" }] }',
      'node b = p2ppacket listen 127.0.0.1:0\nsend b data { channels: [{ type: "reliable_data" }] }',
    ],
    [`${nodes}fault a dorp data`, `${nodes}fault a drop data`],
    [
      `${nodes}send a InitHello { payload: { auth_claim: { sig: 01 02 } } }`,
      `${nodes}send a InitHello { payload: { auth_claim: { sig: valid } } }`,
    ],
  ])('of %j is mended', (text, mended) => expect(fixed(text)).toBe(mended));

  it('of a section stays in it', () => {
    const { document } = opened(`${nodes}### one\nsend a data {\n### two\nsend a data { conter: 1 }\n`);
    expect(document.problems().map(({ text }) => text)).toEqual([
      '"{" is not closed: "}" is missing',
      'data has no field "conter" here: did you mean counter?',
    ]);
  });
});

describe('a script from afar', () => {
  const text = `# what\n# it is\n@p = 01 02\n${nodes}### one\nsend a data {\n  counter: 3\n}\n\nexpect b data as d\n### two\nwait 5ms\n`;

  it('has an outline', () => {
    const { document } = opened(text);
    const lines = document.outline().flatMap(({ name, children }) => [name, ...children.map((each) => `  ${each.name}`)]);
    expect(lines).toEqual(['p', 'b', 'a', 'one', '  a → data', '  b ← data', 'two']);
  });

  it('folds', () => {
    const { document } = opened(text);
    const folded = document.folds().map(({ kind, start, end }) => `${kind}: ${text.slice(start, end).split('\n')[0]}`);
    expect(folded).toEqual(['comment: # what', 'section: ### one', 'record: send a data {', 'section: ### two']);
  });

  it('is coloured by what its words are', () => {
    const { document } = opened('node a = p2pke dial 127.0.0.1:1\nsend a data { conter: 1, counter: sha1(x) }');
    const { text: own } = opened('node a = p2pke dial 127.0.0.1:1\nsend a data { conter: 1, counter: sha1(x) }');
    expect(
      document
        .semanticTokens()
        .map(({ start, end, kind, isDefinition }) => `${own.slice(start, end)} ${kind}${isDefinition ? '!' : ''}`),
    ).toEqual([...['a variable!', 'p2pke class', 'a variable', 'data type', 'counter property', 'sha1 function', 'x variable']]);
  });

  it('shows sizes that are filled in', () => {
    const own =
      'p2p DISCONNECT { reason: "bye" }\np2pke data { data: 00 01 02 03 04 05 06 07 08 }\np2p DISCONNECT { reason_size: 9, reason: "bye" }';
    const { document } = opened(own);
    expect(
      document.hints({ start: 0, end: own.length }).map(({ at, label }) => `${own.slice(0, at).split('\n').length}: ${label}`),
    ).toEqual(['1: reason_size: 3', '2: 9 bytes']);
  });
});

describe('the formatter', () => {
  const formatted = (text: string): string => {
    const { document } = opened(text);
    return document.format().reduceRight((all, { start, end, text: own }) => all.slice(0, start) + own + all.slice(end), text);
  };

  it.each([
    ['node   a=p2pke listen [::1]:7000  manual', 'node a = p2pke listen [::1]:7000 manual'],
    ['send a data{counter:3,data:01 02}', 'send a data { counter: 3, data: 01 02 }'],
    [
      'send a data {\ncounter : 3   # why\n   channels: [ { id:1 },{} ]\n}',
      'send a data {\n  counter: 3   # why\n  channels: [{ id: 1 }, {}]\n}',
    ],
    ['send a data { sig: flip( valid ,3 ) }', 'send a data { sig: flip(valid, 3) }'],
    ['fault a flip=3 data nth 2', 'fault a flip=3 data nth 2'],
    ['@ p=hex(\n01 02\n)', '@p = hex(\n  01 02\n)'],
    ['wait 5ms\n\n\n\nwait 6ms\n', 'wait 5ms\n\nwait 6ms\n'],
    ['  # a comment\nwait 5ms   ', '# a comment\nwait 5ms'],
    ['p2p HELLO {', 'p2p HELLO {'],
    ['wait 5ms\n  ### no section', 'wait 5ms\n ### no section'],
    ['### a section\r\nwait 5ms', '### a section\r\nwait 5ms'],
    ['wait 5ms\r\n\r\n\r\nwait  6ms\r\n', 'wait 5ms\r\n\r\nwait 6ms\r\n'],
  ])('%j', (text, better) => {
    expect(formatted(text)).toBe(better);
    expect(formatted(better)).toBe(better);
  });
});
