/** The same packet captured twice: recordings doubled in the ways that a capture doubles them give what they give once. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  enhancedPacket,
  interfaceDescription,
  memoryFile,
  openCapture,
  sectionHeader,
} from '../../../dissector/capture/index.ts';
import { openBytes } from '../../../dissector/open.ts';
import { keysOf } from '../../golden/keys.ts';
import { goldenPath } from '../../golden/open.ts';
import { indexed } from '../capture/build.ts';
import { collect } from './collect.ts';
import { capture, ipFrame, udpBody, udpFrame } from './packets.ts';

/** Each frame of a recording and, `after` nanoseconds later, its copy. */
function doubled(file: string, after: number, change: (frame: Uint8Array) => void): Uint8Array {
  const opened = openCapture(memoryFile(readFileSync(goldenPath(file))));
  if ('problem' in opened) throw new Error(opened.problem.text);
  const { reader } = opened;
  while (reader.step());
  const parts: Uint8Array[] = [sectionHeader(), ...reader.interfaces.map(interfaceDescription)];
  for (let i = 0; i < reader.frames.length; i++) {
    const bytes = reader.frameBytes(i).slice();
    const [seconds, nanos] = [reader.frames.seconds(i), reader.frames.nanos(i)];
    parts.push(enhancedPacket({ bytes, seconds, nanos }));
    const copy = bytes.slice();
    change(copy);
    const later = nanos + after;
    parts.push(enhancedPacket({ bytes: copy, seconds: seconds + Math.floor(later / 1e9), nanos: later % 1e9 }));
  }
  return Buffer.concat(parts);
}

function told(content: Uint8Array, name: string) {
  const keys = keysOf(name);
  const opened = openBytes(content, keys === '' ? {} : { keys: [keys] });
  if ('problem' in opened) throw new Error(opened.problem.text);
  const messages = Array.from({ length: opened.messageCount }, (_, n) => {
    const { name, state, findings } = opened.analysis.message(n);
    return `${name} ${state} ${findings.map(({ rule, severity }) => `${severity} ${rule}`).join()}`;
  });
  return { messages, sentences: opened.analysis.passedLimits };
}

/** Another switch port: other MAC addresses, one hop less. */
function elsewhere(frame: Uint8Array): void {
  frame.set([2, 0, 0, 0, 0, 9, 2, 0, 0, 0, 0, 8]);
  if (frame[12] === 8 && frame[13] === 0) frame[22]--;
  else if (frame[12] === 0x86 && frame[13] === 0xdd) frame[21]--;
}

describe.each(['ptpchat_a', 'p2pke_a', 'p2p_a', 'botd_a'])('%s captured twice', (name) => {
  const once = told(readFileSync(goldenPath(`${name}.pcapng`)), name);

  it('says what it says once, and one sentence', () => {
    const twice = told(doubled(`${name}.pcapng`, 4_000, elsewhere), name);
    expect(twice.messages).toEqual(once.messages);
    // A copy that is written at once may have a later time than the frame behind it.
    const sentences = twice.sentences.filter((sentence) => !sentence.includes('out of order in the file'));
    expect(sentences).toHaveLength(once.sentences.length + 1);
    expect(sentences[0]).toMatch(/captured twice \(frame 2 is a copy of frame 1\)/);
  });
});

it('does not take what was sent again later for a copy', () => {
  const again = told(
    doubled('p2pke_a.pcapng', 60_000_000, () => undefined),
    'p2pke_a',
  );
  expect(again.messages.filter((text) => text.includes('replay')).length).toBeGreaterThan(0);
});

it('finds every copy of a burst that comes at once behind it, whenever it is opened', () => {
  const [from, to] = [
    { address: '192.0.2.1', port: 7000 },
    { address: '192.0.2.2', port: 7001 },
  ];
  const burst = Array.from({ length: 100 }, (_, i) => udpFrame(from, to, new Uint8Array(20).fill(i)));
  const copies = burst.map((frame) => {
    const copy = frame.slice();
    elsewhere(copy);
    return copy;
  });
  const content = capture([...burst, ...copies], 1_700_000_000, 1e-5);
  const sentences = Array.from({ length: 10 }, () => told(content, 'p2p_a').sentences.join(' '));
  expect(sentences.filter((sentence) => !sentence.startsWith('100 packets were captured twice'))).toEqual([]);
});

it('a fragment that looks like one long before it is read where it lies', () => {
  const [from, to] = [
    { address: '192.0.2.1', port: 7000 },
    { address: '192.0.2.2', port: 7001 },
  ];
  const message = udpBody(
    from,
    to,
    Uint8Array.from({ length: 1600 }, (_, i) => i * 7),
  );
  const fragments = [
    ipFrame(17, from, to, message.slice(0, 1480), { id: 5, offset: 0, more: true }),
    ipFrame(17, from, to, message.slice(1480), { id: 5, offset: 1480, more: false }),
  ];
  // To look at the first again, the reader goes back further than what it keeps of the file.
  const between = Array.from({ length: 300 }, (_, i) => udpFrame(to, from, new Uint8Array(1400).fill(i)));
  const [{ datagrams }] = collect(indexed(capture([...fragments, ...between, ...fragments])));
  const payload = Buffer.from(message.slice(8)).toString('hex');
  const sent = datagrams.filter(({ direction }) => direction === 0);
  expect(sent.map((one) => one.payload === payload)).toEqual([true, true]);
});
