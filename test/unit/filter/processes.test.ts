/** The process of a frame in filters, where the capture has it. */
import { expect, it } from 'vitest';
import { Analysis } from '../../../dissector/analysis/index.ts';
import { KeyRing } from '../../../dissector/protocol/index.ts';
import { protocols } from '../../../dissector/protocols/index.ts';
import { block, bytes, captureInterface, enhanced, indexed, option, order, section } from '../capture/build.ts';
import { matching } from './matching.ts';

it('filters by the name and the number of the process', () => {
  const { u32 } = order(true);
  const name = option(true, 2, new TextEncoder().encode('syncd'));
  const packet = (options: Uint8Array) => enhanced(true, 0, 5n, bytes('01020304'), { options });
  const reader = indexed(
    bytes(
      ...[section(true), captureInterface(true, 147), block(true, 0x8000_0001, bytes(u32(501), name))],
      packet(option(true, 0x8001, u32(0))),
      packet(option(true, 8, bytes(u32(77), u32(1)))),
      packet(option(true, 1, name)),
    ),
  );
  const analysis = new Analysis(reader, protocols, new KeyRing([]), {});
  while (analysis.step(100));
  expect(matching(analysis, 'frame.process_name == "syncd"')).toEqual([1]);
  expect(matching(analysis, 'frame.process_id == 501')).toEqual([1]);
  expect(matching(analysis, 'frame.process_id')).toEqual([1, 2]);
  expect(matching(analysis, '!frame.process_name')).toEqual([2, 3]);
});
