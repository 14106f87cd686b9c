import { type Limits, toHex } from '../bytes/index.ts';
import { noise as framework } from '../crypto/index.ts';
import { type Key, type KeyRing, type KeySteps, keyStep, neededStep, type TriedKey, triedKeys } from '../protocol/index.ts';
import type { KeySearch, NoiseKeyOptions } from './keysearch.ts';

/** A handshake as it was read. */
interface Read {
  readonly protocol: framework.NoiseProtocol;
  readonly search: KeySearch;
  readonly staticOf: (role: framework.Role) => Uint8Array | undefined;
}

/** Whether each key of the ring goes into what the first `count` messages of a handshake are encrypted with. */
export function handshakeTrials(
  { protocol, search, staticOf }: Read,
  { e, s, rs, psk }: NoiseKeyOptions['keys'],
  ring: KeyRing,
  count: number,
  limits: Limits,
): readonly TriedKey[] {
  const { messages, preMessages } = protocol.pattern;
  const handshake = { handshake: protocol.name };
  const tokens = messages.slice(0, count).flatMap((each) => each.tokens);
  const used = new Set(framework.secretsOf(tokens));

  function* pair(key: Key): KeySteps {
    const whose = search.ownerOf(key.index);
    const words = whose === undefined ? 'it is no public key of this handshake' : framework.secretsInWords([[whose]]);
    const own = yield* neededStep('find its public key in the handshake', { public: key.index }, whose, words);
    const isUsed = used.has(own);
    const result = isUsed ? 'yes' : 'no: this message does not depend on it';
    yield keyStep('use it in a DH of the messages so far', handshake, result, isUsed);
  }

  function* ahead(key: Key): KeySteps {
    const role = preMessages.find((each) => toHex(staticOf(each) ?? new Uint8Array(0)) === key.index);
    const result = role === undefined ? 'no: the handshake is not for it' : `yes: it is that of the ${role}`;
    const name = 'use it as a static public key that is known beforehand';
    yield keyStep(name, { public: key.index }, result, role !== undefined);
  }

  function* shared(key: Key): KeySteps {
    const number = key.secret instanceof Uint8Array ? search.pskNumber(key.secret) : 0;
    const isUsed = number > 0 && tokens.filter((token) => token === 'psk').length >= number;
    const result = isUsed ? `yes: it is pre-shared key ${number}` : 'no: this message is not decrypted with it';
    yield keyStep('try it as a pre-shared key', handshake, result, isUsed);
  }

  const keysOf = (...labels: readonly (string | undefined)[]) =>
    labels.filter((label) => label !== undefined).flatMap((label) => ring.all(label));
  return triedKeys(
    [
      { keys: keysOf(e, s), explain: pair },
      { keys: keysOf(rs), explain: ahead },
      { keys: keysOf(psk), explain: shared },
    ],
    limits,
  );
}
