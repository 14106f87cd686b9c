/** What a row holds in a column of the user's own, as a filter would ask for it. */
import { expect, it } from 'vitest';
import { FieldCatalog, FilterRow } from '../../../dissector/filter/index.ts';
import { protocols } from '../../../dissector/protocols/index.ts';
import { cellText } from '../../../extension/worker/cells.ts';
import { analyse } from '../../golden/open.ts';
import { layered } from '../filter/layered.ts';
import { matching } from '../filter/matching.ts';

const catalog = new FieldCatalog(protocols);
const analysis = analyse(layered());
const row = new FilterRow(analysis);
const cell = (frame: number, name: string) => cellText(catalog.find(name), row.at(frame, -1));

it.each<[frame: number, name: string, text: string]>([
  [2, 'frame.time_delta', '0.250000001'],
  [1, 'frame.time_relative', '0.000000000'],
  [2, 'frame.time_epoch', '1700000000.250000001'],
  [3, 'ip.src', '192.0.2.1, 10.0.0.1'],
  [3, 'eth.src', '02:00:00:00:00:02, 02:00:00:00:00:02'],
  [5, 'frame.comment', 'IPv6, second comment'],
  [2, 'frame.interface_name', 'tun7'],
  [3, 'frame.interface_name', ''],
  [12, 'tcp.analysis.retransmission', '✓'],
  [11, 'tcp.analysis.retransmission', ''],
  [10, 'tcp.payload', '6669727374'],
  [10, 'tcp.flags.push', 'true'],
  [10, 'tcp.flags', '24'],
])('of frame %i, %s is %j', (frame, name, text) => expect(cell(frame, name)).toBe(text));

it('a date is one that a filter finds', () => {
  expect(cell(2, 'frame.time')).toMatch(/^2023-11-1[45] \d\d:\d\d:20\.250000001$/);
  expect(matching(analysis, `frame.time == "${cell(2, 'frame.time')}"`)).toEqual([2]);
});
