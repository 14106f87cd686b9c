import { fromBase64, operationsOf } from '../../bytes/index.ts';
import type { RsaPrivateKey } from '../../crypto/index.ts';
import {
  type ExplainedStep,
  type Key,
  type KeyRing,
  type KeySteps,
  keyStep,
  type MessageView,
  neededStep,
  type TriedKey,
  triedKeys,
} from '../../protocol/index.ts';
import { cipher, wrapping as wrappingChoice } from './choices.ts';
import type { Facts } from './facts.ts';
import { channelKind, rsaKind } from './keys.ts';
import { unpaddedKeys } from './keyschedule.ts';
import { member, parse, textOf } from './parse.ts';
import { paddedKeyOf } from './unwrapping.ts';

/** What each key of the ring does for a KEY, or for a MESSAGE of a closed channel. */
export function explain(captured: MessageView<Facts>, keys: KeyRing): TriedKey[] {
  const { verb, data } = parse(captured.bytes, captured.start, captured.end, captured.limits);
  const { facts } = captured;
  if (facts?.encrypted !== true) return [];
  const channel = textOf(member(data, 'channel_id')?.value) ?? '';
  const rsa = keys.all(rsaKind);
  if (verb?.name === 'KEY') {
    const wrapped = fromBase64(textOf(member(data, 'key')?.value) ?? '') ?? new Uint8Array(0);
    return triedKeys([{ keys: rsa, explain: (key) => unwrapping(key, wrapped, captured) }], captured.limits);
  }
  return triedKeys(
    [
      { keys: rsa, explain: (key) => byKeyMessage(key, channel, facts, captured) },
      { keys: keys.all(channelKind), explain: (key) => byChannelKey(key, channel, facts, captured) },
    ],
    captured.limits,
  );
}

function* unwrapping(key: Key<RsaPrivateKey>, wrapped: Uint8Array, { budget, choices }: MessageView): KeySteps {
  const { size } = key.secret;
  const fits = wrapped.length === size;
  const sizes = { modulus: `${size} bytes`, key: `${wrapped.length} bytes` };
  yield* neededStep('compare the sizes', sizes, fits, fits ? 'the same' : "no ciphertext of this key's modulus");
  const made = paddedKeyOf(key, wrapped, budget);
  const undone = made === undefined ? `not done: ${budget.why(operationsOf(key.origin))}` : 'the number is not below the modulus';
  const raw = made?.value === undefined ? undone : 'computed';
  const padded = yield* neededStep('RSADP (RFC 8017 section 5.1.2)', {}, made?.value, raw);
  for (const { wrapping, inner, key: found } of unpaddedKeys(padded, choices.of(wrappingChoice))) {
    const ok = found !== undefined;
    const result = inner === undefined ? 'the padding does not fit' : ok ? '32 bytes' : `${inner.length} bytes, a key has 32`;
    yield keyStep(`unpad ${wrapping.title}`, {}, result, ok);
    if (ok) return;
  }
}

function* byKeyMessage(key: Key, channel: string, facts: Facts, captured: MessageView): KeySteps {
  const mine = facts.unwrapped?.find((one) => one.by === key.fingerprint);
  const result = mine === undefined ? 'none in the capture' : `the KEY in frame ${mine.frame}, ${mine.how}`;
  yield* neededStep('find a KEY of the channel that it unwraps', { channel_id: channel }, mine, result);
  yield opened(facts, captured);
}

function* byChannelKey(key: Key, channel: string, facts: Facts, captured: MessageView): KeySteps {
  const fits = key.index === channel;
  const inputs = { given: key.index, channel_id: channel };
  yield* neededStep('find the channel by channel_id', inputs, fits, fits ? 'the same' : 'another channel');
  yield opened(facts, captured);
}

function opened({ plaintext, how = '' }: Facts, { choices }: MessageView): ExplainedStep {
  const inputs = {
    ciphers: choices
      .of(cipher)
      .map(({ mode }) => mode.name)
      .join(', '),
  };
  const ok = plaintext !== undefined;
  return keyStep('open the message', inputs, ok ? how : 'no cipher gives a signed or readable text', ok);
}
