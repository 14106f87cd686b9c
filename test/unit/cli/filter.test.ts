import { describe, expect, it } from 'vitest';
import { golden, jsonLines, lines, peerscope } from './help.ts';

const capture = golden('p2p_b.pcapng');

describe('--filter', () => {
  it('shows the messages that match, under their own numbers', async () => {
    const filter = 'p2p.message == "DISCONNECT" && ip.src == 127.0.0.0/8';
    const { out, status } = await peerscope(['decode', capture, '--json', '--filter', filter]);
    const shown = jsonLines(out);
    expect(status).toBe(0);
    expect(shown.length).toBeGreaterThan(3);
    expect(new Set(shown.map(({ message }) => message))).toEqual(new Set(['DISCONNECT']));
    expect(shown.every(({ n }, i) => n > i)).toBe(true);
  });

  it('holds against check as well, and against its exit status', async () => {
    const all = await peerscope(['check', capture]);
    const some = await peerscope(['check', capture, '--filter', 'finding.rule == "p2p.order"']);
    expect([all.status, some.status]).toEqual([1, 0]);
    expect(lines(some.out).length).toBeLessThan(lines(all.out).length);
    expect(lines(some.out).length).toBeGreaterThan(0);
  });

  it('tells of a value that no message is known to have, and goes on', async () => {
    const { out, err, status } = await peerscope(['decode', capture, '--json', '--filter', 'p2p.message == "DISCONECT"']);
    expect({ out, status }).toEqual({ out: '', status: 0 });
    expect(err).toBe('peerscope: The filter: p2p.message is not known to be "DISCONECT"; did you mean "DISCONNECT"?\n');
  });

  it('tells what is wrong with it below its place', async () => {
    const { err, status } = await peerscope(['decode', capture, '--filter', 'p2p && p2p.resaon == 1']);
    expect(status).toBe(3);
    expect(err).toMatch(/did you mean p2p\.reason\?\npeerscope: {3}p2p && p2p\.resaon == 1\npeerscope: {10}\^{10}\n/);
  });
});
