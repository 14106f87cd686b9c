/** `check --format`: the same findings as a log for code scanning, as annotations, as JSON. */
import { relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { protocols } from '../../../dissector/protocols/index.ts';
import { report } from '../../../extension/cli/report.ts';
import type { Task } from '../../../extension/cli/task.ts';
import { golden, jsonLines, lines, peerscope } from './help.ts';

const broken = golden('p2pke_b.pcapng');
const found = async (path = broken) => jsonLines((await peerscope(['check', path, '--json'])).out);

describe('check --format', () => {
  it('json is what --json is', async () => {
    expect(await peerscope(['check', broken, '--format', 'json'])).toEqual(await peerscope(['check', broken, '--json']));
  });

  it('text is what it prints without', async () => {
    expect(await peerscope(['check', broken, '--format', 'text'])).toEqual(await peerscope(['check', broken]));
  });

  it('github has a workflow command a finding', async () => {
    const { status, out } = await peerscope(['check', broken, '--format', 'github']);
    expect(status).toBe(1);
    const words: Record<string, string> = { error: 'error', warning: 'warning', note: 'notice' };
    const findings = await found();
    expect(lines(out)).toHaveLength(findings.length);
    findings.forEach(({ severity, rule, frame }, index) => {
      expect(lines(out)[index]).toMatch(`::${words[severity]} file=${broken},title=${rule}::frame ${frame}: `);
    });
  });

  it('github escapes what would end a property or a command', () => {
    const { line } = report({ command: { format: 'github' } } as Task);
    const finding = { rule: 'a.b', severity: 'note', text: '100 %\r\n::error::x', clause: '', frames: [1] } as const;
    expect(line({ file: 'a:b,c%.pcap', frame: 1, ...finding })).toBe(
      '::notice file=a%3Ab%2Cc%25.pcap,title=a.b::frame 1: 100 %25\\u000d\\u000a::error::x',
    );
  });

  it('sarif is one log of version 2.1.0 with every rule and every finding', async () => {
    const path = relative(process.cwd(), broken);
    const { status, out } = await peerscope(['check', path, '--format', 'sarif']);
    expect(status).toBe(1);
    const log = JSON.parse(out);
    expect(log).toMatchObject({ version: '2.1.0', $schema: expect.stringContaining('sarif-2.1.0'), runs: [{}] });
    const { tool, results } = log.runs[0];
    const { name, version, rules } = tool.driver;
    expect({ name, version }).toEqual({ name: 'Peerscope', version: '1.2.3' });
    const ids = rules.map(({ id }: { id: string }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(new Set(ids)).toEqual(new Set(protocols.flatMap((protocol) => protocol.rules.map(({ id }) => id))));
    for (const { shortDescription, defaultConfiguration } of rules) {
      expect(shortDescription.text).not.toBe('');
      expect(['error', 'warning', 'note']).toContain(defaultConfiguration.level);
    }
    const findings = await found(path);
    expect(results).toHaveLength(findings.length);
    findings.forEach(({ frame, frames, rule, severity, text, clause }, index) => {
      expect(ids[results[index].ruleIndex]).toBe(rule);
      expect(results[index]).toMatchObject({
        ...{ ruleId: rule, level: severity, message: { text: `frame ${frame}: ${text}` } },
        locations: [
          {
            physicalLocation: { artifactLocation: { uri: 'test/golden/p2pke_b.pcapng' } },
            logicalLocations: [{ name: `frame ${frame}` }],
          },
        ],
        properties: { frame, frames, clause },
      });
    });
  });

  it('sarif of a capture where nothing is wrong is a log without results', async () => {
    const { status, out } = await peerscope(['check', golden('p2pke_a.pcapng'), '--format', 'sarif']);
    expect(status).toBe(0);
    expect(JSON.parse(out).runs[0].results).toEqual([]);
  });
});
