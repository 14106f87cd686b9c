/** The sample knock: every part of the contract in one module, each as the editor and the command line show it. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import * as library from '../../../dissector/index.ts';
import { hashes, openBytes, type Protocol, toHex } from '../../../dissector/index.ts';
// @ts-expect-error: a sample is JavaScript, as a person writes it.
import sample from '../../../media/samples/protocols/knock.js';
import { peerscope } from '../cli/help.ts';
import { fault, Network } from '../testnode/network.ts';

const folder = new URL('../../../media/samples/protocols/', import.meta.url);
const file = (name: string): string => fileURLToPath(new URL(name, folder));
const protocol = (sample as (given: typeof library) => Protocol)(library);
const keys = readFileSync(file('knock.keys'), 'utf8');
const wrong = `KNOCK_PRIVATE ${'11'.repeat(32)}`;

function opened(key: string, content: Uint8Array = readFileSync(file('knock.pcapng')), choices = {}) {
  const capture = openBytes(content, { protocols: [protocol], keys: [key], choices });
  if ('problem' in capture) throw new Error(capture.problem.text);
  return capture;
}

const told = (key: string, choices = {}) =>
  [...opened(key, undefined, choices).messages()].map(({ message, state, decrypted }) => `${message} ${state} ${decrypted}`);

describe('the sample knock', () => {
  it('is decrypted by the key of one side, and by no other', () => {
    const [hello, welcome] = ['hello decoded false', 'welcome decoded false'];
    expect(told(keys)).toEqual([hello, welcome, 'data decoded true', 'data decoded true']);
    for (const key of ['', wrong]) expect(told(key)).toEqual([hello, welcome, 'data encrypted false', 'data encrypted false']);
    expect([...opened(keys).messages()][2]!.fields).toMatchObject({ text: 'good evening' });
    expect([...opened(keys).findings()]).toEqual([]);
  });

  it('tries its open choice, and takes what is pinned', () => {
    const pinned = (candidate: string) => told(keys, { 'knock.key': candidate })[2];
    expect([pinned('sha-256'), pinned('z')]).toEqual(['data decoded true', 'data encrypted false']);
    const found = [...opened(keys, undefined, { 'knock.key': 'z' }).findings()];
    expect(found.map(({ rule, frames }) => [rule, frames])).toEqual([['knock.proof', [2, 1]]]);
  });

  it('has the steps of its machine', () => {
    const { title, steps } = opened('').analysis.steps(0)!;
    expect(title).toBe('session of frame 1');
    expect(steps.map(({ by, before, after, allowed }) => `${by} ${before} ${after} ${allowed}`)).toEqual([
      'opener closed asked true',
      'answerer asked open true',
      'opener open open true',
      'opener open open true',
    ]);
  });

  it('shows what both sides compute, secrets as secrets', () => {
    const { analysis } = opened(keys);
    const [z, k, proof] = analysis.compute(1);
    const value = (quantity: { readonly value?: Uint8Array | string } | undefined) => quantity!.value as Uint8Array;
    expect([z, k].map((each) => each!.results[0]!.secret)).toEqual([true, true]);
    expect(toHex(value(k!.results[0]))).toBe(toHex(hashes.sha256(value(z!.results[0]))));
    expect(proof!.check!.state).toBe('valid');
    expect(analysis.compute(2)[0]!.formula).toBe('text = Open(K, nonce, sealed)');
    const closed = opened(wrong).analysis.compute(1);
    expect(
      closed
        .flatMap(({ results }) => results)
        .filter(({ secret }) => secret)
        .map(({ unknown }) => unknown),
    ).toEqual(['needs KNOCK_PRIVATE of either side', 'needs KNOCK_PRIVATE of either side']);
  });

  it('has a node that does what the passes read, and is told of a wrong proof', async () => {
    const network = new Network();
    const [a, b] = [
      await network.add(protocol, { port: 1 }),
      await network.add(protocol, { port: 2, faults: [fault('flip=9:welcome', protocol)] }),
    ];
    a.dial(b);
    network.run(100);
    expect(a.complaints().join()).toMatch(/The proof is not that of this session|cannot be read|not allowed/);
    const [c, d] = [await network.add(protocol, { port: 3 }), await network.add(protocol, { port: 4 })];
    c.dial(d);
    network.run(100);
    const link = c.node.links[0]!.id;
    expect([c.node.status(link).state, c.node.offers(link)]).toEqual(['open', ['data']]);
    c.node.send(link, 'data');
    c.node.send(link, 'hello');
    network.run(100);
    expect(opened('', c.capture()).messageCount).toBe(4);
    expect(d.complaints()).toEqual(['hello is not allowed: data may flow.']);
    expect([c, d].map(({ node }) => node.status(node.links[0]!.id).isProven)).toEqual([true, true]);
    const [e, f] = [
      await network.add(protocol, { port: 5, faults: [fault('wrong-key:data', protocol)] }),
      await network.add(protocol, { port: 6 }),
    ];
    e.dial(f);
    network.run(100);
    e.node.send(e.node.links[0]!.id, 'data');
    network.run(100);
    expect(f.complaints()).toEqual(['The tag is not that of this session.']);
    expect(f.node.status(f.node.links[0]!.id).isProven).toBe(false);
    expect([...opened(keys, e.capture()).findings()].map(({ rule, text }) => `${rule}: ${text}`)).toContain(
      'knock.tag: the tag does not verify under K',
    );
  });

  it('has a node that takes no public key of low order', async () => {
    const network = new Network((bytes) => [
      { bytes: bytes[0] === 1 ? Uint8Array.from([1, ...new Uint8Array(32)]) : bytes, after: 1 },
    ]);
    const [a, b] = [await network.add(protocol, { port: 1 }), await network.add(protocol, { port: 2 })];
    a.dial(b);
    network.run(100);
    expect(b.complaints()).toEqual(['The public key is of low order.']);
    expect(b.events.filter(({ kind }) => kind === 'sent')).toEqual([]);
  });

  it('runs the script beside it', async () => {
    const { out, status } = await peerscope(['run', file('knock.packet'), '--protocol', file('knock.js')]);
    expect([out.split('\n').at(-2), status]).toEqual(['2 sections: 2 passed, 0 failed', 0]);
  });

  it('passes the checks of protocol test', async () => {
    const { out, status } = await peerscope(['protocol', 'test', file('knock.js'), file('knock.pcapng'), '--seed', '1']);
    expect([out.split('\n').at(-2), status]).toEqual(['6 checks: 6 passed, 0 failed (--seed 1)', 0]);
  });
});
