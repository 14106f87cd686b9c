/** What others choose, names and values, steers no terminal and begins no line. */
import { describe, expect, it } from 'vitest';
import { capture, udpFrame } from '../analysis/packets.ts';
import { peerscope, temporary } from './help.ts';

const name = 'a\u001b]0;b\u0007\u001b[2J\nError: \u202ec\u{e0001}';
const shown = '\\u001b]0;b\\u0007\\u001b[2J\\u000aError: \\u202ec\\udb40\\udc01';
const of = (msgType: string): string => {
  const payload = new TextEncoder().encode(JSON.stringify({ msg_type: msgType, msg_data: { node_id: msgType } }));
  const [from, to] = [9000, 9001].map((port) => ({ address: '10.0.0.1', port })) as [never, never];
  return temporary(msgType === name ? 'hostile.pcapng' : 'plain.pcapng', capture([udpFrame(from, to, payload)]));
};

describe('a name with control characters', () => {
  it.each([
    [['decode']],
    [['decode', '--bytes']],
    [['info']],
    [['decode', '--explain', '0']],
    [['check']],
    [['check', '--format', 'github']],
  ])('is shown as text by %s', async ([command = '', ...options]) => {
    const [hostile, plain] = await Promise.all([name, 'plain'].map((msgType) => peerscope([command, of(msgType), ...options])));
    expect(hostile!.out + hostile!.err).not.toMatch(/[^\n\P{C}]/u);
    expect(hostile!.out.split('\n').length).toBe(plain!.out.split('\n').length);
    // What `check` says names no message.
    if (command !== 'check') expect(hostile!.out).toContain(shown);
  });

  it('is the same in JSON', async () => {
    const { out } = await peerscope(['decode', of(name), '--json']);
    expect(out).not.toMatch(/[^\n\P{C}]/u);
    expect(out).toContain(shown.replace('\\u000a', '\\n'));
    expect(JSON.parse(out).fields.node_id).toBe(name);
  });
});
