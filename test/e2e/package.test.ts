/** What a user gets: nothing of the workshop is inside. The other tests here run what this package installs. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { vsix } from './pack.ts';

describe('the package', () => {
  const files = zipNames(vsix);

  it('holds what runs and what a person reads, and nothing else', () => {
    const allowed = [
      /^extension\.vsixmanifest$/,
      /^\[Content_Types\]\.xml$/,
      /^extension\/(package\.json|package\.nls\.json|LICENSE\.txt|readme\.md|changelog\.md|security\.md)$/i,
      /^extension\/dist\/NOTICES\.md$/,
      /^extension\/dist\/(extension|language|worker|node|server|debug|agents|mcp)\.cjs$/,
      /^extension\/dist\/web\/(extension|worker|server|debug)\.js$/,
      /^extension\/dist\/media\/\w+\.(js|css)$/,
      /^extension\/media\/icons\/(peerscope\.png|packet\.svg)$/,
      /^extension\/syntaxes\/(packet\.\w+|(tasks|launch)\.snippets)\.json$/,
      /^extension\/media\/walkthrough\/\w+\.png$/,
      /^extension\/media\/samples\/p2pke_a\.(pcapng|keys)$/,
      // For protocols of one's own: types and samples.
      /^extension\/dist\/peerscope\.d\.ts$/,
      /^extension\/media\/samples\/(heartbeat(-passes)?|protocols\/[\w-]+)\.(js|pcap|pcapng|keys|packet)$/,
    ];
    expect(files.filter((file) => !allowed.some((pattern) => pattern.test(file)))).toEqual([]);
  });

  it('holds the extension, the worker that dissects and the page of the inspector', () => {
    expect(files).toEqual(
      expect.arrayContaining([
        ...['extension/package.nls.json', 'extension/dist/extension.cjs', 'extension/dist/worker.cjs'],
        ...['extension/dist/agents.cjs', 'extension/dist/mcp.cjs', 'extension/dist/language.cjs'],
        ...['extension/dist/media/capture.js', 'extension/dist/media/capture.css'],
      ]),
    );
  });

  it('holds no source, no test and no map of a bundle', () => {
    const given = 'extension/dist/peerscope.d.ts';
    const own = files.filter((file) => file !== given && !file.startsWith('extension/media/samples/'));
    expect(own.filter((file) => /\.(ts|map|pcap|pcapng|keys)$|(^|\/)(test|node_modules|dissector)\//.test(file))).toEqual([]);
  });
});

/** Names of the files in a zip, from its central directory (APPNOTE 4.3.12). */
function zipNames(path: string): string[] {
  const bytes = readFileSync(path);
  const end = bytes.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  const names: string[] = [];
  let at = bytes.readUInt32LE(end + 16);
  for (let left = bytes.readUInt16LE(end + 10); left > 0; left--) {
    const length = bytes.readUInt16LE(at + 28);
    names.push(bytes.toString('utf8', at + 46, at + 46 + length));
    at += 46 + length + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
  }
  return names;
}
