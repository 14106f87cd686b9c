/** Whose signature it is: that a CMS verifies with the certificate inside says nothing of the sender. */
import { describe, expect, it } from 'vitest';
import { compileFilter, FieldCatalog, FilterRow } from '../../../dissector/filter/index.ts';
import { protocols } from '../../../dissector/index.ts';
import { analyse } from '../../golden/open.ts';
import { createIdentity, type RsaIdentity } from '../peers/certificate.ts';
import { signCms } from '../peers/cms.ts';
import { check, type Line, message, scriptFile } from './ptpchat-script.ts';

/** One more than the certificates of one node that are kept. */
const crowd = 9;
const [sender, stranger, ...more] = await Promise.all(
  Array.from({ length: crowd + 1 }, (_, n) => createIdentity(`identity ${n}`, 1024)),
);

const shows = ({ certificate }: RsaIdentity, n = 0): Line => [
  n / 100,
  'A B',
  'CERTIFICATE',
  { msg_id: `a certificate, number ${n}`, node_id: 'a', recipient_id: 'b', certificate: certificate.raw.toString('base64') },
];
const writes = (signer: RsaIdentity): Line => [
  0.5,
  'A B',
  'MESSAGE',
  message('a message with an id', 'a', { message: signCms(Buffer.from('Good morning.'), signer).toString('base64') }),
];

/** What the signature of the MESSAGE is worth. */
function verdict(...lines: readonly Line[]): string | undefined {
  const analysis = analyse(scriptFile(lines));
  const n = lines.findIndex(([, , verb]) => verb === 'MESSAGE');
  const element = analysis.dissect(n).dissection.layer.children?.flatMap(({ children = [] }) => children);
  return element?.find(({ name }) => name === 'message')?.check?.state;
}

describe('a MESSAGE signed as CMS', () => {
  it('is the sender’s where its certificate is the one inside', () => {
    expect([verdict(shows(sender!), writes(sender!)), check(shows(sender!), writes(sender!))]).toEqual(['valid', []]);
  });

  it('is a layer of its own, whose fields filters name and whose parts lie where they were captured', () => {
    const analysis = analyse(scriptFile([shows(sender!), writes(sender!)]));
    const { tree } = analysis.dissect(1);
    const cms = tree.layers.at(-1)!;
    const signer = cms.children!.find(({ name }) => name === 'signerInfos')!;
    const shown = [...cms.children!, ...signer.children!].map(({ name, value }) => [
      name,
      value instanceof Uint8Array ? value.length : value,
    ]);
    expect(shown).toEqual([
      ['contentType', 'id-signedData'],
      ['version', 1],
      ['digestAlgorithms', 'SHA-256'],
      ['eContentType', 'id-data'],
      ['eContent', 13],
      ['certificates', expect.any(Number)],
      ['signerInfos', undefined],
      ['version', 1],
      ['sid', expect.any(Number)],
      ['digestAlgorithm', 'SHA-256'],
      ['signedAttrs', expect.any(Number)],
      ['signatureAlgorithm', 'rsaEncryption'],
      ['signature', 128],
    ]);
    const { bytes } = tree.sources.find(({ id }) => id === cms.source)!;
    const content = cms.children!.find(({ name }) => name === 'eContent')!;
    // The OCTET STRING: its tag, its length, its value.
    expect(new TextDecoder().decode(bytes.subarray(content.start + 2, content.end))).toBe('Good morning.');
    const compiled = compileFilter('cms.signerInfos.digestAlgorithm == "SHA-256"', new FieldCatalog(protocols));
    if (!('filter' in compiled)) throw new Error(JSON.stringify(compiled));
    const row = new FilterRow(analysis);
    expect([0, 1].map((n) => compiled.filter.matches(row.at(n + 1, n)))).toEqual([false, true]);
  });

  it('has no such layer where it is cut short', () => {
    const signed = signCms(Buffer.from('Good morning.'), sender!);
    const cut = message('a message with an id', 'a', { message: signed.subarray(0, signed.length - 40).toString('base64') });
    const { tree } = analyse(scriptFile([shows(sender!), [0.5, 'A B', 'MESSAGE', cut]])).dissect(1);
    expect(tree.layers.map(({ name }) => name)).not.toContain('cms');
  });

  it.each(['before', 'after'])('is a forgery where the sender has shown another certificate %s it', (when) => {
    const lines = when === 'before' ? [shows(sender!), writes(stranger!)] : [writes(stranger!), shows(sender!)];
    expect(verdict(...lines)).toBe('invalid');
    expect(check(...lines)).toEqual([`${when === 'before' ? 2 : 1} ptpchat.signature ()`]);
  });

  it('is taken at its word where no certificate of the sender is in the capture', () => {
    expect([verdict(writes(stranger!)), check(writes(stranger!))]).toEqual(['valid', []]);
  });

  it('is the sender’s under a certificate that it has renewed', () => {
    expect(verdict(shows(sender!), shows(stranger!, 1), writes(stranger!))).toBe('valid');
  });

  it('cannot be judged where the sender has shown more certificates than are kept', () => {
    const lines = [sender!, ...more].map((each, n) => shows(each, n));
    expect([verdict(...lines, writes(stranger!)), check(...lines, writes(stranger!))]).toEqual(['unchecked', []]);
  });
});
