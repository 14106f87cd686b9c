/** The sample wireguard: nodes of it that talk, what is decrypted of them, and with which keys. */
import { describe, expect, it } from 'vitest';
import * as library from '../../../dissector/index.ts';
import { openBytes, type Protocol } from '../../../dissector/index.ts';
// @ts-expect-error: a sample is JavaScript, as a person writes it.
import sample from '../../../media/samples/protocols/wireguard.js';
import { Network } from '../testnode/network.ts';

const protocol = (sample as (given: typeof library) => Protocol)(library);

describe('x', () => {
  it('works', async () => {
    const network = new Network();
    const [a, b] = [await network.add(protocol, { port: 1 }), await network.add(protocol, { port: 2, role: 'loaded' })];
    a.dial(b);
    network.run(100);
    console.log(a.complaints(), b.complaints(), a.events.map(e=>JSON.stringify(e,(k,v)=>typeof v==='bigint'?String(v):v)).slice(0,30));
    a.node.send(a.node.links[0]!.id, 'data');
    b.node.send(b.node.links[0]!.id, 'data');
    network.run(100);
    console.log(a.complaints(), b.complaints(), a.keys, b.keys);
    const capture = openBytes(a.capture(), { protocols: [protocol] });
    if ('problem' in capture) throw new Error(capture.problem.text);
    for (const m of capture.messages()) console.log(JSON.stringify(m));
    for (let n = 0; n < capture.messageCount; n++) console.log(capture.analysis.dissect(n).dissection.info, capture.explain(n));
    for (const m of capture.findings()) console.log(JSON.stringify(m));
    expect(1).toBe(1);
  });
});
