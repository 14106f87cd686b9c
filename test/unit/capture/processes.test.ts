/** Process information blocks, as tcpdump of macOS writes them for the interface pktap. */
import { describe, expect, it } from 'vitest';
import { block, bytes, captureInterface, enhanced, indexed, option, order, section } from './build.ts';

const text = (value: string) => new TextEncoder().encode(value);
const data = bytes('01020304');

describe.each([true, false])('processes of a capture, little-endian: %s', (little) => {
  const { u32 } = order(little);
  const process = (id: number, ...options: Uint8Array[]) => block(little, 0x8000_0001, bytes(u32(id), ...options));
  const packet = (...options: Uint8Array[]) => enhanced(little, 0, 5n, data, { options: bytes(...options) });
  const of = (index: number) => option(little, 0x8001, u32(index));
  const facts = (...blocks: Uint8Array[]) => {
    const reader = indexed(bytes(...blocks));
    return {
      problems: reader.problems.map((problem) => problem.text),
      told: Array.from({ length: reader.frames.length }, (_, at) => {
        const { process: id, processName } = reader.facts(at);
        return [id, processName];
      }),
    };
  };
  const head = [section(little), captureInterface(little, 147)];

  it('are those that packets name', () => {
    const blocks = [process(501, option(little, 2, text('resolver'))), process(1, option(little, 4, new Uint8Array(16)))];
    const { told, problems } = facts(...head, ...blocks, packet(of(0)), packet(of(1)), packet(of(2)), packet());
    expect(told).toEqual([
      [501, 'resolver'],
      [1, undefined],
      [undefined, undefined],
      [undefined, undefined],
    ]);
    expect(problems).toEqual([]);
  });

  it('are counted anew in each section', () => {
    const named = (id: number, name: string) => process(id, option(little, 2, text(name)));
    const { told } = facts(...head, named(7, 'one'), packet(of(0)), packet(of(1)), ...head, named(8, 'two'), packet(of(0)));
    expect(told).toEqual([
      [7, 'one'],
      [undefined, undefined],
      [8, 'two'],
    ]);
  });

  it('keep their places where one is broken', () => {
    const { told, problems } = facts(...head, block(little, 0x8000_0001, bytes()), process(9), packet(of(0)), packet(of(1)));
    expect(told).toEqual([
      [undefined, undefined],
      [9, undefined],
    ]);
    expect(problems).toEqual(['A process has at least 16 bytes, not 12']);
  });

  it('are of the limit processes', () => {
    const reader = indexed(bytes(...head, process(1), process(2), packet(of(0)), packet(of(1))), { processes: 1 });
    expect([0, 1].map((at) => reader.facts(at).process)).toEqual([1, undefined]);
    expect(reader.problems).toMatchObject([{ kind: 'limit' }]);
  });
});
