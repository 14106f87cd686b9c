/** How programs are found, called and understood. None of them runs here. */
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { delimiter, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { capturerOf, listInterfaces } from '../../../extension/live/asking.ts';
import { captureArguments, checkSource, quoted, remoteCapture, sshArguments } from '../../../extension/live/calls.ts';
import { readDumpcapList, readTcpdumpList } from '../../../extension/live/interfaces.ts';
import { findProgram, programFolders } from '../../../extension/live/programs.ts';
import { missingSentence, type RefusalKind, refusalOf } from '../../../extension/live/refusal.ts';
import { folderWith } from './help.ts';

describe('programs', () => {
  it('are not looked for in folders that PATH names relative to where this process is', () => {
    const folders = programFolders(['', '.', 'bin', resolve('/opt/own')].join(delimiter));
    expect(folders[0]).toBe(resolve('/opt/own'));
    expect(folders.filter((folder) => ['', '.', 'bin'].includes(folder))).toEqual([]);
  });

  it('that are missing are named, with what to install', async () => {
    const refused = expect.objectContaining({ kind: 'missing', message: missingSentence() });
    await expect(listInterfaces({}, [])).rejects.toEqual(refused);
    await expect(capturerOf({ interface: 'lo', filter: '' }, [])).rejects.toEqual(refused);
    expect(missingSentence('linux')).toContain('sudo apt install tcpdump');
  });

  it.skipIf(process.platform === 'win32')('that are closed to this user are told from those that are not there', () => {
    const folder = folderWith([], { dumpcap: '#!/bin/sh\n' });
    expect(findProgram('dumpcap', [folder])?.isOpen).toBe(true);
    expect(findProgram('tcpdump', [folder])).toBeUndefined();
    rmSync(folder, { recursive: true });
  });

  it.skipIf(process.platform === 'win32')('without rights leave the capture to one that has them', async () => {
    const denied =
      '#!/bin/sh\necho "tcpdump: lo: You don\'t have permission to perform this capture on that device" >&2\nexit 1\n';
    const folder = folderWith([], { tcpdump: denied, dumpcap: '#!/bin/sh\necho "(000) ret #262144"\n' });
    expect(await capturerOf({ interface: 'lo', filter: '' }, [folder])).toMatchObject({ name: 'dumpcap' });
    const alone = folderWith([], { tcpdump: denied });
    await expect(capturerOf({ interface: 'lo', filter: '' }, [alone])).rejects.toMatchObject({ kind: 'rights' });
    for (const each of [folder, alone]) rmSync(each, { recursive: true });
  });
});

describe('arguments', () => {
  const source = { interface: 'lo', filter: 'udp port 7000' };

  it('hold the filter as one word, behind the end of options', () => {
    expect(captureArguments.tcpdump(source).slice(-2)).toEqual(['--', 'udp port 7000']);
    expect(captureArguments.dumpcap(source).slice(-2)).toEqual(['-f', 'udp port 7000']);
    expect(sshArguments('build', 'x', true)).toEqual([
      '-T',
      '-o',
      'BatchMode=yes',
      '-o',
      'ConnectTimeout=15',
      '--',
      'build',
      "exec sh -c 'x'",
    ]);
  });

  it('ask the system to keep 32 MiB of packets: large ones on a loopback interface come faster than a program reads', () => {
    expect(captureArguments.tcpdump(source).join(' ')).toContain(' -B 32768 -i lo ');
    expect(captureArguments.dumpcap(source).join(' ')).toContain(' -B 32 -i lo ');
    expect(remoteCapture(source)).toContain(" -B 32768 -i 'lo' ");
  });

  it.each(['-w/etc/passwd', '--help', '', 'lo\nx', 'x'.repeat(256)])('take no interface %j', (name) =>
    expect(() => checkSource({ interface: name, filter: '' })).toThrow(/no name of an interface/),
  );

  it.each(['-oProxyCommand=x', 'a b', 'a;b', '$(id)', 'a`b`', '', 'a\nb', '@host'])('take no host %j', (host) =>
    expect(() => checkSource({ ...source, host })).toThrow(/is no host/),
  );

  it.each(['build', 'user@build.example.org', '192.0.2.7', 'fe80::1%eth0', 'bücher'])('take the host %s', (host) =>
    expect(() => checkSource({ ...source, host })).not.toThrow(),
  );

  it.each(["it's", '"; rm -rf x; "', '$(id) `id` $HOME \\', "''", ''])('quote %j for a POSIX shell', (text) => {
    if (process.platform === 'win32') return;
    expect(execFileSync('sh', ['-c', `printf %s ${quoted(text)}`]).toString()).toBe(text);
    expect(remoteCapture({ interface: 'lo', filter: text })).toContain(`filter=${quoted(text)}\n`);
  });
});

describe('lists of interfaces', () => {
  it('of dumpcap', () => {
    const text = '1. eth0\t\t\t0\t192.0.2.2,fd00::2\tnetwork\t\n3. lo\t\tLoopback\t0\t127.0.0.1,::1\tloopback\t\nnothing\n';
    expect(readDumpcapList(text)).toEqual([
      { name: 'eth0', description: '', addresses: ['192.0.2.2', 'fd00::2'] },
      { name: 'lo', description: 'Loopback', addresses: ['127.0.0.1', '::1'] },
    ]);
  });

  it('of tcpdump, with the addresses that the system knows', () => {
    const text =
      '1.eth0 [Up, Running, Connected]\n2.any (Pseudo-device that captures on all interfaces) [Up, Running]\n3.ifb0 [none]\n';
    expect(readTcpdumpList(text, new Map([['eth0', ['192.0.2.2']]]))).toEqual([
      { name: 'eth0', description: 'Up, Running, Connected', addresses: ['192.0.2.2'] },
      { name: 'any', description: 'Pseudo-device that captures on all interfaces; Up, Running', addresses: [] },
      { name: 'ifb0', description: '', addresses: [] },
    ]);
  });
});

/** As libpcap 1.10, tcpdump 4.99, dumpcap 4.0 and OpenSSH 9 say it. */
const told: readonly [stderr: string, kind: RefusalKind, sentence: RegExp, host?: string][] = [
  ["tcpdump: can't parse filter expression: syntax error\n", 'filter', /^The capture filter cannot be used: syntax error\.$/],
  [
    "Capturing on 'Loopback: lo'\ndumpcap: Invalid capture filter \"udp prt 3\" for interface 'lo'.\n\nThat string isn't a valid capture filter (can't parse filter expression: syntax error).\nSee the User's Guide for a description of the capture filter syntax.\n",
    'filter',
    /^The capture filter cannot be used: syntax error\.$/,
  ],
  [
    "tcpdump: lo: You don't have permission to perform this capture on that device\n(socket: Operation not permitted)\n",
    'rights',
    /sudo setcap cap_net_raw,cap_net_admin=eip \/x\/tcpdump/,
  ],
  ['tcpdump: nosuch: No such device exists\n(No such device exists)\n', 'interface', /There is no interface "lo"\./],
  ['Capturing on \'nosuch\'\ndumpcap: There is no device named "nosuch".\n', 'interface', /There is no interface "lo"\./],
  ['Permission denied (publickey).\n', 'other', /^build is not reached by SSH: Permission denied \(publickey\)\.$/, 'build'],
  ['ssh: Could not resolve hostname build: x\n', 'other', /^build is not reached by SSH: ssh: Could not resolve/, 'build'],
  ['sh: 1: exec: tcpdump: not found\n', 'missing', /^There is no tcpdump on build\. Install it there\.$/, 'build'],
  [
    "tcpdump: eth0: You don't have permission to perform this capture on that device\n",
    'rights',
    / on build\. Log in as/,
    'build',
  ],
  ['3 packets captured\n0 packets dropped by kernel\n', 'other', /ended and did not say why\.$/],
  ['', 'other', /ended and did not say why\.$/],
];

describe('what a program says', () => {
  it.each(told.map(([stderr, kind, sentence, host]) => ({ stderr, kind, sentence, host })))(
    '$stderr is a refusal of kind $kind',
    ({ stderr, kind, sentence, host }) => {
      const refusal = refusalOf(stderr, { program: '/x/tcpdump', interface: 'lo', host }, 'linux');
      expect([refusal.kind, refusal.message]).toEqual([kind, expect.stringMatching(sentence)]);
    },
  );

  it.each([
    ['linux', /dpkg-reconfigure wireshark-common/],
    ['darwin', /ChmodBPF/],
    ['win32', /Npcap/],
  ] as const)('rights are got on %s in its own way', (platform, sentence) => {
    const denied = 'dumpcap: You do not have permission to capture on device "lo".\n';
    expect(refusalOf(denied, { program: '/x/dumpcap', interface: 'lo' }, platform).message).toMatch(sentence);
  });
});
