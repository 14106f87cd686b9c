/** What strangers make costly leaves enough for those whom the user's keys are meant for. */
import { describe, expect, it } from 'vitest';
import { Budget, defaultLimits } from '../../../dissector/bytes/index.ts';
import { openBytes } from '../../../dissector/index.ts';
import * as p2p from '../protocols/p2p.build.ts';
import { capture } from './packets.ts';

const modulus = BigInt(`0x${p2p.prime}`);

/** A handshake in a group of its own, which costs a public value of each exponent. */
function hostile(index: number, address: string): Uint8Array[] {
  const key = (y: bigint): Uint8Array => p2p.publicKey(y, modulus + 2n * BigInt(index + 1));
  return p2p.framesOf(
    [
      ['outbound', p2p.hello({ a_peer_public_key: key(3n) }), 'clear'],
      ['inbound', p2p.helloAck({ b_peer_public_key: key(5n) }), 'clear'],
      ['outbound', p2p.fin()],
    ],
    { client: { address, port: 1024 + index } },
  );
}

const honest = p2p.framesOf([...p2p.handshake, ['inbound', p2p.disconnect('bye')]]);

function opened(frames: readonly Uint8Array[], keys: string, privateOperations: number) {
  const found = openBytes(new Uint8Array(capture(frames)), { keys: [keys], limits: { privateOperations } });
  if ('problem' in found) throw new Error(found.problem.text);
  const lines = [...found.messages()];
  return { last: lines.at(-1)!, passed: found.analysis.passedLimits.join() };
}

describe("the user's budget", () => {
  it('opens the honest handshake behind 2,000 hostile ones of another host', () => {
    const frames = Array.from({ length: 2_000 }, (_, i) => hostile(i, '203.0.113.9')).flat();
    const { last, passed } = opened([...frames, ...honest], p2p.dhKey('inbound'), 20);
    expect([last.message, last.decrypted]).toEqual(['DISCONNECT', true]);
    expect(passed).toContain('the limit privateOperations of 20 is passed');
  });

  it('is not kept back where nobody else needs it', () => {
    const frames = Array.from({ length: 100 }, (_, i) => hostile(i, '192.0.2.1')).flat();
    const { last, passed } = opened([...frames, ...honest], p2p.dhKey('inbound'), 20);
    expect([last.message, last.decrypted]).toEqual(['DISCONNECT', true]);
    expect(passed).not.toContain('privateOperations');
  });

  it('is the same for all addresses of one IPv6 network', () => {
    const frames = Array.from({ length: 500 }, (_, i) => hostile(i, `2001:db8:1:1::${(i + 1).toString(16)}`)).flat();
    const { last } = opened([...frames, ...honest], p2p.dhKey('inbound'), 10);
    expect([last.message, last.decrypted]).toEqual(['DISCONNECT', true]);
  });
});

describe('a share', () => {
  it('is a quarter of what the others have left, and names itself until all had their turn', () => {
    const budget = new Budget({ ...defaultLimits, privateOperations: 100 });
    const spendAll = (payer: string): number => {
      budget.payer = payer;
      let spent = 0;
      while (budget.spend('privateOperations', 1)) spent++;
      return spent;
    };
    expect([spendAll('a'), spendAll('b'), spendAll('a')]).toEqual([25, 18, 0]);
    expect(budget.why('privateOperations')).toBe(
      'the share of one pair of hosts in the limit privateOperations of 100 is passed',
    );
    expect([budget.liftShares(), budget.isPassed('privateOperations'), spendAll('a'), budget.liftShares()]).toEqual([
      true,
      false,
      82,
      false,
    ]);
    expect(budget.why('privateOperations')).toBe('the limit privateOperations of 100 is passed');
    budget.renew();
    expect(spendAll('a')).toBe(25);
  });

  it("is given back with what opened a message, and holds for the user's keys alone", () => {
    const budget = new Budget({ ...defaultLimits, trialBytes: 40_960, captureTrialBytes: 40_960 });
    budget.payer = 'a';
    for (let i = 0; i < 100; i++) {
      expect(budget.mayTry('user', 0)).toBe(true);
      budget.opened('user', 0);
    }
    expect(Array.from({ length: 10 }, () => budget.mayTry('capture', 0))).toEqual(Array.from({ length: 10 }, () => true));
  });
});
