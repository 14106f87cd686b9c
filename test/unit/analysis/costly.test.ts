/** Work that a capture can make large: what is over its budget says so in both passes, and everything else is there. */
import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Field } from '../../../dissector/bytes/index.ts';
import { decryptionSecrets, keyLogSecretsType } from '../../../dissector/capture/index.ts';
import { aesModes } from '../../../dissector/crypto/index.ts';
import { type OpenedCapture, openBytes } from '../../../dissector/index.ts';
import * as p2p from '../protocols/p2p.build.ts';
import { key as keyMessage, message, scriptFile } from '../protocols/ptpchat-script.ts';

interface Told {
  readonly opened: OpenedCapture;
  /** Problems, checks and notes of all trees. */
  readonly told: string;
  readonly states: readonly string[];
}

function open(bytes: Uint8Array, keys = '', limits: Readonly<Record<string, number>> = {}): Told {
  const opened = openBytes(bytes, { keys: keys === '' ? [] : [keys], limits });
  if ('problem' in opened) throw new Error(opened.problem.text);
  const told: string[] = [];
  const walk = ({ name, value, problem, check, children = [] }: Field): void => {
    if (name === 'note') told.push(String(value));
    if (problem !== undefined) told.push(problem.text);
    if (check !== undefined) told.push(check.why);
    children.forEach(walk);
  };
  const states = [...opened.messages()].map((line) => `${line.message} ${line.state} ${String(line.decrypted)}`);
  for (let n = 0; n < opened.messageCount; n++) opened.tree(n).layers.forEach(walk);
  return { opened, told: told.join('\n'), states };
}

const count = (all: readonly string[], one: string): number => all.filter((each) => each === one).length;

/** The capture with key log lines of its own, before its first packet. */
function withSecrets(file: Uint8Array, log: string): Uint8Array {
  const head = new DataView(file.buffer, file.byteOffset).getUint32(4, true);
  const secrets = decryptionSecrets(keyLogSecretsType, new TextEncoder().encode(log));
  return Uint8Array.from(Buffer.concat([file.subarray(0, head), secrets, file.subarray(head)]));
}

describe('node lists of p2p that unpack to much', () => {
  const bomb = Buffer.from(
    '425a6839314159265359d8ecddfe01325f4008c00000100008200030cc09aa69a04a515b501294578bb9229c28486c766eff00',
    'hex',
  );
  const empty = Buffer.from('425a683917724538509000000000', 'hex');
  // Each is another one: what was unpacked once is known.
  const bombs = Array.from({ length: 12 }, (_, i) => Buffer.concat([bomb, ...Array.from({ length: i }, () => empty)]));
  const small = Buffer.concat([empty, empty, empty]);
  const file = (lists: readonly Buffer[]): Uint8Array =>
    p2p.recorded([
      ...p2p.handshake,
      ...lists.flatMap((data): p2p.Sent[] => [
        ['outbound', p2p.packet('NLIST_REQ')],
        ['inbound', p2p.packet('NLIST_RES', { data: Uint8Array.from(data), size: data.length.toString(16).padStart(4, '0') })],
      ]),
      ['inbound', p2p.disconnect('bye')],
    ]);
  const limits = { nodeListSize: 1 << 20, unpackedBytes: 5 << 20 };

  it('are unpacked up to the limit in both passes together; the rest says so, and what follows is there', () => {
    const { opened, told, states } = open(file([...bombs, small]), p2p.dhKey('inbound'), limits);
    expect(opened.analysis.passedLimits.join()).toContain('the limit unpackedBytes of 5242880 is passed');
    expect(told).toContain('not unpacked: the limit unpackedBytes of 5242880 is passed');
    expect(told).toContain('The limit unpackedBytes is passed: the node list was not unpacked.');
    // Five were unpacked, and are over the limit of one list; of the others nothing wrong is known.
    expect(count(states, 'NLIST_RES malformed false')).toBe(5);
    expect(count(states, 'NLIST_RES decoded true')).toBe(8);
    expect(states.at(-1)).toBe('DISCONNECT decoded true');
    expect(count(told.split('\n'), 'not unpacked: the limit unpackedBytes of 5242880 is passed')).toBeGreaterThanOrEqual(7);
  });

  it('are all unpacked once a person raises it', () => {
    const { opened, states } = open(file(bombs), p2p.dhKey('inbound'), { ...limits, unpackedBytes: 1 << 30 });
    expect(opened.analysis.passedLimits).toEqual([]);
    expect(count(states, 'NLIST_RES malformed false')).toBe(bombs.length);
  });

  it('are unpacked once where they are the same', () => {
    const { opened } = open(file(Array.from({ length: 50 }, () => bomb)), p2p.dhKey('inbound'), limits);
    expect(opened.analysis.passedLimits).toEqual([]);
    expect(opened.analysis.costlyMilliseconds).toBeLessThan(1_000);
  });

  it('cost their block where it is broken, though nothing comes out', () => {
    const broken = Array.from({ length: 12 }, (_, i) => Buffer.concat([bomb.subarray(0, 40), Buffer.alloc(20, i)]));
    const { opened } = open(file(broken), p2p.dhKey('inbound'), limits);
    expect(opened.analysis.passedLimits.join()).toContain('unpackedBytes');
  });
});

