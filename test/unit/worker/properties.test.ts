/** What the view of properties tells of a capture. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  decryptionSecrets,
  enhancedPacket,
  interfaceDescription,
  keyLogSecretsType,
  sectionHeader,
} from '../../../dissector/capture/index.ts';
import { answers, type CaptureProperties } from '../../../extension/worker/answers/properties.ts';
import { Capture } from '../../../extension/worker/capture.ts';
import { FileDigest } from '../../../extension/worker/filedigest.ts';
import { Lists } from '../../../extension/worker/lists.ts';
import { pcap } from '../capture/build.ts';
import { golden } from '../cli/help.ts';

async function opened(parts: readonly { readonly name: string; readonly bytes: Uint8Array }[]): Promise<CaptureProperties[]> {
  const capture = new Capture(() => {});
  const [only] = parts;
  const overview = await capture.open(parts.length === 1 ? only! : { name: 'together', parts: [...parts] });
  expect(overview.failure).toBeUndefined();
  const { look } = answers({ capture, lists: new Lists(capture) });
  const told: CaptureProperties[] = [];
  for (;;) {
    const one = look!.answer(look!.read({}));
    told.push(one);
    if (one.done) return told;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const propertiesOf = async (bytes: Uint8Array): Promise<CaptureProperties> =>
  (await opened([{ name: 'one.pcapng', bytes }])).at(-1)!;
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const data = Uint8Array.of(1, 2, 3, 4);

describe('the properties of a capture', () => {
  const told = Buffer.concat([
    sectionHeader({ hardware: 'a board', operatingSystem: 'an OS', application: 'a program', comment: 'of the section' }),
    interfaceDescription({
      ...{ linkType: 1, snapLength: 96, name: 'eth7', description: 'the seventh' },
      options: [{ code: 11, bytes: Uint8Array.of(0, ...text('udp port 7000')) }],
    }),
    interfaceDescription({ linkType: 999, options: [{ code: 11, bytes: Uint8Array.of(1, 2, 3) }] }),
    decryptionSecrets(keyLogSecretsType, text('')),
    decryptionSecrets(0x544c534b, text('CLIENT_RANDOM')),
    enhancedPacket({ bytes: data, seconds: 20, nanos: 5, comment: 'late\nin two lines' }),
    enhancedPacket({ bytes: data, seconds: 10, nanos: 0, originalLength: 100 }),
    enhancedPacket({ bytes: data, seconds: 15, nanos: 0, interfaceIndex: 1, comment: 'middle' }),
  ]);

  it('are what its blocks say', async () => {
    const all = await propertiesOf(told);
    expect(all).toMatchObject({
      ...{ format: 'pcapng', frames: 3, wireBytes: 108, more: false, progress: 1 },
      first: { seconds: 10, nanos: 0 },
      last: { seconds: 20, nanos: 5 },
      sections: [{ hardware: 'a board', operatingSystem: 'an OS', application: 'a program', comments: ['of the section'] }],
      files: [{ name: 'one.pcapng', bytes: told.length, digest: sha256(told) }],
      comments: [
        { frame: 1, text: 'late\nin two lines' },
        { frame: 3, text: 'middle' },
      ],
      secrets: [
        { kind: 'Peerscope key log', blocks: 1 },
        { kind: 'TLS key log', blocks: 1 },
      ],
    });
    expect(all.interfaces).toEqual([
      {
        ...{ name: 'eth7', description: 'the seventh', link: '1 (ethernet)', snapLength: 96, resolution: '1e-9' },
        ...{ filter: 'udp port 7000', frames: 2 },
      },
      { name: '', description: '', link: '999', snapLength: 0, resolution: '1e-9', filter: '', frames: 1 },
    ]);
  });

  it('hold nothing of the secrets themselves', async () => {
    expect(JSON.stringify(await propertiesOf(told))).not.toContain('CLIENT_RANDOM');
  });

  it('are those of each file of several that are shown as one', async () => {
    const one = readFileSync(golden('p2pke_a.pcapng'));
    const two = pcap(true, []);
    const all = (
      await opened([
        { name: 'one', bytes: one },
        { name: 'two', bytes: two },
      ])
    ).at(-1)!;
    expect(all.files).toEqual([
      { name: 'one', bytes: one.length, digest: sha256(one) },
      { name: 'two', bytes: two.length, digest: sha256(two) },
    ]);
  });

  it('have no times where no frame has one', async () => {
    const none = await propertiesOf(Buffer.concat([sectionHeader(), interfaceDescription({ linkType: 1 })]));
    expect([none.first, none.last, none.frames, none.done]).toEqual([undefined, undefined, 0, true]);
  });

  it('list the first thousand comments and say that there are more', async () => {
    const many = Array.from({ length: 1_200 }, (_, at) =>
      enhancedPacket({ bytes: data, seconds: at, nanos: 0, comment: `c${at}` }),
    );
    const all = await propertiesOf(Buffer.concat([sectionHeader(), interfaceDescription({ linkType: 1 }), ...many]));
    expect([all.comments.length, all.more, all.done]).toEqual([1_000, true, true]);
  });
});

describe('the digest of a file', () => {
  it('is computed a part at a time', () => {
    const large = new Uint8Array((3 << 20) + 7).fill(7);
    const digest = new FileDigest(() => ({
      size: () => large.length,
      read: (offset, target) => {
        const part = large.subarray(offset, offset + target.length);
        target.set(part);
        return part.length;
      },
    }));
    digest.step(0);
    expect([digest.text, digest.at]).toEqual([undefined, 1 << 20]);
    while (digest.text === undefined) digest.step(0);
    expect(digest.text).toBe(sha256(large));
  });

  it('is none of a file that is cut short meanwhile, or gone', () => {
    const cut = new FileDigest(() => ({ size: () => 100, read: () => 0 }));
    cut.step(0);
    const gone = new FileDigest(() => {
      throw new Error('ENOENT');
    });
    gone.step(0);
    expect([cut.text, gone.text]).toEqual(['', '']);
  });
});
