/** The sample libp2p over what js-libp2p 3 sent: two connections, one that names its multiplexer in the handshake and one that does not. */
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { compileFilter, FieldCatalog, FilterRow } from '../../../dissector/filter/index.ts';
import * as library from '../../../dissector/index.ts';
import { type Field, type MessageLine, type OpenedCapture, openBytes, type Protocol } from '../../../dissector/index.ts';
// @ts-expect-error: a sample is JavaScript, as a person writes it.
import sample from '../../../media/samples/protocols/libp2p.js';

const protocol = (sample as (given: typeof library) => Protocol)(library);
const bytes = new Uint8Array(readFileSync(new URL('../../vectors/libp2p_a.pcap', import.meta.url)));
const keyLines = readFileSync(new URL('../../vectors/libp2p_a.keys', import.meta.url), 'utf8')
  .trim()
  .split('\n');

function open(keys: readonly string[], content = bytes): OpenedCapture {
  const capture = openBytes(content, { protocols: [protocol], keys: [keys.join('\n')] });
  if ('problem' in capture) throw new Error(capture.problem.text);
  return capture;
}

const lines = (capture: OpenedCapture): MessageLine[] => [...capture.messages()];
const ofPort = (all: readonly MessageLine[], port: number) =>
  all.filter(({ src, dst }) => src.endsWith(`:${port}`) || dst.endsWith(`:${port}`));

describe('a capture of libp2p', () => {
  const capture = open(keyLines);
  const all = lines(capture);

  it('is decrypted whole with its keys', () => {
    const sealed = all.filter(({ encrypted }) => encrypted);
    expect(sealed.length).toBeGreaterThan(120);
    expect(sealed.filter(({ state, decrypted }) => state !== 'decoded' || decrypted !== true)).toEqual([]);
    expect([...capture.findings()].map(({ rule }) => rule)).toEqual(['libp2p.refused', 'libp2p.refused']);
  });

  it('shows each frame of yamux once, what it carries inside', () => {
    const data = all.filter(({ message }) => message === 'data').map(({ fields }) => fields as Record<string, unknown>);
    for (const { length, data: sent } of data) expect((sent as string).length).toBe(Number(length) * 2);
    const agents = data.flatMap(({ identify }) => (identify === undefined ? [] : [(identify as { peer: object }).peer]));
    expect(agents).toHaveLength(4);
    for (const peer of agents) expect(peer).toMatchObject({ protocols: expect.arrayContaining(['/ipfs/id/1.0.0']) });
    const asked = data.flatMap(({ multistream }) => [multistream ?? []].flat()) as { protocol: string }[];
    expect(asked.map(({ protocol: name }) => name)).toContain('/echo/1.0.0\n');
  });

  it('shows what one side says in the frames of that side', () => {
    const asked = all.filter(({ fields }) => JSON.stringify(fields).includes('"/ipfs/ping/1.0.0\\n"'));
    const bySide = asked
      .filter(({ fields }) => 'multistream' in (fields as object))
      .map(({ src }) => src.endsWith(':27001') || src.endsWith(':27002'));
    // Asked by the client, answered by the server, in each connection.
    expect(bySide).toEqual([false, true, false, true]);
  });

  it('gives the bytes of the echo, the same both ways', () => {
    const streams = new Map<string, string>();
    for (const { src, message, fields } of ofPort(all, 27002)) {
      const { stream_id, data, multistream } = fields as { stream_id: number; data: string; multistream?: unknown };
      if (message !== 'data' || multistream !== undefined) continue;
      const of = `${src.endsWith(':27002') ? 'server' : 'client'} ${stream_id}`;
      streams.set(of, (streams.get(of) ?? '') + data);
    }
    const long = [...streams].filter(([, hex]) => hex.length >= 240_000 * 2);
    expect(long).toHaveLength(2);
    expect(long[0]![1] === long[1]![1]).toBe(true);
  });

  it('verifies that the identities sign the static keys', () => {
    const signed = all.filter((line) => 'signature_valid' in line);
    expect(signed).toHaveLength(4);
    expect(signed.every((line) => line.signature_valid === true)).toBe(true);
  });

  it('has trees whose ranges lie in their Sources and leave no gap', () => {
    const isFlat = new Set(['multistream', 'noise', 'yamux', 'identify', 'ping']);
    for (let n = 0; n < capture.messageCount; n++) {
      const { sources, layers } = capture.tree(n);
      const walk = (field: Field): void => {
        expect(field.start).toBeLessThanOrEqual(field.end);
        expect(field.end).toBeLessThanOrEqual(sources[field.source]!.bytes.length);
        const own = (field.children ?? []).filter((child) => child.generated !== true && child.source === field.source);
        let at = field.start;
        for (const child of own) {
          // A record of protobuf begins with its tag, which is no field.
          if (isFlat.has(field.name)) expect(child.start).toBe(at);
          else expect(child.start).toBeGreaterThanOrEqual(at);
          at = child.end;
        }
        if (own.length > 0) expect(at).toBe(field.end);
        for (const child of field.children ?? []) walk(child);
      };
      for (const layer of layers.filter(({ name }) => protocol.layers!.some(({ id }) => id === name))) walk(layer);
    }
  });

  it('has layers with names of their own, and each leads back to frames', () => {
    const n = all.findIndex(({ fields }) => (fields as { identify?: unknown }).identify !== undefined);
    const { layers, sources } = capture.tree(n);
    expect(layers.map(({ name }) => name).slice(-3)).toEqual(['noise', 'yamux', 'identify']);
    expect(sources.map(({ name }) => name)).toContain('Decrypted');
    for (const { origin } of sources) {
      if (origin.kind === 'derived') expect(sources[origin.from]).toBeDefined();
      if (origin.kind === 'joined') for (const { from } of origin.parts) expect(sources[from]).toBeDefined();
    }
  });

  it.each([
    ['yamux.type == 0', (line: MessageLine) => line.message === 'data'],
    ['noise.length > 1000 && yamux', ({ fields }: MessageLine) => ((fields as { data?: string }).data ?? '').length > 2000],
    ['noise.message && yamux.flags & 4', ({ fields }: MessageLine) => ((fields as { flags?: number }).flags ?? 0) % 8 > 3],
    [
      'multistream.protocol contains "ping"',
      ({ fields }: MessageLine) => 'multistream' in (fields as object) && JSON.stringify(fields).includes('/ipfs/ping'),
    ],
    ['identify', ({ fields }: MessageLine) => 'identify' in (fields as object)],
    ['libp2p && !yamux', ({ message }: MessageLine) => ['multistream', 'handshake'].includes(message)],
  ])('is filtered by %s', (text, wanted) => {
    const compiled = compileFilter(text, new FieldCatalog([protocol]));
    if (!('filter' in compiled)) throw new Error(JSON.stringify(compiled));
    const row = new FilterRow(capture.analysis);
    const found = all.filter(({ n, frames }) => compiled.filter.matches(row.at(frames.at(-1)!, n))).map(({ n }) => n);
    expect(found).toEqual(all.filter(wanted).map(({ n }) => n));
    expect(found.length).toBeGreaterThan(0);
  });
});

