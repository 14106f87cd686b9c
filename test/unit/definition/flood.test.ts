/** A flood of handshakes of a module: what is in use stays, what no key opens is dropped early, and the limit is named. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { memoryFile, openCapture } from '../../../dissector/capture/index.ts';
import { openBytes } from '../../../dissector/index.ts';
import { capture, udpFrame } from '../analysis/packets.ts';
import { protocol, responder } from './wireguard.build.ts';

const folder = new URL('../../../media/samples/protocols/', import.meta.url);
const keys = readFileSync(new URL('wireguard.keys', folder), 'utf8');
const FLOOD = 300;

function framesOfSample(): Uint8Array[] {
  const opened = openCapture(memoryFile(new Uint8Array(readFileSync(new URL('wireguard.pcapng', folder)))));
  if ('problem' in opened) throw new Error(opened.problem.text);
  while (opened.reader.step());
  return Array.from({ length: opened.reader.frames.length }, (_, at) => opened.reader.frameBytes(at).slice());
}

/** Initiations that nobody can read, each from a port and with an index of its own. */
function flood(from: number): Uint8Array[] {
  return Array.from({ length: FLOOD }, (_, at) => {
    const bytes = Uint8Array.from({ length: 148 }, (_byte, place) => (place * 7 + at * 13 + from) & 255);
    bytes.set([1, 0, 0, 0, at & 255, at >> 8, from, 9]);
    return udpFrame({ address: '203.0.113.9', port: 2000 + from * FLOOD + at }, responder, bytes);
  });
}

function open(frames: readonly Uint8Array[], given: string) {
  const opened = openBytes(new Uint8Array(capture(frames)), {
    protocols: [protocol],
    keys: [given],
    limits: { openSessions: 50 },
  });
  if ('problem' in opened) throw new Error(opened.problem.text);
  return opened;
}

describe('a flood of handshakes', () => {
  const sample = framesOfSample();
  const states = (given: string, frames: readonly Uint8Array[]) =>
    [...open(frames, given).messages()]
      .filter(({ src, dst }) => !`${src} ${dst}`.includes('203.0.113.9:'))
      .map(({ message, state }) => `${message} ${state}`);

  it.each([
    ['keys', keys],
    ['no keys', ''],
  ])('before and between the messages of a session changes nothing of it, with %s', (_, given) => {
    const alone = states(given, sample);
    const among = [...flood(0), ...sample.flatMap((frame, at) => [frame, ...(at === 3 ? flood(1).slice(0, 40) : [])])];
    expect(states(given, among)).toEqual(alone);
    expect(alone.length).toBeGreaterThan(8);
  });

  it('is dropped beyond the limit openSessions, which its rows name', () => {
    const opened = open(flood(0), keys);
    expect(opened.messageCount).toBe(FLOOD);
    expect(opened.explain(FLOOD - 1).missing).toEqual(['more handshakes that no key opens than the limit openSessions of 50']);
    expect(opened.explain(0).missing.join()).not.toContain('openSessions');
  });

  it('that is meant for the user spends the budget of private operations, and says so', () => {
    const opened = openBytes(new Uint8Array(capture(Array.from({ length: 40 }, () => sample.slice(0, 3)).flat())), {
      ...{ protocols: [protocol], keys: [keys], limits: { privateOperations: 2 } },
    });
    if ('problem' in opened) throw new Error(opened.problem.text);
    expect(opened.analysis.passedLimits.join()).toContain('the limit privateOperations of 2 is passed');
  });
});
