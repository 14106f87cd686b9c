import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Analysis } from '../../dissector/analysis/index.ts';
import { analyseGolden, goldenJson, goldenPath } from './open.ts';

interface Truth {
  readonly n: number;
  readonly frame: number;
  readonly src: string;
  readonly dst: string;
  readonly message: string;
  readonly encrypted: boolean;
  readonly fields: Record<string, unknown>;
  readonly signature_valid?: boolean;
  readonly frame_fields: { readonly length: number; readonly checksum?: string };
  readonly plaintext_length?: number;
}

const truth = goldenJson('botd_a.truth.json').messages as Truth[];
const keyLog = (name: string): string => readFileSync(goldenPath(`${name}.keys`), 'utf8');

function seen(analysis: Analysis, n: number) {
  const { name, state, frame, encrypted, direction, conversation, findings } = analysis.message(n);
  const { dissection } = analysis.dissect(n);
  const { fields, signatureValid, whole, layer } = dissection;
  const value = (field: string) => layer.children!.find((child) => child.name === field)?.value;
  const [src, dst] = direction === 0 ? conversation.endpoints : [...conversation.endpoints].reverse();
  return { name, state, frame, encrypted, src, dst, findings, fields, signatureValid, whole, value };
}

describe.each(['botd_a', 'botd_a.alt-aes', 'botd_a.alt-point'])('botd_a with %s.keys', (name) => {
  const analysis = analyseGolden('botd_a', keyLog(name));

  it('has every message of the truth', () => expect(analysis.messageCount).toBe(truth.length));

  it.each(truth)('message $n: $message', (message) => {
    const { value, whole, ...got } = seen(analysis, message.n);
    expect(got).toEqual({
      name: message.message,
      state: 'decoded',
      frame: message.frame,
      encrypted: message.encrypted,
      src: message.src,
      dst: message.dst,
      findings: [],
      fields: message.fields,
      signatureValid: message.signature_valid,
    });
    // The order of names, too.
    expect(JSON.stringify(got.fields)).toBe(JSON.stringify(message.fields));
    expect(value('length')).toBe(message.frame_fields.length);
    const checksum = value('checksum');
    if (message.frame_fields.checksum !== undefined)
      expect(Buffer.from(checksum as Uint8Array).toString('hex')).toBe(message.frame_fields.checksum);
    else expect(checksum).toBeUndefined();
    expect(whole.length).toBe(message.plaintext_length ?? message.frame_fields.length);
  });

  it('explains what the key did, without it', () => {
    const secret = keyLog(name).trim().split(/\s+/).at(-1)!.toLowerCase();
    const told = analysis.explain(2);
    expect(told).toHaveLength(1);
    expect(told[0]!.steps.every(({ ok }) => ok)).toBe(true);
    expect(told[0]!.steps.at(-1)).toMatchObject({ name: 'this message', result: 'opens' });
    expect(JSON.stringify(told).toLowerCase()).not.toContain(secret);
  });
});

describe('keys that open nothing', () => {
  const wrong = '11'.repeat(32);
  const opener = truth[0]!.fields.ephemeral_pubkey as string;
  const generator = '0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798';

  it.each([
    ['none', ''],
    ['another private key', `BOTD_EPHEMERAL_PRIVATE ${wrong}`],
    ['another AES key', `BOTD_AES_KEY ${opener} ${wrong}`],
    ['another point', `BOTD_SHARED_POINT ${opener} ${generator}`],
    ['the AES key of another session', keyLog('botd_a.alt-aes').replace(opener.toUpperCase(), generator)],
  ])('%s: nothing of the payloads shows', (_, keys) => {
    const analysis = analyseGolden('botd_a', keys);
    expect(analysis.messageCount).toBe(truth.length);
    for (const { n, encrypted, message } of truth) {
      const got = seen(analysis, n);
      expect([got.name, got.state, got.findings]).toEqual([
        encrypted ? 'undecodable' : message,
        encrypted ? 'encrypted' : 'decoded',
        [],
      ]);
      if (encrypted) expect(got.fields).toEqual({});
    }
    const steps = analysis.explain(2).flatMap((tried) => tried.steps.at(-1)!.ok);
    expect(steps.every((ok) => !ok)).toBe(true);
  });

  it('the right one among wrong ones opens all', () => {
    const keys = `BOTD_AES_KEY ${opener} ${wrong}\nBOTD_SHARED_POINT ${opener} ${generator}\n${keyLog('botd_a')}`;
    expect(analyseGolden('botd_a', keys).counts.encrypted).toBe(0);
  });

  it('a key given later opens what was encrypted', () => {
    const analysis = analyseGolden('botd_a');
    analysis.ring.add('later', keyLog('botd_a'));
    analysis.rekey();
    expect(analysis.counts).toEqual({ encrypted: 0, findings: 0 });
  });
});
