/** All 944 vectors of cacophony, and all 408 of snow that use the names of the paper (its other 204 have P-256 and XChaCha20). */
import { sha256 } from '@noble/hashes/sha2.js';
import { describe, expect, it } from 'vitest';
import { noise } from '../../dissector/crypto/index.ts';
import { type NoiseVector, noiseVectors } from './noise-vectors.ts';

const none = new Uint8Array(0);

function protocolOf(name: string): noise.NoiseProtocol {
  const protocol = noise.readProtocolName(name);
  if (typeof protocol === 'string') throw new Error(protocol);
  return protocol;
}

/** Both sides of a vector, the one against the other: the messages of handshake and transport, and both hashes. */
function play({ name, prologue, initiator, responder, psks, payloads }: NoiseVector) {
  const protocol = protocolOf(name);
  const begin = (role: noise.Role, keys: noise.HandshakeKeys): noise.HandshakeState => {
    const state = noise.beginHandshake(protocol, role, { ...keys, psks }, prologue);
    if (typeof state === 'string') throw new Error(state);
    return state;
  };
  const sides = [begin('initiator', initiator), begin('responder', responder)] as const;
  const messages: Uint8Array[] = [];
  const { length } = protocol.pattern.messages;
  for (const payload of payloads.slice(0, length)) {
    const [writer, reader] = sides[0].isTurn ? sides : [sides[1], sides[0]];
    messages.push(writer.writeMessage(payload));
    expect(reader.readMessage(messages.at(-1)!)).toEqual(payload);
  }
  const ciphers = sides.map((side) => side.split());
  for (const [at, payload] of [...payloads.entries()].slice(length)) {
    const [sender, receiver] = protocol.pattern.isOneWay || at % 2 === 0 ? ciphers : [ciphers[1], ciphers[0]];
    messages.push(sender!.send!.encryptWithAd(none, payload));
    expect(receiver!.receive!.decryptWithAd(none, messages.at(-1)!)).toEqual(payload);
  }
  return { messages, hashes: sides.map(({ h }) => h) };
}

describe.each([
  ['cacophony', 944, 59, 16],
  ['snow', 408, 51, 8],
] as const)('the vectors of %s', (source, count, patterns, suites) => {
  const vectors = noiseVectors(source);
  const suiteOf = ({ name }: NoiseVector): string => name.split('_').slice(2).join('_');
  const names = [...new Set(vectors.map(suiteOf))];
  const whole = vectors.filter(({ messages }) => messages !== undefined);

  it(`are ${count}: ${patterns} patterns, each with ${suites} combinations of DH, cipher and hash`, () => {
    expect(vectors).toHaveLength(count);
    expect(new Set(vectors.map(({ name }) => name)).size).toBe(count);
    expect(names).toHaveLength(suites);
    expect(whole).toHaveLength(patterns);
    expect(new Set(whole.map(suiteOf)).size).toBe(suites);
  });

  it.each(names)(
    'of %s are what both sides write and read',
    (suite) => {
      for (const vector of vectors.filter((each) => suiteOf(each) === suite)) {
        const { messages, hashes } = play(vector);
        if (vector.messages === undefined)
          expect(sha256(Uint8Array.from(messages.flatMap((one) => [...one])))).toEqual(vector.sha256);
        else expect(messages, vector.name).toEqual(vector.messages);
        expect(hashes[1]).toEqual(hashes[0]);
        if (vector.h !== undefined) expect(hashes[0], vector.name).toEqual(vector.h);
      }
    },
    60_000,
  );

  it.each(whole)('$name opens for a reader who holds the private keys of either side', (vector) => {
    const protocol = protocolOf(vector.name);
    const { length } = protocol.pattern.messages;
    const recorded = vector.messages!;
    for (const side of ['initiator', 'responder'] as const) {
      const other = vector[side === 'initiator' ? 'responder' : 'initiator'];
      const known = {
        [side]: { s: vector[side].s, e: vector[side].e },
        [side === 'initiator' ? 'responder' : 'initiator']: {
          sPublic: vector[side].rs ?? (other.s && protocol.dh.publicOf(other.s)),
        },
        psks: vector.psks,
      };
      const { messages, transport, missing, unfit } = noise.readHandshake(protocol, recorded, known, vector.prologue);
      expect(missing).toEqual([[]]);
      expect(unfit).toEqual([]);
      const payloads = messages.map(({ payload }) =>
        payload?.state === 'clear' || payload?.state === 'opened' ? payload.bytes : payload,
      );
      expect(payloads).toEqual(vector.payloads.slice(0, length));
      if (vector.h !== undefined) expect(messages.at(-1)!.h).toEqual(vector.h);
      for (const [at, sealed] of [...recorded.entries()].slice(length)) {
        const sender = protocol.pattern.isOneWay || at % 2 === 0 ? 'initiator' : 'responder';
        expect(transport![sender]!.decryptWithAd(none, sealed)).toEqual(vector.payloads[at]);
      }
    }
  });
});
