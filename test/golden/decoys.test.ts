/** Keys that a capture brings itself, in great numbers and wrong: the user's keys open what they open without them, to the last byte. */

import { createHash, generateKeyPairSync } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Analysis } from '../../dissector/analysis/index.ts';
import { messageLine } from '../../dissector/analysis/jsonline.ts';
import { defaultLimits, toHex } from '../../dissector/bytes/index.ts';
import { memoryFile, openCapture } from '../../dissector/capture/index.ts';
import { secp256k1 } from '../../dissector/crypto/index.ts';
import { KeyRing } from '../../dissector/protocol/index.ts';
import { protocols } from '../../dissector/protocols/index.ts';
import { keysOf } from './keys.ts';
import { goldenPath } from './open.ts';

/** Decoys of each label: more than are kept of one session. */
const COUNT = 300;
/** So little that the decoys spend it all. */
const limits = { ...defaultLimits, captureOperations: 3, captureTrialBytes: 100_000 };

const bytesOf = (seed: string): Buffer => createHash('sha256').update(seed).digest();
const hexOf = (seed: string): string => bytesOf(seed).toString('hex');
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
  .privateKey.export({ type: 'pkcs8', format: 'der' })
  .toString('base64');

/** Lines that fit no session, and lines for the sessions that a capture has. */
function decoys(sessions: Readonly<Record<string, ReadonlySet<string>>>): string {
  const of = (label: string): readonly string[] => [...(sessions[label] ?? [])];
  const lines: string[] = [`PTPCHAT_RSA_PRIVATE ${rsa}`, `P2P_RSA_PRIVATE ${rsa}`];
  for (let i = 0; i < COUNT; i++) {
    for (const label of ['P2PKE_EPHEMERAL_PRIVATE', 'P2PPACKET_X25519_PRIVATE', 'BOTD_EPHEMERAL_PRIVATE', 'P2P_DH_PRIVATE'])
      lines.push(`${label} ${hexOf(`${label} ${i}`)}`);
    for (const e of of('e')) lines.push(`P2PKE_TRANSPORT_KEYS ${e} ${hexOf(`i ${i}`)} ${hexOf(`r ${i}`)}`);
    for (const x of of('x')) lines.push(`P2PPACKET_SESSION_KEY ${x} ${hexOf(`${i}`)}`);
    for (const point of of('point')) {
      lines.push(`BOTD_AES_KEY ${point} ${hexOf(`${i}`)}`);
      if (i < 20) lines.push(`BOTD_SHARED_POINT ${point} ${toHex(secp256k1.publicOf(bytesOf(`${i}`))!)}`);
    }
    for (const vector of of('vector'))
      lines.push(`P2P_AES_KEY ${vector} ${hexOf(`${i}`)}`, `P2P_SHARED_SECRET ${vector} ${hexOf(`z ${i}`)}`);
    for (const channel of of('channel')) lines.push(`PTPCHAT_CHANNEL_KEY ${channel} ${bytesOf(`${i}`).toString('base64')}`);
  }
  return lines.join('\n');
}

function open(name: string, keys: string, own: string): { analysis: Analysis; lines: unknown[]; ring: KeyRing } {
  const path = ['pcapng', 'pcap'].map((kind) => goldenPath(`${name}.${kind}`)).find((one) => existsSync(one))!;
  const opened = openCapture(memoryFile(readFileSync(path)), limits);
  if ('problem' in opened) throw new Error(opened.problem.text);
  const ring = new KeyRing(
    protocols.flatMap((protocol) => protocol.keys),
    limits,
  );
  ring.addCaptured('block', own);
  ring.add('keys', keys);
  const analysis = new Analysis(opened.reader, protocols, ring, { limits });
  while (analysis.step(1000));
  analysis.finish();
  const lines = Array.from({ length: analysis.messageCount }, (_, n) => messageLine(analysis, n, true));
  return { analysis, lines: JSON.parse(JSON.stringify(lines)), ring };
}

/** What names the sessions of a capture in key logs. */
function sessionsOf(analysis: Analysis): Record<string, Set<string>> {
  const found = {
    e: new Set<string>(),
    x: new Set<string>(),
    point: new Set<string>(),
    vector: new Set<string>(),
    channel: new Set<string>(),
  };
  const add = (name: keyof typeof found, value: unknown): void => {
    if (typeof value === 'string' && value !== '') found[name].add(value);
  };
  for (let n = 0; n < analysis.messageCount; n++) {
    const fields = (analysis.dissect(n).dissection.fields ?? {}) as Record<string, unknown>;
    add('e', fields.e);
    add('x', fields.x25519_public);
    add('point', fields.ephemeral_pubkey);
    add('vector', fields.init_vector);
    add('channel', fields.channel_id);
  }
  return found;
}

const captures = ['p2pke_a', 'p2pke_b', 'p2ppacket_a', 'botd_a', 'p2p_a', 'p2p_b', 'ptpchat_a', 'ptpchat_d'];

describe('with decoys in the capture', () => {
  it.each(captures)('the keys of the user open what they open without, in %s', (name) => {
    const keys = keysOf(name);
    const alone = open(name, keys, '');
    const own = decoys(sessionsOf(alone.analysis));
    const among = open(name, keys, own);
    expect(among.ring.size).toBeGreaterThan(COUNT);
    expect(among.lines).toEqual(alone.lines);
  });

  it.each(captures)('alone nothing more is open than without any key, in %s', (name) => {
    const none = open(name, '', '');
    const decoyed = open(name, '', decoys(sessionsOf(open(name, keysOf(name), '').analysis)));
    const decrypted = ({ lines }: { lines: unknown[] }) => lines.map((line) => (line as { decrypted: unknown }).decrypted);
    expect(decrypted(decoyed)).toEqual(decrypted(none));
  });
});
