import { describe, expect, it } from 'vitest';
import { golden, jsonLines, keyLog, lines, peerscope, temporary } from './help.ts';

const broken = golden('p2pke_b.pcapng');

describe('check', () => {
  it('prints a line a finding and exits 1 when one is an error', async () => {
    const { status, out } = await peerscope(['check', broken]);
    expect(status).toBe(1);
    expect(lines(out)[0]).toMatch(new RegExp(`^${broken}:1 error p2pke\\.malformed message 0: .+ \\(p2pke, .+\\)$`));
    for (const line of lines(out))
      expect(line).toMatch(/:\d+ (error|warning|note) p2pke\.[a-z-]+ message \d+: \S.* \(p2pke, .*\)$/);
  });

  it('says the same with --json', async () => {
    const { status, out } = await peerscope(['check', broken, '--json']);
    expect(status).toBe(1);
    const found = jsonLines(out);
    expect(found).toHaveLength(lines((await peerscope(['check', broken])).out).length);
    for (const finding of found)
      expect(Object.keys(finding)).toEqual(['file', 'n', 'frame', 'rule', 'severity', 'text', 'clause', 'frames']);
  });

  it('exits 0 where nothing is wrong', async () => {
    const keys = temporary('good.keys', keyLog);
    expect(await peerscope(['check', golden('p2pke_a.pcapng'), '--keys', keys])).toEqual({ status: 0, out: '', err: '' });
  });
});
