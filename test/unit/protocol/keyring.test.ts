import { describe, expect, it } from 'vitest';
import { defaultLimits } from '../../../dissector/bytes/index.ts';
import { type Key, KeyRing, sharedKeyKind, x25519PrivateKind, x25519PublicKind } from '../../../dissector/protocol/index.ts';
import { protocols } from '../../../dissector/protocols/index.ts';
import { keysOf } from '../../golden/keys.ts';

const ring = (): KeyRing => new KeyRing(protocols.flatMap((protocol) => protocol.keys));
const key = 'fdc6b68de9799289062510512438ec4d7a416bc26484cd7a3553c5364b663105';
const publicValue = '0424fcd53b82ec55ba3060b9c94e76d8d9748aee19819277da68d3e755ac7457';

type OwnKind = ReturnType<typeof x25519PrivateKind>;

describe('the key log', () => {
  it('finds a private key by the public value it yields', () => {
    const keys = ring();
    expect(keys.add('a.keys', `# comment\n\n  P2PKE_EPHEMERAL_PRIVATE \t ${key.toUpperCase()}\r\n`)).toEqual({
      added: 1,
      usable: 1,
      problems: [],
    });
    expect(keys.find('P2PKE_EPHEMERAL_PRIVATE', publicValue)).toMatchObject([{ where: 'a.keys:3' }]);
    expect(keys.find('P2PKE_EPHEMERAL_PRIVATE', key)).toEqual([]);
  });

  it('finds keys by their kind, which tells what their secrets are, and none of another kind', () => {
    const [own, other] = ['MINE_KEY', 'OTHER_KEY'].map((label) => x25519PrivateKind(label, '')) as [OwnKind, OwnKind];
    const keys = new KeyRing([own, other]);
    keys.add('a', `MINE_KEY ${key}`);
    const found: readonly Key<Uint8Array>[] = keys.find(own, publicValue);
    expect(found.map(({ secret }) => secret.length)).toEqual([32]);
    expect(keys.all(own)).toEqual(keys.all('MINE_KEY'));
    expect([keys.find(other, publicValue), keys.all(other)]).toEqual([[], []]);
  });

  it('reads a text that begins with a byte order mark, and numbers without their first zero', () => {
    const vector = '00'.repeat(16);
    const keys = ring();
    expect(keys.add('a', `\ufeffP2P_DH_PRIVATE abc\nP2P_SHARED_SECRET ${vector} abc`)).toEqual({
      added: 2,
      usable: 2,
      problems: [],
    });
    expect(keys.find('P2P_SHARED_SECRET', vector)).toMatchObject([{ secret: Uint8Array.of(0x0a, 0xbc) }]);
  });

  it('keeps several lines for one session, and one of two that are equal', () => {
    const keys = ring();
    const line = `P2PKE_TRANSPORT_KEYS ${publicValue} ${key} -\n`;
    expect(keys.add('a', `${line}${line}P2PKE_TRANSPORT_KEYS ${publicValue} - ${key}\n`).added).toBe(2);
    expect(keys.find('P2PKE_TRANSPORT_KEYS', publicValue)).toHaveLength(2);
  });

  it.each([
    `P2PKE_EPHEMERAL_PRIVATE ${key.slice(2)}`,
    `P2PKE_EPHEMERAL_PRIVATE ${key} ${key}`,
    `P2PKE_EPHEMERAL_PRIVATE ${'0'.repeat(64)}`,
    `P2PKE_EPHEMERAL_PRIVATE ${key.slice(0, 62)}zz`,
    `P2PKE_TRANSPORT_KEYS ${publicValue} - -`,
    `p2pke_ephemeral_private ${key}`,
    key,
    `P2PKE_EPHEMERAL_PRIVATE ${key} # not a comment here`,
  ])('reports a line that does not parse, without what it holds: %#', (line) => {
    const keys = ring();
    const report = keys.add('b.keys', `\n${line}\nP2PKE_EPHEMERAL_PRIVATE ${key}\n`);
    expect(report.added).toBe(1);
    expect(report.problems).toHaveLength(1);
    expect(report.problems[0]).toMatch(/^b\.keys:2: /);
    expect(report.problems[0]).not.toContain(key.slice(0, 16));
  });

  it('reads the logs of other programs: "LABEL = value", and base64', () => {
    const private64 = Buffer.from(key, 'hex').toString('base64');
    const public64 = Buffer.from(publicValue, 'hex').toString('base64');
    const psk = Buffer.alloc(32, 7).toString('base64');
    const kinds = [
      x25519PrivateKind('LOCAL_STATIC_PRIVATE_KEY', ''),
      x25519PublicKind('REMOTE_STATIC_PUBLIC_KEY', ''),
      sharedKeyKind('PRESHARED_KEY', ''),
    ];
    const keys = new KeyRing(kinds);
    const log = `LOCAL_STATIC_PRIVATE_KEY = ${private64}\n REMOTE_STATIC_PUBLIC_KEY=${public64}\nPRESHARED_KEY =${psk}\n`;
    expect(keys.add('wg.keys', log)).toEqual({ added: 3, usable: 3, problems: [] });
    expect(keys.every.map(({ index }) => index)).toEqual([publicValue, publicValue, '']);
    // The same key, said in another way.
    expect(keys.add('b', `LOCAL_STATIC_PRIVATE_KEY ${key}`)).toMatchObject({ added: 0, usable: 1 });
    const wrong = [`REMOTE_STATIC_PUBLIC_KEY ${psk.slice(4)}`, `PRESHARED_KEY = ${psk} ${psk}`, 'PRESHARED_KEY ='];
    expect(keys.add('c', wrong.join('\n'))).toMatchObject({ added: 0, usable: 0, problems: { length: 3 } });
  });

  it('counts a key that is there already as usable', () => {
    const keys = ring();
    keys.add('a', `P2PKE_EPHEMERAL_PRIVATE ${key}`);
    expect(keys.add('b', `# again\nP2PKE_EPHEMERAL_PRIVATE ${key}\nnonsense`)).toMatchObject({ added: 0, usable: 1 });
  });

  it('asks for the module of what looks like a label, and of a key alone that it has none', () => {
    const told = (line: string) => ring().add('a', line).problems[0];
    expect(told('HEARTBEAT_KEY c0ffee')).toMatch(/known label; is the module of its protocol missing\?$/);
    for (const line of [key, key.toUpperCase(), 'Dear sir', 'p2p_key 1']) expect(told(line)).toMatch(/known label$/);
  });

  it('forgets everything when asked', () => {
    const keys = ring();
    keys.add('a', `P2PKE_EPHEMERAL_PRIVATE ${key}`);
    keys.clear();
    expect([keys.size, keys.find('P2PKE_EPHEMERAL_PRIVATE', publicValue)]).toEqual([0, []]);
  });

  it('tells of so many wrong lines, and how many more there are', () => {
    const { usable, problems } = ring().add('log', 'wrong\n'.repeat(5000));
    expect([usable, problems.length]).toEqual([0, 1001]);
    expect(problems.at(-1)).toBe('log: 4000 more lines are wrong, over the limit keyLogProblems of 1000');
  });
});

describe('what a key belongs to', () => {
  /** Public keys stand in key logs, too: they are found by themselves. */
  const publicLabels = ['P2P_NODE_LIST_KEY'];

  it.each(['botd_a', 'p2p_a', 'p2pke_a', 'p2pke_b', 'ptpchat_a', 'ptpchat_d'])('holds nothing of the key: %s', (name) => {
    const kinds = protocols.flatMap(({ keys }) => keys);
    const lines = keysOf(name)
      .split('\n')
      .filter((line) => /^[A-Z]/.test(line));
    let judged = 0;
    for (const line of lines) {
      const [label = '', ...fields] = line.split(/\s+/);
      const parsed = kinds.find((kind) => kind.label === label)?.parse(fields, defaultLimits);
      if (parsed === undefined || typeof parsed === 'string' || publicLabels.includes(label)) continue;
      const value = fields.at(-1)!;
      const hex = /^[0-9a-f]+$/i.test(value) ? value.toLowerCase() : Buffer.from(value, 'base64').toString('hex');
      judged++;
      expect(parsed.index, label).not.toContain(hex.replace(/^0+/, ''));
    }
    expect(judged).toBeGreaterThan(0);
  });
});
