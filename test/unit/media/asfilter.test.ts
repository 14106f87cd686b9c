import { describe, expect, it } from 'vitest';
import { compileFilter, FieldCatalog } from '../../../dissector/filter/index.ts';
import { protocols } from '../../../dissector/protocols/index.ts';
import type { Row } from '../../../extension/wire/inspector.ts';
import { cellMenu, combined, conversationOf, framesFilter, messageMenu } from '../../../media/inspector/list/asfilter.ts';
import { columnsOf } from '../../../media/inspector/list/columns.ts';

const catalog = new FieldCatalog(protocols);
const base: Row = {
  ...{ row: 0, frame: 7, n: 3, seconds: 0, nanos: 0, source: '[2001:db8::1]:7000', destination: '10.0.0.1:5002' },
  ...{ protocol: 'p2p', message: 'HELLO', info: '', state: 'decoded', encrypted: false },
};
const filters = (row: Row): (string | undefined)[] => columnsOf([]).map((column) => JSON.parse(cellMenu(row, column)).filter);

describe('the conditions of a row', () => {
  it('are those of its columns', () => {
    expect(filters(base)).toEqual([
      ...['frame.number == 7', 'frame.number == 7', 'ip.src == 2001:db8::1', 'ip.dst == 10.0.0.1'],
      ...['p2p', 'p2p.message == "HELLO"', 'p2p.message == "HELLO"'],
    ]);
    const { n: _, ...bare } = base;
    expect(filters({ ...bare, source: '02:00:00:00:00:01', destination: '', protocol: 'ARP', message: '' }).slice(2)).toEqual([
      ...['eth.src == "02:00:00:00:00:01"', undefined, 'arp', 'frame.number == 7', 'frame.number == 7'],
    ]);
  });

  it('have the port of an endpoint, and the conversation as a whole', () => {
    const talking: Row = { ...base, transport: 'tcp', conversation: 4 };
    expect(filters(talking).slice(2, 4)).toEqual([
      ...['ip.src == 2001:db8::1 && tcp.srcport == 7000', 'ip.dst == 10.0.0.1 && tcp.dstport == 5002'],
    ]);
    expect([conversationOf(talking), conversationOf(base)]).toEqual(['tcp.stream == 4', undefined]);
  });

  it('of several rows are their frames, neighbours as a range', () => {
    expect(framesFilter([7])).toBe('frame.number == 7');
    expect(framesFilter([1, 2, 3, 7, 9, 10])).toBe('frame.number in {1..3, 7, 9..10}');
  });

  it('are filters', () => {
    const more = [conversationOf({ ...base, transport: 'tcp', conversation: 4 })!, framesFilter([1, 2, 5])];
    const talking = filters({ ...base, transport: 'udp', conversation: 0 });
    for (const filter of [...filters(base), ...talking, ...more])
      expect(compileFilter(filter!, catalog)).toHaveProperty('filter');
  });
});

describe('the conversation of a line', () => {
  const talking: Row = { ...base, transport: 'udp', conversation: 4 };
  const menu = (row: Row) => JSON.parse(cellMenu(row, { id: 'message' }));

  it('can be debugged where a message stands, in the list as in other views', () => {
    expect(menu(talking)).toMatchObject({ isDebuggable: true, conversation: 4 });
    const elsewhere = JSON.parse(messageMenu(talking));
    expect(elsewhere).toMatchObject({ webviewSection: 'line', isDebuggable: true, conversation: 4 });
    // The commands of the packet list are about its rows.
    expect(elsewhere).toMatchObject({ isMessage: false, talks: false, filter: 'p2p.message == "HELLO"' });
  });

  it('cannot be where there is none, or no message in the packet', () => {
    expect(JSON.parse(messageMenu(base)).isDebuggable).toBe(false);
    const { n: _, ...bare } = talking;
    expect(menu(bare).isDebuggable).toBe(false);
  });
});

describe('a condition', () => {
  it.each([
    ['', 'p2p', 'replace', 'p2p'],
    ['udp', 'p2p', 'replace', 'p2p'],
    ['udp', 'p2p', 'and', 'udp && p2p'],
    ['udp || tcp', 'p2p', 'and', '(udp || tcp) && p2p'],
    ['udp', 'p2p', 'not', 'udp && !(p2p)'],
    ['', 'p2p', 'not', '!(p2p)'],
  ] as const)('beside %j: %s, %s', (before, filter, how, expected) => expect(combined(before, filter, how)).toBe(expected));
});
