/** Frames that complete no message say what their bytes are: a part of which message, or of nothing known. */
import { describe, expect, it, vi } from 'vitest';
import { Capture } from '../../../extension/worker/capture.ts';
import { Lists } from '../../../extension/worker/lists.ts';
import { capture as build, udpFrame } from '../analysis/packets.ts';
import { golden } from '../cli/help.ts';

async function opened(what: { readonly path: string } | { readonly bytes: Uint8Array }) {
  const capture = new Capture(() => {});
  await capture.open({ name: '', ...what });
  await vi.waitFor(() => expect(capture.overview().done).toBe(true), { timeout: 20_000 });
  const lists = new Lists(capture);
  const { rows } = lists.rows({ start: 0, count: 1000, show: 'all' });
  /** The row of a frame and what its tree ends with. */
  const at = (frame: number) => {
    const row = rows.find((one) => one.frame === frame)!;
    return { info: row.info, last: lists.tree({ row: row.row, show: 'all' }).layers.at(-1)! };
  };
  return { capture, rows, at };
}

describe('a frame that completes no message', () => {
  it('says which message its segment is a part of', async () => {
    const { at } = await opened({ path: golden('p2p_a.pcapng') });
    expect(at(4).info).toMatch(/^part of p2p HELLO, frame 12; 48850 → 5002 .*, 1 byte$/);
    expect(at(4).last).toMatchObject({ name: 'payload', text: 'Part of p2p HELLO, frame 12, 1 byte' });
    expect(at(8).last.text).toBe('Part of p2p HELLO, frame 12, 157 bytes');
  });

  it('says so of segments that come out of order, and is right for every one', async () => {
    const { capture, rows } = await opened({ path: golden('botd_a.pcapng') });
    const told = rows.flatMap(({ frame, info }) => {
      const [, name, whole] = /^part of botd (\S+), frame (\d+); /.exec(info) ?? [];
      return whole === undefined ? [] : [{ frame, name, whole: Number(whole) }];
    });
    expect(told.length).toBeGreaterThan(5);
    const messages = Array.from({ length: capture.analysis.messageCount }, (_, n) => capture.analysis.message(n));
    for (const { frame, name, whole } of told)
      expect(messages.some((message) => message.frame === whole && message.name === name && message.frames.includes(frame))).toBe(
        true,
      );
  });

  it('says so of fragments', async () => {
    const { at, rows } = await opened({ path: golden('ptpchat_d.pcapng') });
    const fragment = rows.find(({ info }) => info.includes('fragment of'))!;
    expect(fragment.info).toMatch(/^part of ptpchat \w+, frame \d+; fragment of /);
    expect(at(fragment.frame).last.text).toMatch(/^Part of ptpchat \w+, frame \d+, 1480 bytes$/);
  });

  it('says that its bytes are of no known protocol', async () => {
    const [a, b] = [
      { address: '192.0.2.1', port: 7 },
      { address: '192.0.2.2', port: 8 },
    ];
    const { at } = await opened({ bytes: build([udpFrame(a, b, Uint8Array.of(1, 2, 3))]) });
    expect(at(1).info).toMatch(/3 bytes$/);
    expect(at(1).last).toMatchObject({ name: 'payload', text: 'Data, 3 bytes of no known protocol' });
  });
});
