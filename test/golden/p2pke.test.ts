import { describe, expect, it } from 'vitest';
import type { Analysis } from '../../dissector/analysis/index.ts';
import { analyseGolden, goldenJson, goldenKeys } from './open.ts';

interface Truth {
  readonly n: number;
  readonly type: string;
  readonly counter?: number;
  readonly direction_bit?: number;
  readonly plaintext?: string;
  readonly payload_protobuf?: string;
  readonly fields?: Record<string, unknown>;
  readonly signature?: object;
  readonly note?: string;
  readonly receiver_result: { readonly is_app: boolean; readonly out?: string; readonly error?: string };
}

const truthOf = (capture: string): Truth[] => goldenJson(`${capture}.truth.json`).messages;

/** What the analysis says of each message, in the truth's terms. */
function seen(analysis: Analysis, n: number) {
  const { name, state, findings } = analysis.message(n);
  const { dissection } = analysis.dissect(n);
  const fields = dissection.fields as Record<string, unknown>;
  return {
    name,
    state,
    fields,
    rules: findings.map((finding) => finding.rule),
    signature: dissection.signatureValid,
    whole: dissection.whole,
  };
}

describe.each(['p2pke_a', 'p2pke_b'])('%s, as its implementation saw it', (capture) => {
  const truth = truthOf(capture);
  const analysis = analyseGolden(capture, goldenKeys(capture));

  it('has every message of the truth', () => {
    expect(analysis.messageCount).toBe(truth.length);
  });

  it.each(truth)('message $n: $type $note', (message) => {
    const { name, state, fields, rules, signature, whole } = seen(analysis, message.n);
    if (message.counter !== undefined)
      expect(fields).toMatchObject({ counter: message.counter, direction: message.direction_bit });
    if (message.type === 'Unrecognized') {
      const why = message.receiver_result.error ?? '';
      if (why.includes('signature is invalid'))
        expect({ signature, rules }).toEqual({ signature: false, rules: ['p2pke.signature'] });
      else expect(state).toBe(why.includes('before handshake complete') ? 'encrypted' : 'malformed');
      expect(fields).not.toHaveProperty('data');
      return;
    }
    expect({ name, state }).toEqual({ name: message.type === 'Data' ? 'data' : message.type, state: 'decoded' });
    if (message.plaintext !== undefined) expect(fields.data).toBe(message.plaintext);
    if (message.fields !== undefined) expect(fields).toMatchObject(message.fields);
    if (message.payload_protobuf !== undefined)
      expect(Buffer.from(whole).toString('hex').endsWith(message.payload_protobuf)).toBe(true);
    if (message.signature !== undefined) expect(signature).toBe(true);
    // What the receiver took has no finding; what it dropped has one, but for handshake messages that it may see again.
    if (message.receiver_result.is_app) expect(rules).toEqual([]);
    else if (message.type === 'Data') expect(rules).toHaveLength(1);
  });
});

describe('keys that open nothing', () => {
  const encrypted = (keyLog: string): number => analyseGolden('p2pke_a', keyLog).counts.encrypted;
  const sessions = goldenJson('p2pke_a.keys.json').sessions as {
    e_init_pub: string;
    key_i2r: string;
    key_r2i: string;
    e_init_priv: string;
  }[];
  const { e_init_pub: e, key_i2r: i2r, key_r2i: r2i, e_init_priv: own } = sessions[0]!;
  const wrong = '11'.repeat(32);

  it('no key leaves all but InitHello encrypted', () => expect(encrypted('')).toBe(32));
  it('a wrong ephemeral key opens nothing', () => expect(encrypted(`P2PKE_EPHEMERAL_PRIVATE ${wrong}`)).toBe(32));
  it('keys of another capture open nothing', () => expect(encrypted(goldenKeys('p2pke_b'))).toBe(32));
  it('wrong transport keys open nothing', () => expect(encrypted(`P2PKE_TRANSPORT_KEYS ${e} ${wrong} ${wrong}`)).toBe(32));
  it('swapped transport keys open nothing', () => expect(encrypted(`P2PKE_TRANSPORT_KEYS ${e} ${r2i} ${i2r}`)).toBe(32));
  it("one side's ephemeral key opens all", () => expect(encrypted(`P2PKE_EPHEMERAL_PRIVATE ${own}`)).toBe(0));
  it('both transport keys open all but RespHello', () => expect(encrypted(`P2PKE_TRANSPORT_KEYS ${e} ${i2r} ${r2i}`)).toBe(1));

  it.each([
    [0, `${i2r} -`],
    [1, `- ${r2i}`],
  ])('one transport key opens direction %i alone', (direction, keys) => {
    const analysis = analyseGolden('p2pke_a', `P2PKE_TRANSPORT_KEYS ${e} ${keys}`);
    for (let n = 2; n < analysis.messageCount; n++) {
      const { state, fields } = seen(analysis, n);
      const opened = fields.direction === direction;
      expect({ n, state, data: 'data' in fields || fields.counter === 2 }).toEqual({
        n,
        state: opened ? 'decoded' : 'encrypted',
        data: opened || fields.counter === 2,
      });
    }
  });

  it('a key given later opens what was encrypted, and counts as a change', () => {
    const analysis = analyseGolden('p2pke_a');
    const before = analysis.generation;
    analysis.ring.add('later', goldenKeys('p2pke_a'));
    analysis.rekey();
    expect(analysis.counts.encrypted).toBe(0);
    expect(analysis.generation).toBeGreaterThan(before);
  });
});
