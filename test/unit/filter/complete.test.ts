import { describe, expect, it } from 'vitest';
import { complete, FieldCatalog } from '../../../dissector/filter/index.ts';
import { protocols } from '../../../dissector/protocols/index.ts';

const catalog = new FieldCatalog(protocols);

/** `|` is the caret; gives what is offered and the text with the first offer taken. */
function at(marked: string): { offers: string[]; taken: string } {
  const caret = marked.indexOf('|');
  const text = marked.replace('|', '');
  const { start, end, items } = complete(text, caret, catalog);
  const offers = items.map(({ insert }) => insert);
  return { offers, taken: offers.length === 0 ? text : text.slice(0, start) + offers[0] + text.slice(end) };
}

describe('completion', () => {
  it.each<[string, string, string]>([
    ['|', 'frame', 'frame'],
    ['p2pke.cou|', 'p2pke.counter', 'p2pke.counter'],
    ['p2pke.cou|nter == 1', 'p2pke.counter', 'p2pke.counter == 1'],
    ['p2pke.counter |', '>=', 'p2pke.counter =='],
    ['p2pke.counter == 1 |', '||', 'p2pke.counter == 1 &&'],
    ['p2pke.counter == 1 && p2p.tun|', 'p2p.tunnel_id', 'p2pke.counter == 1 && p2p.TUNNEL_REQ'],
    ['p2p.message == |', '"HELLO"', 'p2p.message == "HELLO"'],
    ['p2p.type == HEL|', '0', 'p2p.type == 0'],
    ['p2p.message == "TUN|', '"TUNNEL_REQ"', 'p2p.message == "TUNNEL_REQ"'],
    ['p2p.message == "TUN|"', '"TUNNEL_REQ"', 'p2p.message == "TUNNEL_REQ"'],
    ['p2p.message == "|HELLO" && p2p.FIN', '"HELLO"', 'p2p.message == "HELLO" && p2p.FIN'],
    ['state in {"decoded", "mal|', '"malformed"', 'state in {"decoded", "malformed"'],
    ['finding.severity == |', '"error"', 'finding.severity == "error"'],
    ['state in {|', '"decoded"', 'state in {"decoded"'],
    ['state in {"decoded", |', '"malformed"', 'state in {"decoded", "decoded"'],
    ['tcp.flags.syn == |', 'true', 'tcp.flags.syn == true'],
    ['!(p2|', 'p2p', '!(p2p'],
    ['le|', 'len(', 'len('],
    ['ma|', 'max(', 'max('],
    ['state not in {|', '"decoded"', 'state not in {"decoded"'],
    ['p2p.message === |', '"HELLO"', 'p2p.message === "HELLO"'],
    ['p2p.message any_ne |', '"HELLO"', 'p2p.message any_ne "HELLO"'],
    ['max(udp.srcport, udp.ds|', 'udp.dstport', 'max(udp.srcport, udp.dstport'],
    ['max(udp.srcport, udp.dstport) |', '&', 'max(udp.srcport, udp.dstport) =='],
    ['udp[0:2] |', 'contains', 'udp[0:2] =='],
    ['ip.src#1 |', 'in', 'ip.src#1 =='],
    ['ip.src not |', 'in', 'ip.src not in'],
    ['ip.src no|', 'not in', 'ip.src not in'],
    ['ip.ttl |', '%', 'ip.ttl =='],
    ['ip.ttl + ip.v|', 'ip.version', 'ip.ttl + ip.version'],
    ['udp |', 'contains', 'udp contains'],
    ['tcp.ana|', 'tcp.analysis.retransmission', 'tcp.analysis.retransmission'],
  ])('of %s offers %s', (text, offer, taken) => {
    const { offers, taken: first } = at(text);
    expect(offers).toContain(offer);
    expect(first).toBe(taken);
  });

  it('puts names that begin with what was typed first, and describes them', () => {
    const { items } = complete('counter', 7, catalog);
    expect(items[0]).toMatchObject({ insert: 'p2pke.counter', kind: 'field', detail: 'integer' });
    expect(complete('p2pke.c', 7, catalog).items[0]!.insert.startsWith('p2pke.c')).toBe(true);
    for (const { doc, insert } of complete('p2p.', 4, catalog).items) expect(`${insert}: ${doc}`).not.toMatch(/: $/);
  });

  it('offers nothing inside a string of what has no known values', () => expect(at('p2p.reason == "by|').offers).toEqual([]));

  it('offers nothing where the number of a layer is meant', () => expect(at('ip.src#|').offers).toEqual([]));

  it('offers no fields where a value is meant', () => expect(at('p2p.nosuch == 5|').offers).toEqual([]));
});
