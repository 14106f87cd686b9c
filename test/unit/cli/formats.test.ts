/** `check --format`: the same findings as a log for code scanning, as annotations, as JSON. */
import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Analysis } from '../../../dissector/analysis/index.ts';
import { protocols } from '../../../dissector/protocols/index.ts';
import { report } from '../../../extension/cli/report.ts';
import type { Task } from '../../../extension/cli/task.ts';
import { samples } from '../../../extension/workbench/paths.ts';
import { golden, jsonLines, lines, peerscope, temporary } from './help.ts';

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
    findings.forEach(({ severity, rule, frame, n, clause }, index) => {
      expect(lines(out)[index]).toMatch(`::${words[severity]} file=${broken},title=${rule}::frame ${frame}, message ${n}: `);
      expect(lines(out)[index]!.endsWith(` (${clause})`)).toBe(true);
    });
  });

  it('github names no file of standard input', async () => {
    const { out } = await peerscope(['check', '-', '--format', 'github'], readFileSync(broken));
    expect(lines(out)[0]).toMatch(/^::error title=p2pke\.malformed::frame 1, message 0: /);
    expect(out).not.toContain('file=');
  });

  it('github annotates a capture that is cut short, and one in which nothing was found', async () => {
    const check = async (path: string) => lines((await peerscope(['check', path, '--format', 'github'])).out);
    const cut = temporary('cut.pcapng', readFileSync(golden('p2pke_a.pcapng')).subarray(0, 2000));
    expect(await check(cut)).toEqual([
      expect.stringMatching(/^::warning file=.*cut\.pcapng,title=capture::The capture is cut short at byte \d+: /),
    ]);
    expect(await check(join(samples, 'heartbeat.pcapng'))).toEqual([
      expect.stringContaining('title=capture::1 conversation was not recognised (udp 7777'),
      expect.stringContaining('title=capture::There is no message'),
    ]);
  });

  it('github escapes what would end a property or a command', () => {
    const { line } = report({ command: { format: 'github' } } as Task, {} as Analysis);
    const finding = { rule: 'a.b', severity: 'note', text: '100 %\r\n::error::x', clause: '', frames: [1] } as const;
    expect(line({ file: 'a:b,c%.pcap', frame: 1, n: 0, ...finding })).toBe(
      '::notice file=a%3Ab%2Cc%25.pcap,title=a.b::frame 1, message 0: 100 %25\\u000d\\u000a::error::x',
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
    const spoken = protocols.filter(({ id }) => id === 'p2pke');
    expect(new Set(ids)).toEqual(new Set(spoken.flatMap((protocol) => protocol.rules.map(({ id }) => id))));
    for (const { shortDescription, fullDescription, help, defaultConfiguration } of rules) {
      for (const { text } of [shortDescription, fullDescription, help]) expect(text).toMatch(/^\S.*\S$/);
      expect(['error', 'warning', 'note']).toContain(defaultConfiguration.level);
    }
    const findings = await found(path);
    expect(results).toHaveLength(findings.length);
    findings.forEach(({ n, frame, frames, rule, severity, text, clause }, index) => {
      expect(ids[results[index].ruleIndex]).toBe(rule);
      expect(results[index]).toMatchObject({
        ...{ ruleId: rule, level: severity, message: { text: `frame ${frame}, message ${n}: ${text} (${clause})` } },
        locations: [
          {
            physicalLocation: { artifactLocation: { uri: 'test/golden/p2pke_b.pcapng' }, region: { startLine: 1 } },
            logicalLocations: [{ name: `frame ${frame}` }],
          },
        ],
        properties: { n, frame, frames, clause },
      });
    });
  });

  it('sarif of a capture where nothing is wrong is a log without results', async () => {
    const { status, out } = await peerscope(['check', golden('p2pke_a.pcapng'), '--format', 'sarif']);
    expect(status).toBe(0);
    expect(JSON.parse(out).runs[0]).toMatchObject({
      results: [],
      invocations: [{ executionSuccessful: true, toolExecutionNotifications: [] }],
    });
  });

  it('sarif says that a capture was read in part, and what was not understood', async () => {
    const invocation = async (path: string, ...args: string[]) =>
      JSON.parse((await peerscope(['check', path, '--format', 'sarif', ...args])).out).runs[0].invocations[0];
    const cut = temporary('cut.pcapng', readFileSync(golden('p2pke_a.pcapng')).subarray(0, 2000));
    expect(await invocation(cut)).toEqual({
      executionSuccessful: false,
      toolExecutionNotifications: [{ level: 'warning', message: { text: expect.stringContaining('cut short') } }],
    });
    const unknown = join(samples, 'heartbeat.pcapng');
    expect((await invocation(unknown)).executionSuccessful).toBe(true);
    const required = await invocation(unknown, '--require-messages');
    expect(required.executionSuccessful).toBe(false);
    expect(required.toolExecutionNotifications.map(({ level }: { level: string }) => level)).toEqual(['warning', 'error']);
  });

  it('sarif has the shape of SARIF 2.1.0, and fingerprints that are the same in another run', async () => {
    const run = async () => JSON.parse((await peerscope(['check', golden('p2p_b.pcapng'), '--format', 'sarif'])).out);
    const log = await run();
    expect(Object.keys(log)).toEqual(['$schema', 'version', 'runs']);
    const [{ tool, invocations, results }] = log.runs;
    expect(Object.keys(tool)).toEqual(['driver']);
    expect(typeof tool.driver.name).toBe('string');
    for (const rule of tool.driver.rules)
      expect(Object.keys(rule)).toEqual(['id', 'shortDescription', 'fullDescription', 'help', 'defaultConfiguration']);
    expect(Object.keys(invocations[0])).toEqual(['executionSuccessful', 'toolExecutionNotifications']);
    expect(results.length).toBeGreaterThan(10);
    for (const { ruleId, ruleIndex, level, message, locations, partialFingerprints } of results) {
      expect(tool.driver.rules[ruleIndex].id).toBe(ruleId);
      expect(['none', 'note', 'warning', 'error']).toContain(level);
      expect(typeof message.text).toBe('string');
      expect(locations).toHaveLength(1);
      const { artifactLocation, region } = locations[0].physicalLocation;
      expect(() => new URL(artifactLocation.uri, 'file:///')).not.toThrow();
      expect(region.startLine).toBeGreaterThanOrEqual(1);
      for (const value of Object.values(partialFingerprints)) expect(value).toMatch(/^[0-9a-f]{16}:\d+$/);
    }
    const prints = results.map((one: { partialFingerprints: object }) => JSON.stringify(one.partialFingerprints));
    expect(new Set(prints).size).toBe(prints.length);
    expect(await run()).toEqual(log);
  });
});