describe('keys of a capture that open nothing', () => {
  const secret = Buffer.alloc(32, 7);
  const [cbc] = aesModes;
  const seal = (i: number): string => {
    const text = Buffer.from(`message ${i} ${'with some text '.repeat(40)}`);
    return Buffer.from(cbc!.seal(secret, new Uint8Array(16).fill(i), text)!).toString('base64');
  };
  const file = scriptFile(
    Array.from({ length: 20 }, (_, i) => [i, 'A B', 'MESSAGE', message(String(i), 'a', { message: seal(i) })] as const),
  );
  const channelKey = (bytes: Uint8Array): string => `PTPCHAT_CHANNEL_KEY c1 ${Buffer.from(bytes).toString('base64')}\n`;
  const decoys = Array.from({ length: 300 }, (_, i) => channelKey(Buffer.alloc(32, `decoy ${i}`))).join('');
  const limits = { captureTrialBytes: 200_000 };
  const opens = ({ opened }: Told): number => [...opened.messages()].filter(({ decrypted }) => decrypted === true).length;

  it('are tried up to their limit, which each closed message names', () => {
    const told = open(withSecrets(file, decoys), '', limits);
    expect(opens(told)).toBe(0);
    expect(told.opened.analysis.passedLimits.join()).toContain('the limit captureTrialBytes of 200000 is passed');
    expect(told.told).toContain('the text is encrypted, and the limit captureTrialBytes of 200000 is passed');
  });

  it('leave everything that the user’s key opens open', () => {
    const alone = open(file, channelKey(secret), limits);
    const among = open(withSecrets(file, decoys), channelKey(secret), limits);
    expect([opens(alone), opens(among)]).toEqual([20, 20]);
    expect(among.opened.problems.filter((text) => text.startsWith('keys '))).toEqual([]);
  });

  it('and are opened by the right one of their own, too', () => {
    expect(opens(open(withSecrets(file, channelKey(secret))))).toBe(20);
    expect(opens(open(withSecrets(file, channelKey(Buffer.alloc(32, 8)))))).toBe(0);
  });

  it('do not take the user’s attempts', () => {
    const told = open(withSecrets(file, decoys), channelKey(secret), { channelTrials: 100 });
    expect(opens(told)).toBe(20);
  });
});

describe('private operations', () => {
  const exponents = Array.from({ length: 200 }, (_, i) => `P2P_DH_PRIVATE ${(1n << 300n) + BigInt(i)}`.replace(/n$/, ''));
  const file = withSecrets(p2p.recorded([...p2p.handshake, ['inbound', p2p.disconnect('bye')]]), exponents.join('\n'));

  it('with the keys of the capture leave those of the user alone', () => {
    const { opened, states } = open(file, p2p.dhKey('inbound'), { captureOperations: 5 });
    expect(opened.analysis.passedLimits.join()).toContain('the limit captureOperations of 5 is passed');
    expect(states.at(-1)).toBe('DISCONNECT decoded true');
  });

  it('without the user’s key name the limit, in --explain as well', () => {
    const { opened, states, told } = open(file, '', { captureOperations: 5 });
    expect(states.at(-1)).toMatch(/^undecodable encrypted/);
    expect(told).toContain('The limit captureOperations of key exchanges is passed');
    const results = opened.explain(opened.messageCount - 1).keys_tried.flatMap(({ steps }) => steps.map(({ result }) => result));
    expect(results).toContain('not done: the limit captureOperations of 5 is passed');
    expect(results).toContain('another public value');
  });

  it('are done once: an explanation repeats what the first pass did', () => {
    const { opened } = open(p2p.recorded(p2p.handshake), p2p.dhKey('inbound'));
    const before = opened.analysis.costlyMilliseconds;
    for (let i = 0; i < 10; i++) for (let n = 0; n < opened.messageCount; n++) opened.explain(n);
    expect(opened.analysis.costlyMilliseconds).toBe(before);
  });

  it('may all be spent again once a person gives a key', () => {
    const many = p2p.recorded(p2p.handshake);
    const wrong = Array.from({ length: 100 }, (_, i) => `P2P_DH_PRIVATE ${(1n << 300n) + BigInt(i)}`).join('\n');
    const { opened } = open(many, wrong, { privateOperations: 4 });
    expect(opened.analysis.passedLimits.join()).toContain('privateOperations of 4');
    opened.giveKeys(
      `P2P_AES_KEY ${Buffer.from(p2p.vector).toString('hex')} ${Buffer.from(p2p.shared.slice(0, 32)).toString('hex')}`,
    );
    expect(opened.analysis.message(opened.messageCount - 1).state).toBe('decoded');
  });

  it('of RSA are counted by their size, for KEY as well', () => {
    const wrapped = { ...keyMessage('3', 'a', 'b'), key: Buffer.alloc(128, 1).toString('base64') };
    const own = scriptFile([[0, 'A B', 'KEY', wrapped]]);
    const keys = Array.from({ length: 3 }, () => {
      const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
      return `PTPCHAT_RSA_PRIVATE ${privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64')}\n`;
    }).join('');
    const { opened, told } = open(own, keys, { privateOperations: 0.2 });
    expect(told).toContain('The limit privateOperations of 0.2 is passed: not every RSA key was tried on it.');
    const results = opened.explain(0).keys_tried.flatMap(({ steps }) => steps.map(({ result }) => result));
    expect(results).toContain('not done: the limit privateOperations of 0.2 is passed');
  });
});

describe('a step of the first pass', () => {
  it('ends early where it costs much, and others get their turn', () => {
    const wrong = Array.from({ length: 300 }, (_, i) => `P2P_DH_PRIVATE ${(1n << 400n) + BigInt(i)}`).join('\n');
    const opened = openBytes(p2p.recorded(p2p.handshake), { keys: [wrong] });
    if ('problem' in opened) throw new Error(opened.problem.text);
    expect(opened.analysis.costlyMilliseconds).toBeGreaterThan(100);
    expect(opened.messageCount).toBe(4);
  });
});
