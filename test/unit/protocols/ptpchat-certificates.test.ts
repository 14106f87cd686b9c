/** Certificates are read once, and each element shows its own. */
import { describe, expect, it } from 'vitest';
import { enhancedPacket, interfaceDescription, sectionHeader } from '../../../dissector/capture/index.ts';
import { Certificates } from '../../../dissector/protocols/ptpchat/certificates.ts';
import { analyse } from '../../golden/open.ts';
import { textOf } from '../../golden/treetext.ts';
import { udpFrame } from '../analysis/packets.ts';
import { createIdentity } from '../peers/certificate.ts';
import { nodes } from './ptpchat-script.ts';

const [first, second] = (await Promise.all(['first', 'second'].map((name) => createIdentity(name, 1024)))).map(
  ({ certificate }) => certificate.raw.toString('base64'),
) as [string, string];

/** Subjects that the tree of a datagram shows. */
function subjects(json: string): string[] {
  const bytes = udpFrame(nodes.A, nodes.B, new TextEncoder().encode(json));
  const packet = enhancedPacket({ bytes, seconds: 1_700_000_000, nanos: 0 });
  const analysis = analyse(Buffer.concat([sectionHeader(), interfaceDescription({ linkType: 1 }), packet]));
  return [...textOf(analysis).matchAll(/\[subject: "([^"]*)"\]/g)].map(([, subject]) => subject!);
}

const message = (elements: string): string =>
  `{"msg_type":"CERTIFICATE","msg_data":{"msg_id":1,"node_id":"a","recipient_id":"b",${elements}}}`;

describe('a certificate', () => {
  it('shows its subject', () => {
    expect(subjects(message(`"certificate":"${first}"`))).toEqual([expect.stringContaining('first')]);
  });

  it('shows its own where a message has two', () => {
    const both = subjects(message(`"certificate":"${first}","certificate":"${second}"`));
    expect(both).toEqual([expect.stringContaining('first'), expect.stringContaining('second')]);
  });

  it('that is none says so, again and again', () => {
    const certificates = new Certificates(10_000);
    const none = 'it is not an X.509 certificate';
    expect([certificates.read('AAAA'), certificates.read('AAAA')]).toEqual([none, none]);
  });

  it('is the same object as long as it is kept', () => {
    const certificates = new Certificates(10_000);
    expect(certificates.read(first)).toBe(certificates.read(first));
    expect(certificates.read(first)).not.toBe(certificates.read(second));
  });

  it('is read again once its text is over the limit', () => {
    const certificates = new Certificates(first.length);
    const read = certificates.read(first);
    certificates.read(second);
    expect(certificates.read(first)).not.toBe(read);
    expect(certificates.read(first)).toEqual(read);
  });
});
