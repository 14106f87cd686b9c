import { describe, expect, it } from 'vitest';
import type { Analysis } from '../../dissector/analysis/index.ts';
import { analyseGolden, goldenJson, goldenKeys } from './open.ts';

interface Truth {
  readonly n: number;
  readonly client_port: number;
  readonly sender: 'outbound' | 'inbound';
  readonly type: string;
  readonly encrypted: boolean;
  readonly stream_len: number;
  readonly plaintext: string;
  readonly send_error?: string;
  readonly fields: Record<string, unknown>;
}

interface NodeList {
  readonly valid_from: number;
  readonly valid_until: number;
  readonly nodes: readonly { readonly inid: number; readonly public_key: string; readonly geolocation: readonly number[] }[];
  readonly signature: string;
}

/** Where the recorder's names are not the specification's. */
const renamed: Readonly<Record<string, string>> = {
  test_data_hash: 'test_hash',
  test_data_encrypted: 'test_encrypted',
};

function expectedFields({ type, fields }: Truth): Record<string, unknown> {
  if (type === 'NLIST_RES') return fields.node_list === undefined ? {} : listFields(fields.node_list as NodeList);
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name === 'random_data' && type === 'TUNNEL_CLOSE' ? 'random' : (renamed[name] ?? name),
      typeof value === 'number' && !Number.isSafeInteger(value) ? '9223372036854775807' : value,
    ]),
  );
}

function listFields({ nodes, ...rest }: NodeList): Record<string, unknown> {
  const listed = nodes.map(({ geolocation: [latitude, longitude], inid, public_key }) => ({
    // JSON.parse has rounded the recorder's integers beyond 2^53: compared as numbers.
    inid: Number(inid),
    public_key,
    latitude,
    longitude,
  }));
  return { ...rest, nodes: listed };
}

/** The packets of one direction of a connection, those inside tunnels left out. */
function packets(analysis: Analysis, { client_port, sender }: Pick<Truth, 'client_port' | 'sender'>): number[] {
  return Array.from({ length: analysis.messageCount }, (_, n) => n).filter((n) => {
    const { conversation, direction, name } = analysis.message(n);
    const isOutbound = conversation.endpoints[direction].endsWith(`:${client_port}`);
    return conversation.ports.includes(client_port) && isOutbound === (sender === 'outbound') && !/^TUNNEL_CREATE/.test(name);
  });
}