describe('keys of libp2p', () => {
  // By connection: the order in which the log has them is that of who dialled and who listened, static keys first.
  const closed = lines(open([]));
  const publics = new Map(keyLines.map((line) => [line, open([line]).analysis.ring.every[0]!.index]));
  const known = lines(open(keyLines));

  /** The key lines of one connection by what they are in its handshake. */
  function rolesOf(port: number): Record<'is' | 'ie' | 'rs' | 're', string> {
    const [first, second, third] = ofPort(known, port).filter(({ message }) => message === 'handshake');
    const key = (line: MessageLine, name: string): string => (line.fields as Record<string, string>)[name]!;
    const line = (index: string): string => [...publics].find(([, each]) => each === index)![0];
    return { ie: line(key(first!, 'e')), re: line(key(second!, 'e')), rs: line(key(second!, 's')), is: line(key(third!, 's')) };
  }

  it.each([27001, 27002])('open the connection at port %i where they suffice, and only there', (port) => {
    const roles = rolesOf(port);
    const names = ['is', 'ie', 'rs', 're'] as const;
    for (let set = 0; set < 16; set++) {
      const has = Object.fromEntries(names.map((name, bit) => [name, (set & (1 << bit)) !== 0])) as Record<
        (typeof names)[number],
        boolean
      >;
      // XX: ee, es and se, each by either side's private key.
      const suffices = (has.ie || has.re) && (has.ie || has.rs) && (has.is || has.re);
      const given = open(names.filter((name) => has[name]).map((name) => roles[name]));
      const own = ofPort(lines(given), port);
      const sealed = own.filter(({ message }) => message === 'transport');
      expect({ set, opened: own.some(({ message }) => message === 'data') }).toEqual({ set, opened: suffices });
      expect(sealed.every(({ state }) => state === 'encrypted')).toBe(true);
      expect(sealed.length > 0).toBe(!suffices);
      for (const { n } of sealed.slice(0, 1)) expect(given.explain(n).missing.join()).toMatch(/private key/);
    }
  });

  it('of another connection open nothing', () => {
    const other = Object.values(rolesOf(27002));
    const own = ofPort(lines(open(other)), 27001);
    expect(own.filter(({ decrypted }) => decrypted !== false)).toEqual([]);
    expect(own).toHaveLength(ofPort(closed, 27001).length);
  });

  it('of either side tell what both compute, which Node computes too', () => {
    const { is, ie, rs, re } = rolesOf(27001);
    const computed = (keys: readonly string[]): [name: string, hex: string][] => {
      const given = open(keys);
      const messages = ofPort(lines(given), 27001).filter(({ message }) => message === 'handshake');
      const steps = given.analysis.steps(messages[0]!.n)!.steps;
      expect(steps.slice(0, messages.length).map(({ n }) => n)).toEqual(messages.map(({ n }) => n));
      // What stands in transport messages are steps, too.
      expect(steps.length).toBeGreaterThan(messages.length);
      expect(steps.every(({ allowed }) => allowed)).toBe(true);
      const [transport] = given.analysis.compute(steps[messages.length]!.n);
      expect(transport).toMatchObject({ check: { state: 'valid' } });
      return messages.flatMap(({ n }) =>
        given.analysis
          .compute(n)
          .flatMap(({ results }) => results)
          .map(({ name, value }) => [name, Buffer.from(value as Uint8Array).toString('hex')]),
      );
    };
    const all = computed([is, ie, rs, re]);
    expect(computed([is, ie])).toEqual(all);
    expect(computed([rs, re])).toEqual(all);
    // HKDF of section 4.3 over the three DH results, from the name of the protocol on.
    const hmac = (key: Uint8Array, ...parts: readonly Uint8Array[]) =>
      parts.reduce((hash, part) => hash.update(part), createHmac('sha256', key)).digest();
    const hkdf = (ck: Uint8Array, input: Uint8Array): [Buffer, Buffer] => {
      const temp = hmac(ck, input);
      const first = hmac(temp, Buffer.of(1));
      return [first, hmac(temp, first, Buffer.of(2))];
    };
    const known = (name: string) => Buffer.from(all.find(([own]) => own === name)![1], 'hex');
    const ck = ['ee', 'es', 'se'].reduce<Uint8Array>(
      (before, name) => hkdf(before, known(name))[0],
      Buffer.from('Noise_XX_25519_ChaChaPoly_SHA256'),
    );
    expect([known('k_i2r'), known('k_r2i')]).toEqual(hkdf(ck, Buffer.alloc(0)));
  });

  it('are told apart by what they did', () => {
    const roles = rolesOf(27001);
    const given = open([roles.is, roles.ie, rolesOf(27002).ie, roles.rs]);
    const own = ofPort(lines(given), 27001);
    const did = (n: number) => given.analysis.explain(n).map((tried) => tried.steps.every(({ ok }) => ok));
    const [first, second, third] = own.filter(({ message }) => message === 'handshake');
    expect(did(first!.n)).toEqual([]);
    // By label: both static keys before both ephemeral ones. The initiator's static key goes into the third message alone.
    expect(did(second!.n).sort()).toEqual([false, false, true, true]);
    expect(did(third!.n).sort()).toEqual([false, true, true, true]);
    expect(did(own.find(({ message }) => message === 'data')!.n)).toEqual(did(third!.n));
  });
});

