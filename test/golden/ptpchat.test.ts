import { describe, expect, it } from 'vitest';
import { analyseGolden, goldenJson } from './open.ts';

interface Truth {
  readonly n: number;
  readonly src: string;
  readonly dst: string;
  readonly raw: string;
  readonly msg_type?: unknown;
  readonly msg?: { readonly msg_data?: unknown };
  readonly malformed?: boolean;
  readonly note?: string;
}

describe('ptpchat_a, as its server and clients saw it', () => {
  const truth: Truth[] = goldenJson('ptpchat_a.truth.json').messages;
  const analysis = analyseGolden('ptpchat_a');

  it('has every message of the truth', () => expect(analysis.messageCount).toBe(truth.length));

  it.each(truth)('message $n: $msg_type $note', (message) => {
    const info = analysis.message(message.n);
    const { dissection } = analysis.dissect(message.n);
    expect(Buffer.from(dissection.whole).toString('hex')).toBe(message.raw);
    expect([info.conversation.endpoints[info.direction], info.conversation.endpoints[1 - info.direction]]).toEqual([
      message.src,
      message.dst,
    ]);
    const errors = info.findings.filter((finding) => finding.severity === 'error');
    if (message.malformed) {
      expect(errors.length).toBeGreaterThan(0);
      return;
    }
    expect({ name: info.name, state: info.state }).toEqual({ name: String(message.msg_type).toUpperCase(), state: 'decoded' });
    expect(errors).toEqual([]);
    const { text, ...fields } = dissection.fields as Record<string, unknown>;
    expect(fields).toEqual(message.msg?.msg_data ?? {});
    if (info.name === 'MESSAGE') {
      expect(dissection.signatureValid).toBe(true);
      expect(typeof text).toBe('string');
    }
  });

  it('flags the verb in lower case', () => {
    const flagged = truth.filter(({ n }) => analysis.message(n).findings.some((finding) => finding.rule === 'ptpchat.verb-case'));
    expect(flagged.map(({ msg_type }) => msg_type)).toEqual(['leave']);
  });
});

describe('ptpchat_d, a conforming capture with a closed channel', () => {
  const truth = goldenJson('ptpchat_d.truth.json').messages as { n: number; message: string; encrypted: boolean }[];
  const analysis = analyseGolden('ptpchat_d');

  it('gives no finding', () => expect(analysis.counts.findings).toBe(0));
  it('knows what travels encrypted', () => {
    expect(truth.map(({ n }) => [analysis.message(n).name, analysis.message(n).encrypted])).toEqual(
      truth.map(({ message, encrypted }) => [message, encrypted]),
    );
  });
});
