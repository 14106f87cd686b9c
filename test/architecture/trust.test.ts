/**
 * What an untrusted workspace may say. A setting that loads code, reads a file, starts a program, names an address or raises a limit is
 * left to the person: by its scope (`machine`: never of a workspace), or by `restrictedConfigurations` (of a trusted one alone).
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { files, text } from './sources.ts';

interface Setting {
  readonly scope?: string;
  readonly description?: string;
  readonly markdownDescription?: string;
}

const read = (name: string) => JSON.parse(readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8'));
const manifest = read('package.json');
const words: Readonly<Record<string, string>> = read('package.nls.json');
const settings: readonly (readonly [string, Setting])[] = manifest.contributes.configuration.flatMap(
  ({ properties }: { properties: Record<string, Setting> }) => Object.entries(properties),
);
const { untrustedWorkspaces } = manifest.capabilities;
const restricted: readonly string[] = untrustedWorkspaces.restrictedConfigurations;

/** Each decides how bytes that are there anyway are decoded or shown, and nothing else. A new setting is put here by whoever knows that. */
const harmless = [
  ...['peerscope.colours', 'peerscope.problems', 'peerscope.decodeAs', 'peerscope.order', 'peerscope.choices'],
  ...['peerscope.p2p.cipher', 'peerscope.p2p.key'],
  ...['peerscope.p2ppacket.data', 'peerscope.p2ppacket.helloSignature', 'peerscope.p2ppacket.introductionSignature'],
  ...['peerscope.p2ppacket.types', 'peerscope.p2ppacket.channelTypes'],
  ...['peerscope.botd.key', 'peerscope.botd.cipher'],
  ...['peerscope.ptpchat.keyWrapping', 'peerscope.ptpchat.cipher', 'peerscope.ptpchat.framing'],
];

describe('in an untrusted workspace', () => {
  it.each(settings)('%s has no effect, or decides alone how bytes are shown', (name, { scope }) => {
    const isPersons = scope === 'machine' || scope === 'application' || restricted.includes(name);
    expect([name, isPersons !== harmless.includes(name)]).toEqual([name, true]);
  });

  it.each(settings)('%s, where it speaks of files, programs, addresses or limits, is the person’s', (name, setting) => {
    const key = (setting.markdownDescription ?? setting.description ?? '').replace(/^%|%$/g, '');
    const said = words[key] ?? key;
    expect(said).not.toBe('');
    const reaches = /\b(files?|paths?|programs?|modules?|address(es)?|hosts?|limits? for)\b/i.test(said);
    if (reaches && harmless.includes(name)) expect([name, said]).toEqual([name, expect.stringMatching(allowedWords)]);
  });

  it('what is restricted is a setting, and the extension says what it leaves out', () => {
    for (const name of restricted) expect(settings.map(([each]) => each)).toContain(name);
    expect(untrustedWorkspaces.supported).toBe('limited');
    expect(words['workspace.untrusted']).not.toBe('');
  });
});

/** The order of a file's frames, and protocols of modules that are loaded already, open nothing. */
const allowedWords = /order|as the file|your own protocols|conversation/i;

describe('notifications of the host', () => {
  const sources = files(['extension'], ['.ts']);

  it('are shown in one place, which makes words of others plain', () => {
    const showing = sources.filter((file) => /show(Error|Warning|Information)Message/.test(text(file)));
    expect(showing).toEqual(['extension/host/telling.ts']);
  });

  it('and Markdown that VS Code shows trusts nothing and takes no HTML', () => {
    const trusting = sources.filter((file) => /isTrusted\s*[:=]\s*(true|\{)|supportHtml\s*[:=]\s*true/.test(text(file)));
    expect(trusting).toEqual([]);
  });
});