describe('a broken capture of libp2p', () => {
  it('never throws, and keeps its frames', () => {
    let seed = 7;
    const random = (below: number): number => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
      return (seed >>> 8) % below;
    };
    for (let round = 0; round < 40; round++) {
      const broken = bytes.slice(0, 24_000);
      for (let at = 0; at < 20; at++) broken[24 + random(broken.length - 24)] = random(256);
      const capture = openBytes(broken, { protocols: [protocol], keys: [keyLines.join('\n')] });
      if ('problem' in capture) continue;
      for (const { n } of capture.messages({ bytes: true })) {
        capture.tree(n);
        for (const { results } of capture.analysis.compute(n))
          for (const { value, unknown } of results) expect((value === undefined) === (unknown === undefined)).toBe(false);
        if (n % 20 === 0) capture.analysis.steps(n);
      }
    }
  });

  it('says so where the tag of a message does not verify', () => {
    const broken = bytes.slice();
    // The last byte of the first transport message: frame 38 of the recording.
    const at = Buffer.from(broken).indexOf(Buffer.from('794764d4c9e06989', 'hex')) + 20;
    broken[at] = broken[at]! ^ 1;
    const capture = open(keyLines, broken);
    const found = [...capture.findings()].filter(({ rule }) => rule === 'libp2p.message');
    expect(found[0]?.text).toBe('the tag of transport message 0 does not verify');
    expect(lines(capture)[found[0]!.n]).toMatchObject({ message: 'transport', state: 'malformed', decrypted: false });
  });
});