function fieldsOf(analysis: Analysis, n: number): Record<string, unknown> {
  const fields = analysis.dissect(n).dissection.fields as Record<string, unknown>;
  const nodes = fields.nodes as { inid: string | number }[] | undefined;
  return nodes === undefined ? fields : { ...fields, nodes: nodes.map((node) => ({ ...node, inid: Number(node.inid) })) };
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

describe('p2p_a, as its implementation saw it', () => {
  const truth: Truth[] = goldenJson('p2p_a.truth.json').messages;
  const analysis = analyseGolden('p2p_a', goldenKeys('p2p_a'));

  it.each(['outbound', 'inbound'] as const)('%s: every packet of the truth, byte for byte', (sender) => {
    const told = truth.filter((message) => message.sender === sender);
    const seen = packets(analysis, { client_port: told[0]!.client_port, sender });
    expect(seen.map((n) => analysis.message(n).name)).toEqual(told.map(({ type }) => type));
    told.forEach((message, i) => {
      const info = analysis.message(seen[i]!);
      const { whole } = analysis.dissect(seen[i]!).dissection;
      expect([message.n, info.state]).toEqual([message.n, message.send_error === undefined ? 'decoded' : 'incomplete']);
      expect(info.encrypted).toBe(!['HELLO', 'HELLO_ACK'].includes(message.type));
      expect(hex(whole)).toBe(message.plaintext.slice(0, message.stream_len * 2));
      if (info.state === 'decoded') expect(fieldsOf(analysis, seen[i]!)).toMatchObject(expectedFields(message));
    });
  });

  it('verifies node lists and the closing of tunnels', () => {
    const verdicts = Array.from({ length: analysis.messageCount }, (_, n) => [
      analysis.message(n).name,
      analysis.dissect(n).dissection.signatureValid,
    ]).filter(([, verdict]) => verdict !== undefined);
    expect(verdicts).toEqual([
      ['NLIST_RES', true],
      ['NLIST_RES', true],
      ['TUNNEL_CLOSE', true],
      ['TUNNEL_CLOSE', true],
    ]);
  });

  it("opens the tunnel with the target's RSA key", () => {
    const named = (name: string): number[] =>
      Array.from({ length: analysis.messageCount }, (_, n) => n).filter((n) => analysis.message(n).name === name);
    const [create] = named('TUNNEL_CREATE');
    expect(fieldsOf(analysis, create!)).toMatchObject({ hops_offset: 0, pub_size: 162 });
    const [ack] = named('TUNNEL_CREATE_ACK');
    expect(fieldsOf(analysis, ack!)).toEqual({ hops: 1 });
    const [first, second] = named('TUNNEL_DATA');
    expect(fieldsOf(analysis, first!)).toMatchObject({ inner: '0100000001' });
    expect(Buffer.from(String(fieldsOf(analysis, second!).inner), 'hex').toString()).toBe('tunnel payload 0 ');
  });

  it('conforms: neither error nor warning', () => {
    const findings = Array.from({ length: analysis.messageCount }, (_, n) => analysis.message(n).findings).flat();
    expect([...new Set(findings.map(({ rule }) => rule))]).toEqual(['p2p.small-group', 'p2p.shared-iv']);
  });

  it.each([
    ['no key', ''],
    ['a wrong exponent', 'P2P_DH_PRIVATE 1234567890abcdef\n'],
    ['a wrong AES key', `P2P_AES_KEY a1711fd343c60933b105fe2f1d506751 ${'42'.repeat(32)}\n`],
    ['a wrong secret', `P2P_SHARED_SECRET a1711fd343c60933b105fe2f1d506751 ${'42'.repeat(64)}\n`],
  ])('shows nothing behind the handshake with %s', (_, keys) => {
    const blind = analyseGolden('p2p_a', keys);
    const rows = Array.from({ length: blind.messageCount }, (_, n) => blind.message(n));
    expect(rows.map(({ name, state }) => [name, state])).toEqual([
      ['HELLO', 'decoded'],
      ['HELLO_ACK', 'decoded'],
      ['undecodable', 'encrypted'],
      ['undecodable', 'encrypted'],
    ]);
    expect(blind.dissect(2).dissection.missing.join()).toContain('P2P_DH_PRIVATE');
    expect(blind.dissect(2).dissection.fields).toEqual({});
  });

  it.each([
    ["outbound's exponent", 'P2P_DH_PRIVATE', (session: Session) => session.x_outbound],
    ['the shared secret', 'P2P_SHARED_SECRET', (session: Session) => `${session.iv} ${session.shared_secret}`],
    ['the AES key', 'P2P_AES_KEY', (session: Session) => `${session.iv.toUpperCase()} ${session.key}`],
  ])('opens with %s as well', (_, label, value) => {
    const [session] = goldenJson('p2p_a.keys.json').sessions as Session[];
    const opened = analyseGolden('p2p_a', `${label} ${value(session!)}\n`);
    // Without the tunnel's RSA key its packets are closed, and its two inner packets are not told apart.
    const closed = Array.from({ length: opened.messageCount }, (_, n) => opened.message(n)).filter(
      ({ state }) => state === 'encrypted',
    );
    expect(new Set(closed.map(({ name, decrypted }) => `${name} ${decrypted}`))).toEqual(
      new Set(['TUNNEL_REQ partly', 'TUNNEL_DATA partly']),
    );
    expect(opened.messageCount).toBe(truth.length);
  });
});

interface Session {
  readonly x_outbound: string;
  readonly iv: string;
  readonly shared_secret: string;
  readonly key: string;
}

describe('p2p_b, eight handshakes that fail', () => {
  const analysis = analyseGolden('p2p_b', goldenKeys('p2p_b'));
  const rows = (port: number) =>
    Array.from({ length: analysis.messageCount }, (_, n) => analysis.message(n))
      .filter(({ conversation }) => conversation.ports.includes(port))
      .map(({ name, state, conversation, direction, findings }) => {
        const sender = conversation.endpoints[direction].endsWith(':5002') ? 'inbound' : 'outbound';
        const broken = findings.filter(({ severity }) => severity !== 'note').map(({ rule }) => rule.replace('p2p.', ''));
        return `${sender} ${name} ${state} ${broken.join(' ')}`.trim();
      });

  it.each([
    [46962, ['outbound HELLO decoded', 'inbound DISCONNECT decoded handshake-failed', 'outbound DISCONNECT incomplete']],
    [
      46966,
      [
        'outbound HELLO decoded',
        'inbound HELLO_ACK decoded',
        'outbound KEEP_ALIVE decoded order handshake-failed',
        'outbound DISCONNECT decoded',
        'inbound DISCONNECT incomplete',
      ],
    ],
    [
      46970,
      [
        'outbound HELLO decoded',
        'inbound HELLO_ACK decoded',
        'outbound undecodable encrypted handshake-failed',
        'inbound DISCONNECT incomplete',
      ],
    ],
    [
      46984,
      [
        'outbound HELLO decoded',
        'inbound HELLO_ACK decoded',
        'outbound FIN decoded',
        'outbound DISCONNECT decoded',
        'inbound FIN incomplete order handshake-failed',
      ],
    ],
    [46998, ['outbound KEEP_ALIVE decoded order handshake-failed', 'inbound DISCONNECT decoded']],
    [44878, ['outbound undecodable malformed unknown-type handshake-failed', 'inbound DISCONNECT decoded']],
    [44886, ['outbound HELLO incomplete incomplete', 'inbound DISCONNECT decoded handshake-failed']],
    [44888, ['inbound DISCONNECT decoded handshake-failed']],
  ])('the connection from port %i', (port, expected) => expect(rows(port)).toEqual(expected));
});
