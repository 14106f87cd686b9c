/** Sealed data of a session whose endpoint changes (NAT rebinding): its tags prove which session it goes on. */
import { describe, expect, it } from 'vitest';
import { defaultLimits, toHex } from '../../../dissector/bytes/index.ts';
import { type OpenedCapture, openBytes } from '../../../dissector/index.ts';
import { data, handshake, Node, recorded, reliable, type Sent, sealed } from './p2ppacket.build.ts';

const [one, two, three] = [1, 2, 3].map((n) => new Node({ address: `192.0.2.${n}`, port: 7000 + n }, n)) as [Node, Node, Node];
/** The first node behind another port. */
const moved = Object.assign(Object.create(one) as Node, { at: { ...one.at, port: 40_123 } });

const say = (n: number): Uint8Array => sealed(data([reliable(1, n, 0, `number ${n}`)]), one, two, n);
const begun: Sent[] = [...handshake(one, two), [one, two, say(1)]];
const later = (from: Node): Sent[] => [2, 3, 4, 5].map((n) => [from, two, say(n)]);

function opened(sent: readonly Sent[], keys: string, limits = {}): OpenedCapture {
  const capture = openBytes(recorded(sent), { keys: [keys], limits: { ...defaultLimits, ...limits } });
  if ('problem' in capture) throw new Error(capture.problem.text);
  return capture;
}

const states = (capture: OpenedCapture) => [...capture.messages()].slice(5).map(({ state, decrypted }) => [state, decrypted]);
const key = `P2PPACKET_X25519_PRIVATE ${toHex(two.secret)}`;

describe('sealed data of p2ppacket from another port', () => {
  it('is decrypted, and the first packet says where its session began', () => {
    const capture = opened([...begun, ...later(moved)], key);
    expect(states(capture)).toEqual(new Array(4).fill(['decoded', true]));
    expect([...capture.findings()]).toEqual([]);
    expect(JSON.stringify([...capture.messages()][5]!.fields)).toContain('6e756d6265722032');
    const layer = capture.tree(5).layers.at(-1)!;
    expect(JSON.stringify(layer.children?.filter(({ generated }) => generated))).toContain(
      'Its session began in frame 1, in another conversation: an address or port has changed since.',
    );
  });

  it('stays encrypted with the key of somebody else, and where the limits look for no other session', () => {
    for (const given of ['', `P2PPACKET_X25519_PRIVATE ${toHex(three.secret)}`])
      expect(states(opened([...begun, ...later(moved)], given))).toEqual(new Array(4).fill(['encrypted', false]));
    for (const limits of [{ movedDataSessions: 0 }, { movedDataPackets: 0 }])
      expect(states(opened([...begun, ...later(moved)], key, limits))).toEqual(new Array(4).fill(['encrypted', false]));
  });

  it('is not taken for data of a session that others have', () => {
    const strange: Sent[] = [2, 3, 4, 5].map((n) => [three, two, sealed(data([reliable(1, n)]), three, one, n)]);
    expect(states(opened([...begun, ...strange], key))).toEqual(new Array(4).fill(['encrypted', false]));
  });
});
