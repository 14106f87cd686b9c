import { expect, it } from 'vitest';
import { caretAfter } from '../../../extension/host/nodes/caret.ts';

it.each([
  ['', 'd', 1],
  ['da', 'dat', 3],
  ['counter: 1, data: 2', 'counter: 15, data: 2', 11],
  ['counter: 15, data: 2', 'counter: 1, data: 2', 10],
  ['data: 01', '', 0],
  ['aa', 'aaa', 3],
  ['data', 'data', 4],
])('the caret stands behind what was changed: %j, %j', (before, after, caret) => expect(caretAfter(before, after)).toBe(caret));
