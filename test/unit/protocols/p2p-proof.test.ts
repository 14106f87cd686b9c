/** What proves the cipher of p2p when a handshake fails. */
import { sha256 } from '@noble/hashes/sha2.js';
import { describe, expect, it } from 'vitest';
import { streamCiphers } from '../../../dissector/crypto/index.ts';
import { analyse } from '../../golden/open.ts';
import { dhKey, disconnect, fin, handshake, packet, recorded, type Sent, shared } from './p2p.build.ts';

const said = (sent: readonly Sent[], how: Parameters<typeof recorded>[1]): string[] => {
  const analysis = analyse(recorded(sent, { ...how, close: true }), dhKey('outbound'));
  return Array.from({ length: analysis.messageCount }, (_, n) => {
    const { name, state } = analysis.message(n);
    const { reason } = analysis.dissect(n).dissection.fields as { reason?: string };
    return `${name} ${state} ${reason ?? ''}`.trim();
  }).slice(2);
};

describe('a DISCONNECT instead of FIN_ACK', () => {
  for (const cipher of streamCiphers) {
    for (const [derivation, key] of [
      ['first-32', shared.slice(0, 32)],
      ['sha-256', sha256(shared)],
    ] as const) {
      it(`proves ${cipher.name} and ${derivation}, whatever else it may be cut off from`, () => {
        // A wrong cipher reads the first byte of each direction right, and a size at random after it.
        for (const reason of ['wrong', 'no', 'failed handshake', 'the secret is another one']) {
          const sent: Sent[] = [
            ...handshake.slice(0, 2),
            ['outbound', fin(4)],
            ['inbound', disconnect(reason)],
            ['outbound', Uint8Array.of(4)],
          ];
          const expected = ['FIN decoded', `DISCONNECT decoded ${reason}`, 'DISCONNECT incomplete'];
          expect(said(sent, { cipher, key })).toEqual(expected);
        }
      });
    }
  }
});

describe('a DISCONNECT in clear after HELLO_ACK', () => {
  const sent: Sent[] = [...handshake.slice(0, 2), ['outbound', disconnect('failed handshake'), 'clear']];

  for (const [what, keys] of [
    ['with a key', dhKey('outbound')],
    ['without a key', ''],
  ] as const) {
    it.each([1, 10_000])(`ends the handshake ${what}, in segments of %i bytes`, (segment) => {
      const analysis = analyse(recorded(sent, { segment, close: true }), keys);
      const { name, encrypted, findings } = analysis.message(analysis.messageCount - 1);
      expect([name, encrypted, findings.map(({ rule }) => rule)]).toEqual(['DISCONNECT', false, ['p2p.handshake-failed']]);
    });
  }
});

describe('a node list of no bytes', () => {
  it('is an empty one', () => {
    const sent: Sent[] = [...handshake, ['inbound', Uint8Array.of(7, 0)], ['outbound', packet('KEEP_ALIVE')]];
    expect(said(sent, {})).toEqual(['FIN decoded', 'FIN_ACK decoded', 'NLIST_RES decoded', 'KEEP_ALIVE decoded']);
  });
});
