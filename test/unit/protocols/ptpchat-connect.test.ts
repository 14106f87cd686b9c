import { describe, expect, it } from 'vitest';
import { readSocket } from '../../../dissector/protocols/ptpchat/sockets.ts';
import { check, type Line } from './ptpchat-script.ts';

const connect = (at: number, way: Line[1], dst: unknown, src: unknown): Line => [at, way, 'CONNECT', { dst, src }];

const v4: Line[] = [
  connect(0, 'A S', '192.0.2.2', '7201'),
  connect(1, 'S B', '192.0.2.1:7201', '192.0.2.2'),
  connect(2, 'B S', '192.0.2.1:7201', '7202'),
  connect(3, 'S A', '192.0.2.2:7202', '192.0.2.1:7201'),
];
const v6: Line[] = [
  connect(0, 'P T', '2001:db8::2', '7201'),
  connect(1, 'T Q', '2001:db8::1:7201', '2001:DB8:0::2'),
  connect(2, 'Q T', '2001:db8::1:7201', '7202'),
  connect(3, 'T P', '[2001:db8::2]:7202', '2001:db8::1:7201'),
];

describe('the steps of CONNECT', () => {
  it.each([
    ['IPv4', v4],
    ['IPv6', v6],
  ])('over %s are fine together, one by one, and from any step on', (_, steps) => {
    expect(check(...steps)).toEqual([]);
    for (const [i, step] of steps.entries()) {
      expect(check(step)).toEqual([]);
      expect(check(...steps.slice(i))).toEqual([]);
      expect(check(...steps.slice(0, i), step, step)).toEqual([]);
      expect(check(...steps.filter((one) => one !== step))).toEqual([]);
    }
  });

  it('are fine for two openings at one server to one node', () => {
    const other: Line[] = [
      connect(0.5, 'C S', '192.0.2.2', '7301'),
      connect(1.5, 'S B', '192.0.2.3:7301', '192.0.2.2'),
      connect(2.5, 'B S', '192.0.2.3:7301', '7302'),
      connect(3.5, 'S C', '192.0.2.2:7302', '192.0.2.3:7301'),
    ];
    expect(check(...[...v4, ...other].sort((a, b) => a[0] - b[0]))).toEqual([]);
  });

  it.each<[string, number, Line]>([
    ['2 as step 1 was', 1, connect(1, 'S B', '192.0.2.2', '7201')],
    ["2 with another port than A's", 1, connect(1, 'S B', '192.0.2.1:7999', '192.0.2.2')],
    ["2 with another IP than A's", 1, connect(1, 'S B', '192.0.2.7:7201', '192.0.2.2')],
    ['3 as step 2 was', 2, connect(2, 'B S', '192.0.2.1:7201', '192.0.2.2')],
    ['3 with a full socket', 2, connect(2, 'B S', '192.0.2.1:7201', '192.0.2.2:7202')],
    ['3 with another dst', 2, connect(2, 'B S', '192.0.2.1:7999', '7202')],
    ['4 as step 3 was', 3, connect(3, 'S A', '192.0.2.1:7201', '7202')],
    ['4 not swapped', 3, connect(3, 'S A', '192.0.2.1:7201', '192.0.2.2:7202')],
    ["4 with another port than B's", 3, connect(3, 'S A', '192.0.2.2:7999', '192.0.2.1:7201')],
  ])('break the rule in step %s', (_, before, wrong) => {
    expect(check(...v4.slice(0, before), wrong)).toEqual([`${before + 1} ptpchat.connect-step (${before})`]);
  });

  it.each<[string, number, Line]>([
    ["2 with another port than A's", 1, connect(1, 'T Q', '2001:db8::1:7999', '2001:db8::2')],
    ['3 as step 2 was', 2, connect(2, 'Q T', '2001:db8::1:7201', '2001:db8::2')],
    ['3 with another dst', 2, connect(2, 'Q T', '2001:db8::1:7999', '7202')],
    ['4 not swapped', 3, connect(3, 'T P', '2001:db8::1:7201', '2001:db8::2:7202')],
    ["4 with another port than B's", 3, connect(3, 'T P', '2001:db8::2:7999', '2001:db8::1:7201')],
  ])('break the rule in step %s, over IPv6 without brackets', (_, before, wrong) => {
    expect(check(...v6.slice(0, before), wrong)).toEqual([`${before + 1} ptpchat.connect-step (${before})`]);
  });

  it.each([
    ['7201', '192.0.2.2'],
    ['192.0.2.2', '192.0.2.1'],
    ['192.0.2.2', '70000'],
    ['b.example', '7201'],
    ['192.0.2.256', '7201'],
    ['192.0.2.2', ''],
  ])('have no form with dst %s and src %s', (dst, src) => {
    expect(check(connect(0, 'A S', dst, src))).toEqual(['1 ptpchat.connect-step ()']);
  });
});

describe('a socket as text', () => {
  const ip = '2001:db8::1';
  it.each([
    ['192.0.2.1', { ip: '192.0.2.1' }],
    ['192.0.2.1:65535', { full: { ip: '192.0.2.1', port: 65_535 } }],
    ['0', {}],
    ['2001:db8::1', { ip }],
    ['[2001:db8::1]', { ip }],
    ['[2001:db8::1]:9', { full: { ip, port: 9 } }],
    ['2001:db8::1:41000', { full: { ip, port: 41_000 } }],
    ['2001:db8:0:0:0:0:0:1:80', { full: { ip, port: 80 } }],
    ['::ffff:192.0.2.1', { ip: '::ffff:192.0.2.1' }],
    ['fe80::1%eth0', { ip: 'fe80::1' }],
    ['::1:7101', { ip: '::1:7101', full: { ip: '::1', port: 7101 } }],
    ['1::2::3', {}],
    [':::', {}],
  ])('%s is %j', (text, read) => expect(readSocket(text)).toEqual(read));
});
