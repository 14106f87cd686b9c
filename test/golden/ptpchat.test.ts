import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { enhancedPacket, interfaceDescription, memoryFile, openCapture, sectionHeader } from '../../dissector/capture/index.ts';
import { analyse, analyseGolden, goldenJson, goldenKeys, goldenPath } from './open.ts';

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
    // No key is given, so what a KEY wraps stays encrypted.
    const state = info.name === 'KEY' ? 'encrypted' : 'decoded';
    expect({ name: info.name, state: info.state }).toEqual({ name: String(message.msg_type).toUpperCase(), state });
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

describe('ptpchat_d, cut out of a longer capture', () => {
  const opened = openCapture(memoryFile(readFileSync(goldenPath('ptpchat_d.pcapng'))));
  if ('problem' in opened) throw new Error(opened.problem.text);
  const { reader } = opened;
  while (reader.step(1 << 20));
  const { frames } = reader;
  const part = (from: number, to: number): Uint8Array => {
    const packets = Array.from({ length: to - from }, (_, i) =>
      enhancedPacket({
        bytes: reader.frameBytes(from + i),
        seconds: frames.seconds(from + i),
        nanos: frames.nanos(from + i),
      }),
    );
    return Buffer.concat([sectionHeader(), interfaceDescription({ linkType: frames.linkType(0) }), ...packets]);
  };
  const findings = (from: number, to: number) => {
    const analysis = analyse(part(from, to));
    return Array.from({ length: analysis.messageCount }, (_, n) => analysis.message(n).findings)
      .flat()
      .map(({ rule, text }) => `${from} to ${to}: ${rule}, ${text}`);
  };
  const all = Array.from({ length: frames.length }, (_, i) => i);

  it('gives no finding wherever it begins', () => expect(all.flatMap((from) => findings(from, frames.length))).toEqual([]));
  it('gives no finding wherever it ends', () => expect(all.flatMap((to) => findings(0, to))).toEqual([]));
  it('gives no finding in windows of 40 frames', () =>
    expect(all.flatMap((from) => findings(from, Math.min(from + 40, frames.length)))).toEqual([]));
});

describe('the closed channel of ptpchat_d', () => {
  const truth = goldenJson('ptpchat_d.truth.json').messages as {
    n: number;
    message: string;
    signature_valid?: boolean;
    fields: { text?: string; key_decrypted?: string };
    decryptable?: boolean;
  }[];
  const logOf = (name: string): string => readFileSync(goldenPath(name), 'utf8');
  const opened = (keyLog: string) => {
    const analysis = analyseGolden('ptpchat_d', keyLog);
    const seen = truth.map(({ n }) => {
      const { fields, signatureValid } = analysis.dissect(n).dissection;
      const { text, key_decrypted } = fields as { text?: string; key_decrypted?: string };
      return { text, key_decrypted, signature: signatureValid };
    });
    return { analysis, seen };
  };
  const channel = (text: string): string => `PTPCHAT_CHANNEL_KEY 5720b955-9f70-ab61-e7ef-cb8e0af096ff ${text}`;

  it("opens with one node's RSA key, as the truth says, without a finding", () => {
    const { analysis, seen } = opened(logOf('ptpchat_d.keys'));
    expect(seen.map(({ text, key_decrypted }) => [text, key_decrypted])).toEqual(
      truth.map(({ fields }) => [fields.text, fields.key_decrypted]),
    );
    expect(seen.map(({ signature }) => signature)).toEqual(truth.map(({ signature_valid }) => signature_valid));
    expect(analysis.counts.findings).toBe(0);
  });

  it.each(['ptpchat_d.alt-c-node.keys', 'ptpchat_d.alt-channel.keys'])('opens the same texts with %s', (name) => {
    expect(opened(logOf(name)).seen.map(({ text }) => text)).toEqual(truth.map(({ fields }) => fields.text));
  });

  it.each([
    ['no key', ''],
    ['a wrong channel key', channel(Buffer.alloc(32, 7).toString('base64'))],
    ['the RSA keys of another capture', goldenKeys('ptpchat_a')],
    ['the key of another channel', logOf('ptpchat_d.alt-channel.keys').replace('5720b955', '5720b956')],
  ])('opens no encrypted text with %s', (_, keyLog) => {
    const { analysis, seen } = opened(keyLog);
    const shown = truth.filter(
      ({ n }) => analysis.message(n).encrypted && (seen[n]!.text !== undefined || seen[n]!.key_decrypted !== undefined),
    );
    expect(shown).toEqual([]);
    expect(analysis.counts.findings).toBe(0);
  });
});
