import { fromBase64 } from '../../bytes/index.ts';
import { type RsaPrivateKey, rsaDecrypt } from '../../crypto/index.ts';
import { type Captured, type Key, type KeyRing, Trial, type TriedKey, triedKeys } from '../../session/index.ts';
import type { Facts } from './channels.ts';
import { cipher, wrapping } from './choices.ts';
import { channelLabel, rsaLabel } from './keys.ts';
import { member, parse, textOf } from './parse.ts';

/** What each key of the ring does for a KEY, or for a MESSAGE of a closed channel. */
export function explain(captured: Captured, keys: KeyRing): TriedKey[] {
  const { verb, data } = parse(captured.bytes, captured.start, captured.end);
  const facts = captured.facts as Facts | undefined;
  if (facts?.encrypted !== true) return [];
  const channel = textOf(member(data, 'channel_id')?.value) ?? '';
  const rsa = keys.all(rsaLabel);
  if (verb?.name === 'KEY') {
    const wrapped = fromBase64(textOf(member(data, 'key')?.value) ?? '') ?? new Uint8Array(0);
    return triedKeys([{ keys: rsa, explain: (key) => unwrapping(key, wrapped) }]);
  }
  return triedKeys([
    { keys: rsa, explain: (key) => byKeyMessage(key, channel, facts) },
    { keys: keys.all(channelLabel), explain: (key) => byChannelKey(key, channel, facts) },
  ]);
}

function unwrapping(key: Key, wrapped: Uint8Array): TriedKey {
  const trial = new Trial(key);
  const secret = key.secret as RsaPrivateKey;
  const sizes = { modulus: `${secret.size} bytes`, key: `${wrapped.length} bytes` };
  const fits = wrapped.length === secret.size;
  if (!trial.step('compare the sizes', sizes, fits ? 'the same' : "no ciphertext of this key's modulus", fits))
    return trial.tried;
  const padded = rsaDecrypt(secret, wrapped);
  const raw = padded === undefined ? 'the number is not below the modulus' : 'computed';
  if (!trial.step('RSADP (RFC 8017 section 5.1.2)', {}, raw, padded !== undefined)) return trial.tried;
  for (const { title, unwrap } of wrapping.candidates) {
    const inner = unwrap(padded!);
    const ok = inner?.length === 32;
    const result = inner === undefined ? 'the padding does not fit' : ok ? '32 bytes' : `${inner.length} bytes, a key has 32`;
    if (trial.step(`unpad ${title}`, {}, result, ok)) break;
  }
  return trial.tried;
}

function byKeyMessage(key: Key, channel: string, facts: Facts): TriedKey {
  const trial = new Trial(key);
  const mine = facts.unwrapped?.find((one) => one.by === key.fingerprint);
  const result = mine === undefined ? 'none in the capture' : `the KEY in frame ${mine.frame}, ${mine.how}`;
  if (trial.step('find a KEY of the channel that it unwraps', { channel_id: channel }, result, mine !== undefined))
    open(trial, facts);
  return trial.tried;
}

function byChannelKey(key: Key, channel: string, facts: Facts): TriedKey {
  const trial = new Trial(key);
  const fits = key.index === channel;
  const inputs = { given: key.index, channel_id: channel };
  if (trial.step('find the channel by channel_id', inputs, fits ? 'the same' : 'another channel', fits)) open(trial, facts);
  return trial.tried;
}

function open(trial: Trial, facts: Facts): void {
  const inputs = { ciphers: cipher.candidates.map(({ mode }) => mode.name).join(', ') };
  const ok = facts.plaintext !== undefined;
  trial.step('open the message', inputs, ok ? (facts.how ?? '') : 'no cipher gives a signed or readable text', ok);
}
