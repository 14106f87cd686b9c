import { createPublicKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Budget, defaultLimits } from '../../../dissector/bytes/index.ts';
import { aesModes, type PublicKey, readPublicKey } from '../../../dissector/crypto/index.ts';
import { type ChannelKey, type Reading, readChannel, type Unread } from '../../../dissector/protocols/ptpchat/trialdecryption.ts';

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const signer = readPublicKey(createPublicKey(privateKey).export({ type: 'spki', format: 'der' })) as PublicKey;
const utf8 = new TextDecoder();
const signed = (text: string): Uint8Array => {
  const bytes = Buffer.from(text);
  return Buffer.concat([bytes, sign('sha256', bytes, privateKey)]);
};
const ivLength = { 'AES-256-CBC': 16, 'AES-256-GCM': 12, 'AES-256-CTR': 16 } as const;

type GivenKey = Omit<ChannelKey, 'origin'> & Partial<ChannelKey>;

/** All at once; each key may be tried on so many messages. */
function readings<M extends Unread>(
  messages: readonly M[],
  given: readonly GivenKey[],
  most: number,
): Map<M, Reading<ChannelKey>> {
  const keys = given.map((key) => ({ origin: 'user' as const, ...key }));
  const trials = { left: { user: most, capture: most }, budget: new Budget(defaultLimits) };
  const reading = readChannel(messages, keys, aesModes, trials);
  for (;;) {
    const { done, value } = reading.next();
    if (done === true) return value;
  }
}

function read(bytes: readonly Uint8Array[], keys: readonly GivenKey[], signers: readonly PublicKey[] = []) {
  const messages = bytes.map((one) => ({ bytes: one, signers, limits: defaultLimits }));
  const found = readings(messages, keys, 1000);
  return messages.map((message) => {
    const reading = found.get(message);
    return reading === undefined ? undefined : utf8.decode(reading.signed.text);
  });
}

describe('the texts of a channel', () => {
  const secret = randomBytes(32);
  const wrong: GivenKey = { secret: randomBytes(32), cipher: undefined, isSure: true };
  const texts = ['a text that is long enough to prove its key', 'hi', '', 'é'];

  for (const mode of aesModes) {
    const seal = (plaintext: Uint8Array): Uint8Array => mode.seal(secret, randomBytes(ivLength[mode.name]), plaintext)!;
    for (const [what, form] of [
      ['signed by somebody unknown', signed],
      ['unsigned', (text: string) => Buffer.from(text)],
    ] as const) {
      it(`reads short ones under ${mode.name}, ${what}, as the long one was read`, () => {
        const key = { secret, cipher: undefined, isSure: false };
        expect(read(texts.map((text) => seal(form(text))).reverse(), [wrong, key])).toEqual([...texts].reverse());
      });
    }

    it(`reads a short one alone when the KEY names ${mode.name}`, () => {
      const key = { secret, cipher: mode.name.toLowerCase(), isSure: true };
      expect(read([seal(signed('hi'))], [key])).toEqual(['hi']);
    });

    it(`reads one under ${mode.name} by its signature alone`, () => {
      expect(read([seal(signed('hi'))], [{ secret, cipher: undefined, isSure: false }], [signer])).toEqual(['hi']);
    });
  }

  it('reads what is too short to be encrypted', () => {
    expect(read([Buffer.from('hi')], [])).toEqual(['hi']);
  });

  it('does not read what no key opens', () => {
    const [, gcm] = aesModes;
    expect(read([gcm!.seal(secret, randomBytes(12), Buffer.from(texts[0]!))!], [wrong])).toEqual([undefined]);
  });

  it('stops when too many keys were tried', () => {
    const [cbc] = aesModes;
    const messages = texts.map((text) => ({
      bytes: cbc!.seal(secret, randomBytes(16), signed(text))!,
      signers: [signer],
      limits: defaultLimits,
    }));
    expect(readings(messages, [{ secret, cipher: undefined, isSure: true }], 2).size).toBe(2);
  });
});
