/** Why a message is not decrypted: every key that was given, up to the step that failed, and never the key itself. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Analysis } from '../../../dissector/analysis/index.ts';
import { keysOf } from '../../golden/keys.ts';
import { analyse, goldenJson, goldenPath } from '../../golden/open.ts';

const open = (file: string, keys: string): Analysis => analyse(readFileSync(goldenPath(file)), keys);
const named = (analysis: Analysis, name: string): number =>
  Array.from({ length: analysis.messageCount }, (_, n) => n).find((n) => analysis.message(n).name === name)!;

describe('the explanation of p2pke', () => {
  const [own, other] = (goldenJson('p2pke_a.keys.json').ephemerals as { private: string }[]).map((one) => one.private);
  const log = `P2PKE_EPHEMERAL_PRIVATE ${own}\nP2PKE_EPHEMERAL_PRIVATE ${'07'.repeat(32)}\n`;
  const analysis = open('p2pke_a.pcapng', log);

  it.each(['RespHello', 'InitDone', 'data'])('goes through Noise step by step for %s', (name) => {
    const [right, wrong] = analysis.explain(named(analysis, name));
    expect(right!.steps.every(({ ok }) => ok)).toBe(true);
    expect(right!.steps.map((step) => step.name)).toEqual([
      'find the e that it yields',
      'ee = X25519(private key, e)',
      "open RespHello's payload",
      ...(name === 'RespHello' ? [] : ['split into two transport keys', 'ChaCha20-Poly1305']),
    ]);
    expect(wrong!.steps.map(({ ok }) => ok)).toEqual([false]);
  });

  it('names the first step that fails of transport keys', () => {
    const { e_init_pub: e, key_r2i: key } = goldenJson('p2pke_a.keys.json').sessions[0];
    const steps = (line: string): (readonly [string, boolean])[] => {
      const given = open('p2pke_a.pcapng', `${line}\n`);
      return given.explain(named(given, 'data'))[0]!.steps.map((step) => [step.name, step.ok] as const);
    };
    expect(steps(`P2PKE_TRANSPORT_KEYS ${e} - ${key}`).at(-1)).toEqual(['take the key of its direction', false]);
    expect(steps(`P2PKE_TRANSPORT_KEYS ${e} ${'11'.repeat(32)} -`).at(-1)).toEqual(['ChaCha20-Poly1305', false]);
    expect(steps(`P2PKE_TRANSPORT_KEYS ${'22'.repeat(32)} ${'11'.repeat(32)} -`)).toHaveLength(1);
  });

  it('says nothing of what travels in clear', () => expect(analysis.explain(named(analysis, 'InitHello'))).toEqual([]));

  it('holds no key', () => {
    const text = JSON.stringify(Array.from({ length: analysis.messageCount }, (_, n) => analysis.explain(n)));
    for (const secret of [own!, other!, '07'.repeat(32)]) expect(text).not.toContain(secret);
  });
});

describe('the explanation of ptpchat', () => {
  it('follows an RSA key to the channel key and the text', () => {
    const analysis = open('ptpchat_d.pcapng', keysOf('ptpchat_d'));
    const key = analysis.explain(named(analysis, 'KEY'));
    expect(key.some(({ steps }) => steps.at(-1)!.ok)).toBe(true);
    const messages = Array.from({ length: analysis.messageCount }, (_, n) => n).filter(
      (n) => analysis.message(n).name === 'MESSAGE' && analysis.message(n).encrypted,
    );
    expect(analysis.explain(messages[0]!).some(({ steps }) => steps.length === 2 && steps.every(({ ok }) => ok))).toBe(true);
  });

  it('names the step at which a key of somebody else fails', () => {
    const stranger = keysOf('ptpchat_a').split('\n')[0]!;
    const analysis = open(
      'ptpchat_d.pcapng',
      `${stranger}\nPTPCHAT_CHANNEL_KEY nowhere ${Buffer.alloc(32).toString('base64')}\n`,
    );
    const n = named(analysis, 'KEY');
    expect(analysis.explain(n)[0]!.steps.at(-1)!.ok).toBe(false);
    const message = Array.from({ length: analysis.messageCount }, (_, at) => at).find(
      (at) => analysis.message(at).name === 'MESSAGE' && analysis.message(at).encrypted,
    )!;
    expect(analysis.explain(message).map(({ steps }) => steps.map(({ ok }) => ok))).toEqual([[false], [false]]);
  });
});

describe('the explanation of a tunnel of p2p', () => {
  const rsa = keysOf('p2p_a')
    .split('\n')
    .filter((line) => line.startsWith('P2P_RSA_PRIVATE '));
  const tried = (keys: string, name: string): (readonly boolean[])[] => {
    const analysis = open('p2p_a.pcapng', keys);
    const steps = analysis.explain(named(analysis, name)).filter(({ label }) => label === 'P2P_RSA_PRIVATE');
    return steps.map((one) => one.steps.map(({ ok }) => ok));
  };

  it.each(['TUNNEL_REQ', 'TUNNEL_CREATE', 'TUNNEL_DATA'])('says of each RSA key of %s what that key does', (name) => {
    expect(rsa).toHaveLength(2);
    expect(tried(keysOf('p2p_a'), name).toSorted()).toEqual([[false], [true, true]]);
  });

  it('fails for a key that is not the target’s, whether the tunnel opens or not', () => {
    const others = keysOf('p2p_a')
      .split('\n')
      .filter((line) => !line.startsWith('P2P_RSA_PRIVATE '));
    const alone = rsa.map((key) => tried([...others, key].join('\n'), 'TUNNEL_DATA'));
    expect(alone.toSorted()).toEqual([[[false]], [[true, true]]]);
  });

  it('has no RSA key for what no tunnel carries', () => expect(tried(keysOf('p2p_a'), 'TUNNEL_CLOSE')).toEqual([]));
});
