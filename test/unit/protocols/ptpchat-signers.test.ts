/** Whose signature it is: that a CMS verifies with the certificate inside says nothing of the sender. */
import { describe, expect, it } from 'vitest';
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
