import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { analyse, goldenJson, goldenPath } from './open.ts';

interface Truth {
  readonly n: number;
  readonly frame: number;
  readonly src: string;
  readonly dst: string;
  readonly message: string;
  readonly encrypted: boolean;
  readonly fields: Record<string, unknown>;
  readonly signature_valid?: boolean;
}

describe('p2ppacket_a, a conforming capture', () => {
  const truth: Truth[] = goldenJson('p2ppacket_a.truth.json').messages;
  const analysis = analyse(readFileSync(goldenPath('p2ppacket_a.pcap')));

  it('has every message of the truth', () => expect(analysis.messageCount).toBe(truth.length));
  it('gives no finding', () => expect(analysis.counts.findings).toBe(0));

  it.each(truth)('message $n: $message', ({ n, frame, src, dst, message, encrypted, fields, signature_valid }) => {
    const info = analysis.message(n);
    const { dissection } = analysis.dissect(n);
    const { endpoints } = info.conversation;
    expect({
      frame: info.frame,
      src: endpoints[info.direction],
      dst: endpoints[1 - info.direction],
      message: info.name,
      state: info.state,
      encrypted: info.encrypted,
    }).toEqual({ frame, src, dst, message, state: 'decoded', encrypted });
    expect(dissection.fields).toEqual(fields);
    expect(dissection.signatureValid).toBe(signature_valid);
  });
});
