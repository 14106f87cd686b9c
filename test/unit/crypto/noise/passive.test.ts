/** A reader of handshakes between others: what each set of secrets opens, and what it is told to be missing. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { noise } from '../../../../dissector/crypto/index.ts';
import { holding, last, prologue, protocolOf, readable, record } from './handshakes.ts';

const none = new Uint8Array(0);
/** Every pattern as it is, and with a pre-shared key in the first place and in the last. */
const names = noise.patternNames.flatMap((name) => {
  const { length } = protocolOf(name).pattern.messages;
  return [name, `${name}psk0`, `${name}psk0+psk${length}`];
});

describe('a reader of a recorded handshake', () => {
  it.each(names)('of %s opens all with each sufficient set, and with one secret fewer is told which', (name) => {
    const { protocol, messages, payloads, h, transport, secrets } = record(protocolOf(name));
    const read = (held: readonly noise.Secret[]) => noise.readHandshake(protocol, messages, holding(secrets, held), prologue);
    const nothing = read([]);
    expect(nothing.transport).toBeUndefined();
    expect(nothing.missing.length).toBeGreaterThan(0);
    for (const set of nothing.missing) {
      const all = read(set);
      expect(all.messages.map(({ payload }) => readable(payload))).toEqual(payloads);
      expect([all.missing, all.unfit]).toEqual([[[]], []]);
      expect(all.messages.at(-1)!.h).toEqual(h);
      expect(all.transport!.initiator!.decryptWithAd(none, transport)).toEqual(last);
      for (const left of set) {
        const less = read(set.filter((one) => one !== left));
        expect(less.transport).toBeUndefined();
        expect(less.missing).toContainEqual([left]);
        const closed = less.messages.flatMap(({ s, payload }) => [s, payload]).filter((part) => part?.state === 'closed');
        for (const part of closed) {
          expect(part.missing.length).toBeGreaterThan(0);
          for (const added of part.missing)
            expect(less.missing.some((whole) => added.every((one) => whole.includes(one)))).toBe(true);
        }
      }
    }
  });

  it.each(['NN', 'XX', 'X1X1', 'IKpsk1', 'XXpsk0+psk3', 'K'])(
    'of %s opens a part exactly when what it names is added',
    (name) => {
      const { protocol, messages, secrets } = record(protocolOf(name));
      const every = [...secrets.keys()];
      const read = (held: readonly noise.Secret[]) =>
        noise
          .readHandshake(protocol, messages, holding(secrets, held), prologue)
          .messages.flatMap(({ s, payload }) => [s, payload]);
      fc.assert(
        fc.property(fc.subarray(every), fc.subarray(every), (held, added) => {
          const before = read(held);
          const after = read([...new Set([...held, ...added])]);
          for (const [at, part] of before.entries()) {
            if (part?.state !== 'closed') continue;
            const isEnough = part.missing.some((set) => set.every((one) => added.includes(one)));
            expect(after[at]!.state).toBe(isEnough ? 'opened' : 'closed');
          }
        }),
        { numRuns: 30 },
      );
    },
  );

  it('opens nothing with one bit flipped anywhere, with another prologue, psk or public key', () => {
    const { protocol, messages, secrets } = record(protocolOf('XKpsk2'));
    const known = holding(secrets, [...secrets.keys()]);
    const states = (read: noise.ReadHandshake) => read.messages.map(({ payload, problem }) => payload?.state ?? problem);
    const all = messages.flatMap((message, number) => [...message.keys()].map((at) => [number, at] as const));
    fc.assert(
      fc.property(fc.constantFrom(...all), fc.nat(7), ([number, at], bit) => {
        const bad = messages.map((message, each) => (each === number ? message.with(at, message[at]! ^ (1 << bit)) : message));
        const read = noise.readHandshake(protocol, bad, known, prologue);
        expect(read.transport).toBeUndefined();
        // The highest bit of a public key is no part of it for X25519, yet it is hashed.
        expect(states(read).slice(number)).not.toContain('opened');
        expect(states(read).slice(0, number)).toEqual(Array(number).fill('opened'));
      }),
    );
    const twins = [
      noise.readHandshake(protocol, messages, known, none),
      noise.readHandshake(protocol, messages, { ...known, psks: [new Uint8Array(32)] }, prologue),
    ];
    expect(states(twins[0]!)).toEqual(['failed', 'failed', 'failed']);
    expect(states(twins[1]!)).toEqual(['opened', 'failed', 'failed']);
    expect(twins[1]!.messages[1]!.payload).toMatchObject({
      why: expect.stringContaining('the payload of message 2 does not verify'),
    });
  });

  it('names keys that are of another handshake, and does not use them', () => {
    const { protocol, messages, secrets } = record(protocolOf('XX'));
    const other = new Uint8Array(32).fill(200);
    const read = (known: noise.KnownSecrets) => noise.readHandshake(protocol, messages, known, prologue);
    const strange = read({ initiator: { e: other, s: other }, responder: { s: other.subarray(1) } });
    expect(strange.unfit).toEqual(['responder.s', 'initiator.e']);
    const late = read({ initiator: { e: secrets.get('initiator.e'), s: other }, responder: { sPublic: other } });
    expect(late.unfit).toEqual(['responder.s.public', 'initiator.s']);
    expect(late.missing).toEqual([['initiator.s'], ['responder.e']]);
    expect(late.messages.map(({ payload }) => payload?.state)).toEqual(['clear', 'opened', 'closed']);
    expect(readable(late.messages[2]!.s)).toEqual(protocol.dh.publicOf(secrets.get('initiator.s')!));
  });

  it('says in words what is missing', () => {
    const said = (name: string, held: readonly noise.Secret[]) => {
      const { protocol, messages, secrets } = record(protocolOf(name));
      const read = noise.readHandshake(protocol, messages, holding(secrets, held), prologue);
      return read.messages.map(({ payload }) =>
        payload?.state === 'closed' ? noise.secretsInWords(payload.missing) : payload?.state,
      );
    };
    expect(said('NX', [])).toEqual([
      'clear',
      "the initiator's ephemeral private key, or the responder's static and ephemeral private keys",
    ]);
    expect(said('XX', ['responder.s', 'initiator.s'])).toEqual([
      'clear',
      "the initiator's ephemeral private key, or the responder's ephemeral private key",
      "the initiator's ephemeral private key, or the responder's ephemeral private key",
    ]);
    expect(said('NKpsk2', ['responder.s'])[1]).toBe(
      "the initiator's ephemeral private key and pre-shared key 1, or the responder's ephemeral private key and pre-shared key 1",
    );
    expect(said('NK', [])[0]).toBe(
      "the responder's static private key, or the initiator's ephemeral private key and the responder's static public key",
    );
  });

  it('reads as much as there is of a message, and nothing after it', () => {
    const { protocol, messages, secrets } = record(protocolOf('XX', '448_AESGCM_SHA512'));
    const known = holding(secrets, [...secrets.keys()]);
    for (const [number, message] of messages.entries()) {
      for (let length = 0; length < message.length; length++) {
        const cut = [...messages.slice(0, number), message.subarray(0, length), ...messages.slice(number + 1)];
        if (length % 29 !== 0 && length < message.length - 2) continue;
        const read = noise.readHandshake(protocol, cut, known, prologue);
        const one = read.messages[number]!;
        if (one.problem === undefined) {
          // In clear, or with room for a tag: shorter, but whole.
          expect(['clear', 'failed']).toContain(one.payload!.state);
        } else {
          expect(one.problem).toMatch(new RegExp(`^message ${number + 1} has ${length} bytes and ends within `));
          expect(read.messages).toHaveLength(number + 1);
        }
        if (number > 0) expect(read.transport).toBeUndefined();
      }
    }
    const begun = noise.readHandshake(protocol, messages.slice(0, 2), {}, prologue);
    expect(begun.messages).toHaveLength(2);
    expect(begun.missing.map((set) => noise.secretsInWords([set]))).toEqual([
      "the initiator's static and ephemeral private keys",
      "the initiator's ephemeral private key and the responder's ephemeral private key",
      "the responder's static and ephemeral private keys",
    ]);
  });

  it('never throws for bytes and keys', () => {
    const protocol = protocolOf('IXpsk0+psk2', '448_ChaChaPoly_SHA256');
    const some = fc.option(fc.oneof(fc.uint8Array({ maxLength: 60 }), fc.uint8Array({ minLength: 56, maxLength: 56 })), {
      nil: undefined,
    });
    const side = fc.record({ s: some, e: some, sPublic: some });
    const bytes = fc.uint8Array({ maxLength: 250 });
    fc.assert(
      fc.property(
        fc.array(bytes, { maxLength: 4 }),
        side,
        side,
        fc.array(some, { maxLength: 3 }),
        bytes,
        (recorded, a, b, psks, before) => {
          const read = noise.readHandshake(protocol, recorded, { initiator: a, responder: b, psks }, before);
          expect(read.messages.length).toBeLessThanOrEqual(2);
        },
      ),
      { numRuns: 40 },
    );
  });
});
