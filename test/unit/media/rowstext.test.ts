/** Rows that are copied stay a line each, whatever peers wrote into them. */
import { expect, it } from 'vitest';
import { PacketList } from '../../../media/inspector/list/list.ts';
import { remembered } from '../../../media/inspector/list/remembered.ts';
import { rowsText } from '../../../media/inspector/list/rowstext.ts';
import type { Call } from '../../../media/inspector/page/host.ts';

it('what is pasted into a terminal runs nothing and steers nothing', async () => {
  const arranged = remembered({ columns: ['heartbeat.note'] });
  const hostile = 'x\nrm -rf ~\r\u001b[201~\t\u202egnp';
  const row = {
    n: 0,
    frame: 1,
    source: 'a',
    destination: 'b',
    protocol: 'p',
    message: 'beat',
    info: hostile,
    cells: [hostile],
    time: undefined,
  };
  const call = (async () => ({ rows: [row, row] })) as unknown as Call;
  const list = new PacketList(arranged, call, () => {});
  const { text, left } = await rowsText(call, list, arranged, [[0, 2]]);
  expect(left).toBe(0);
  const lines = text.split('\n');
  expect(lines).toHaveLength(4);
  const shown = 'x\\u000arm -rf ~\\u000d\\u001b[201~\\u0009\\u202egnp';
  expect(lines[1]!.split('\t').filter((cell) => cell === shown)).toHaveLength(2);
  expect(text.replace(/[\t\n]/g, '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
});
