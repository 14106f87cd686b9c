/** What the inspector copies as a packet script. */
import { describe, expect, it } from 'vitest';
import { protocols, toHex } from '../../../dissector/index.ts';
import { emitPacket, parseScript } from '../../../dissector/script/index.ts';
import { script } from '../../../extension/worker/scripting.ts';
import { analyseGolden, goldenKeys } from '../../golden/open.ts';

describe('a conversation as a script', () => {
  it('has its messages in order, and says which cannot be known', async () => {
    const opened = analyseGolden('p2pke_a', goldenKeys('p2pke_a'));
    const { text } = await script(opened, { n: 3, what: 'conversation' });
    const { packets, problems } = parseScript(text);
    expect(problems).toEqual([]);
    expect(packets.map(({ message }) => message.text).slice(0, 4)).toEqual(['InitHello', 'RespHello', 'InitDone', 'data']);
    const bytes = packets.map((packet) => emitPacket(protocols, packet));
    const whole = packets.map((_, n) => toHex(opened.dissect(n).dissection.whole));
    expect(bytes.map((each) => (each instanceof Uint8Array ? toHex(each) : each.text))).toEqual(whole);
    const { text: closed } = await script(analyseGolden('p2pke_a'), { n: 0, what: 'conversation' });
    expect(closed).toContain('# p2pke RespHello is still encrypted.');
    expect(parseScript(closed).packets).toHaveLength(1);
  });

  it('is one message when that is asked for', async () => {
    const { text } = await script(analyseGolden('p2pke_a'), { n: 0, what: 'message' });
    expect(text).toMatch(/^# frame 1: 127\.0\.0\.1:7000 → 127\.0\.0\.1:7001\np2pke InitHello \{\n/);
    expect(parseScript(text).packets).toHaveLength(1);
  });
});
