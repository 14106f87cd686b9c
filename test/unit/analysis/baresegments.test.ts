/** Which TCP segments the list may leave out: what they say is said by a row beside them. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Analysis } from '../../../dissector/analysis/index.ts';
import { defaultLimits } from '../../../dissector/bytes/index.ts';
import { memoryFile, openCapture } from '../../../dissector/capture/index.ts';
import { KeyRing } from '../../../dissector/protocol/index.ts';
import { protocols } from '../../../dissector/protocols/index.ts';
import { packetsOf, written } from '../../fuzz/rewrite.ts';
import { analyse, goldenPath } from '../../golden/open.ts';
import { capture, tcpFlags, tcpFrame, udpFrame } from './packets.ts';

function leftOut(analysis: Analysis): number[] {
  const frames = (show: 'all' | 'withoutBareSegments'): number[] =>
    Array.from({ length: analysis.rowCount(show) }, (_, row) => analysis.rowAt(show, row).frame);
  const listed = new Set(frames('withoutBareSegments'));
  return frames('all').filter((frame) => !listed.has(frame));
}

describe('bare TCP segments', () => {
  const recorded = readFileSync(goldenPath('p2p_a.pcapng'));

  it('are those of a recording without payload that neither close nor reset, and parts of messages that are listed', () => {
    const analysis = analyse(recorded);
    const out = leftOut(analysis);
    const layersOf = (frame: number) => new Map(analysis.frameTree(frame - 1).layers.map((layer) => [layer.name, layer]));
    for (let frame = 1; frame <= analysis.observed; frame++) {
      const row = analysis.rowAt('all', analysis.rowOfFrame('all', frame));
      const isTcp = layersOf(frame).has('tcp') && row.n < 0;
      const isSilent = !layersOf(frame).has('payload') || analysis.carriedBy(frame) !== undefined;
      expect([frame, out.includes(frame)]).toEqual([frame, isTcp && isSilent && analysis.event(frame) === undefined]);
    }
    expect(out.length).toBeGreaterThan(analysis.observed / 3);
    expect(analysis.rowAt('withoutBareSegments', 0)).toMatchObject({ n: 0 });
  });

  it('are found as the capture grows, too: at its end the list is that of a capture read at once', () => {
    const opened = openCapture(memoryFile(recorded), defaultLimits);
    if ('problem' in opened) throw new Error(opened.problem.text);
    const growing = new Analysis(opened.reader, protocols, new KeyRing([], defaultLimits));
    while (growing.step(1)) growing.rowCount('withoutBareSegments');
    growing.finish();
    expect(leftOut(growing)).toEqual(leftOut(analyse(recorded)));
  });

  const a = { address: '192.0.2.1', port: 40_000 };
  const b = { address: '192.0.2.2', port: 7000 };
  const none = new Uint8Array(0);

  it('are none in a conversation without a message: nothing else says that it was tried', () => {
    const syn = tcpFrame(a, b, 1, 0, tcpFlags.syn, none);
    expect(leftOut(analyse(capture([syn, syn, syn])))).toEqual([]);
  });

  it('are none in a conversation that no protocol recognises', () => {
    const frames = [
      tcpFrame(a, b, 1, 0, tcpFlags.syn, none),
      tcpFrame(b, a, 9, 2, tcpFlags.syn | tcpFlags.ack, none),
      tcpFrame(a, b, 2, 10, tcpFlags.ack, new TextEncoder().encode('GET / HTTP/1.1\r\n\r\n')),
      udpFrame(a, b, Uint8Array.of(1, 2, 3)),
    ];
    expect(leftOut(analyse(capture(frames)))).toEqual([]);
  });

  it('are no bytes that complete no message: the half that a peer sent stays listed', () => {
    const packets = packetsOf(recorded);
    const analysis = analyse(recorded);
    const withPart = leftOut(analysis).filter((frame) => analysis.carriedBy(frame) !== undefined);
    expect(withPart.length).toBeGreaterThan(0);
    // Without the end of the message its first part is all that there is.
    for (const frame of withPart) {
      const cut = analyse(written(packets.slice(0, frame)));
      expect(leftOut(cut)).not.toContain(frame);
    }
  });
});
