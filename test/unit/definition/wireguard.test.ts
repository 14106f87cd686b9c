/** The sample wireguard: its capture, made by its own nodes; what is decrypted with which keys; what is told of what is wrong. */
import { execFileSync, spawnSync } from 'node:child_process';
import { createDecipheriv } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { compileFilter, FieldCatalog, FilterRow } from '../../../dissector/filter/index.ts';
import {
  curves,
  decryptionSecrets,
  fromBase64,
  fromHex,
  hashes,
  type MessageLine,
  type OpenedCapture,
  openBytes,
  toBase64,
} from '../../../dissector/index.ts';
import { textOf } from '../../golden/treetext.ts';
import { peerscope } from '../cli/help.ts';
import { captureOf, echo, frameOf, keyLogOf, moved, protocol, type Sent, sampleCapture, twoNodes } from './wireguard.build.ts';

const path = (name: string) => fileURLToPath(new URL(`../../../media/samples/protocols/${name}`, import.meta.url));
const golden = (name: string) => fileURLToPath(new URL(`../../golden/${name}`, import.meta.url));
const bytes = new Uint8Array(readFileSync(path('wireguard.pcapng')));
const keyLog = readFileSync(path('wireguard.keys'), 'utf8');

function open(content: Uint8Array, keys: string, limits = {}): OpenedCapture {
  const capture = openBytes(content, { protocols: [protocol], keys: [keys], limits });
  if ('problem' in capture) throw new Error(capture.problem.text);
  expect(capture.problems).toEqual([]);
  return capture;
}

const lines = (capture: OpenedCapture): MessageLine[] => [...capture.messages()];
const states = (capture: OpenedCapture) => lines(capture).map(({ message, state }) => `${message} ${state}`);
const found = (capture: OpenedCapture) => [...capture.findings()].map(({ frame, rule, text }) => `${frame} ${rule}: ${text}`);
const hasTshark = spawnSync('tshark', ['--version']).status === 0;

describe('the capture of wireguard', () => {
  it('has a node that says which messages it does not send', async () => {
    const { a, send } = await twoNodes('responder');
    for (const name of ['ip', 'constructor'])
      expect(() => send(a, name)).toThrow(new RegExp(`${name} is no message that a node sends|no message ${name}`));
  });

  it('is what its nodes send', async () => {
    const made = await sampleCapture();
    if (process.env.UPDATE_GOLDEN === '1') {
      writeFileSync(path('wireguard.pcapng'), made.capture);
      writeFileSync(path('wireguard.keys'), made.keys);
    }
    expect(readFileSync(path('wireguard.pcapng')).equals(made.capture)).toBe(true);
    expect(readFileSync(path('wireguard.keys'), 'utf8')).toBe(made.keys);
  });

  it.each([
    ['keys', keyLog],
    ['nokeys', ''],
  ])('with %s is the golden text', (name, keys) => {
    const file = golden(`wireguard.${name}.txt`);
    const text = textOf(open(bytes, keys).analysis);
    if (process.env.UPDATE_GOLDEN === '1') writeFileSync(file, text);
    expect(existsSync(file)).toBe(true);
    expect(text).toBe(readFileSync(file, 'utf8'));
  });

  it('is decrypted whole with the key log of one side', () => {
    const capture = open(bytes, keyLog);
    expect(lines(capture).filter(({ decrypted, state }) => decrypted !== true || state !== 'decoded')).toEqual([]);
    expect(found(capture)).toEqual([
      '10 wireguard.replay: counter 1 came before',
      '11 wireguard.moved: the session was at another address',
    ]);
  });

  it('is decrypted with the keys that Wireshark puts into a capture', () => {
    // A block of type "WGKL" (draft-ietf-opsawg-pcapng) after the section header.
    const block = decryptionSecrets(0x57474b4c, new TextEncoder().encode(keyLog));
    const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(4, true);
    const content = Uint8Array.from([...bytes.subarray(0, length), ...block, ...bytes.subarray(length)]);
    expect(lines(open(content, '')).every(({ decrypted }) => decrypted === true)).toBe(true);
    // Where no protocol knows its labels, nothing is told of it.
    const other = openBytes(content);
    expect('problem' in other ? other.problem : other.problems).toEqual([]);
  });

  it('tells what both sides compute; with the key of a session Node decrypts its data', () => {
    const { analysis } = open(bytes, keyLog);
    const response = lines(open(bytes, keyLog)).find(({ message }) => message === 'response')!.n;
    const { title, steps } = analysis.steps(response)!;
    expect(title).toBe('handshake 2 of 2');
    expect(steps.every(({ allowed }) => allowed)).toBe(true);
    expect(steps.slice(0, 3).map(({ by, before, after }) => `${by} ${before} ${after}`)).toEqual([
      'opener message 1 message 2',
      'answerer message 2 transport',
      'opener transport transport',
    ]);
    const keys = analysis.compute(response).at(-1)!.results;
    expect(keys.map(({ name, secret }) => [name, secret])).toEqual([
      ['k_i2r', true],
      ['k_r2i', true],
    ]);
    for (const { n, by } of steps.slice(2)) {
      const [opened] = analysis.compute(n);
      const known = (name: string) => opened!.inputs.find((each) => each.name === name)!.value as Uint8Array;
      const key = keys[by === 'opener' ? 0 : 1]!.value as Uint8Array;
      const cipher = createDecipheriv('chacha20-poly1305', key, known('nonce'), { authTagLength: 16 });
      cipher.setAuthTag(known('tag'));
      const plaintext = Buffer.concat([cipher.update(known('ciphertext')), cipher.final()]);
      expect(plaintext.equals(opened!.results[0]!.value as Uint8Array)).toBe(true);
    }
  });

  it('leads from the inner packet back to the frame', () => {
    const capture = open(bytes, keyLog);
    const n = lines(capture).find(({ fields }) => 'inner' in (fields as object))!.n;
    const { layers, sources } = capture.tree(n);
    expect(layers.map(({ name }) => name).slice(-2)).toEqual(['wg', 'inner']);
    const { origin } = sources.at(-1)!;
    if (origin.kind !== 'derived') throw new Error('the packet is not derived');
    const packet = layers.at(-2)!.children!.find(({ name }) => name === 'packet')!;
    expect([origin.from, origin.start, origin.end]).toEqual([packet.source, packet.start, packet.end]);
    expect(packet.check?.state).toBe('valid');
  });

  it.each([
    ['inner.src == 10.0.0.1', 3],
    ['inner.dstport == 80', 1],
    ['wg.type == 4 && !inner', 2],
    ['timestamp', 2],
    ['wg.static', 2],
    ['cookie', 1],
    ['wireguard.keepalive', 2],
  ])('is filtered by %s', (text, count) => {
    const capture = open(bytes, keyLog);
    const compiled = compileFilter(text, new FieldCatalog([protocol]));
    if (!('filter' in compiled)) throw new Error(JSON.stringify(compiled));
    const row = new FilterRow(capture.analysis);
    expect(lines(capture).filter(({ n, frames }) => compiled.filter.matches(row.at(frames.at(-1)!, n)))).toHaveLength(count);
  });

  it('passes peerscope protocol test', async () => {
    const { status, out } = await peerscope(['protocol', 'test', path('wireguard.js'), '--rounds', '50', '--seed', '1']);
    expect({ status, out }).toMatchObject({ status: 0, out: expect.stringContaining('0 failed') });
    expect(out).toContain('12 messages decrypted, 0 by random keys');
  });

  it('has a packet script that passes', async () => {
    const { status, out } = await peerscope(['run', path('wireguard.packet'), '--protocol', path('wireguard.js')]);
    expect({ status, out }).toMatchObject({ status: 0 });
  });

  it.skipIf(!hasTshark)(
    'is decrypted by tshark with the same keys, to the same packets (skipped where there is no tshark)',
    () => {
      const fields = [
        'frame.number',
        'wg.type',
        'wg.static',
        'wg.handshake_ok',
        'wg.counter',
        'wg.decryption_error',
        'ip.src',
        'ipv6.src',
      ];
      const shown = execFileSync(
        'tshark',
        [
          ...['-r', path('wireguard.pcapng'), '-o', `wg.keylog_file:${path('wireguard.keys')}`, '-T', 'fields'],
          ...fields.flatMap((field) => ['-e', field]),
        ],
        { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
      );
      const theirs = shown
        .trimEnd()
        .split('\n')
        .map((line) => line.split('\t'));
      const ours = lines(open(bytes, keyLog)).map((line) => {
        type Shown = { type: number; counter?: number; static?: string; inner?: { ip: { src: string } } };
        const { type, counter, static: own, inner } = line.fields as Shown;
        const outer = line.src.split(':')[0]!;
        const src = inner?.ip.src;
        const initiator = own === undefined ? '' : toBase64(fromHex(own)!);
        return [
          ...[
            String(line.frames[0]),
            String(type),
            initiator,
            type === 2 ? '1' : '',
            counter === undefined ? '' : String(counter),
            '',
          ],
          ...(src?.includes(':') === true ? [outer, src] : [src === undefined ? outer : `${outer},${src}`, '']),
        ];
      });
      expect(theirs.map((line) => fields.map((_, at) => line[at] ?? ''))).toEqual(ours);
    },
  );
});

describe('the keys of wireguard', () => {
  const secret = (name: string, value: Uint8Array): string => `${name} = ${toBase64(value)}`;
  const key = (line: string): Uint8Array => fromBase64(line.slice(line.indexOf('=') + 2))!;

  /** One handshake and a packet each way, and the key lines by what they are. */
  async function talk() {
    const made = await twoNodes('responder');
    made.send(made.a, 'data', { packet: echo });
    made.send(made.b, 'data');
    const line = (keys: readonly string[], label: string) => keys.find((each) => each.startsWith(label))!;
    const [is, rs] = [made.a, made.b].map(({ keys }) => line(keys, 'LOCAL_STATIC'));
    const [ie, re] = [made.a, made.b].map(({ keys }) => line(keys, 'LOCAL_EPHEMERAL'));
    const rp = line(made.a.keys, 'REMOTE');
    const psk = line(made.a.keys, 'PRESHARED');
    return {
      content: captureOf(made.sent().map((each) => frameOf(each))),
      lines: { is, ie, rs, re, rp, psk } as Record<string, string>,
    };
  }

  it('open each message where they suffice, and only there', async () => {
    const { content, lines: all } = await talk();
    const names = Object.keys(all);
    for (let set = 0; set < 1 << names.length; set++) {
      const has = Object.fromEntries(names.map((name, bit) => [name, (set & (1 << bit)) !== 0])) as Record<string, boolean>;
      const capture = open(
        content,
        names
          .filter((name) => has[name])
          .map((name) => all[name]!)
          .join('\n'),
      );
      const [initiation, response, ...data] = lines(capture);
      // IKpsk2: the responder's public key beforehand; es; ss; then ee, se and the pre-shared key.
      const isKnown = has.rp || has.rs;
      const hasStatic = isKnown && (has.ie || has.rs);
      const hasTime = hasStatic && (has.is || has.rs);
      const hasAll = hasTime && (has.ie || has.re) && (has.is || has.re) && has.psk;
      const told = { set: names.filter((name) => has[name]), initiation: initiation!.decrypted, response: response!.decrypted };
      expect(told).toEqual({
        set: told.set,
        initiation: hasTime ? true : hasStatic ? 'partly' : false,
        response: hasAll === true,
      });
      expect(data.every(({ decrypted }) => decrypted === (hasAll === true))).toBe(true);
      for (const { n, decrypted } of lines(capture)) {
        const missing = capture.explain(n).missing.join();
        if (decrypted === true) expect(missing).toBe('');
        else expect(missing).toMatch(/private key|public key|pre-shared key/);
      }
      // Whose mac1 it is follows from the public key alone.
      expect(initiation!.signature_valid).toBe(isKnown ? true : null);
      expect(found(capture)).toEqual([]);
    }
  });

  it('of others open nothing, and what is missing is named', async () => {
    const { content } = await talk();
    const other = [3, 4, 5, 6].map((value) => new Uint8Array(32).fill(value));
    const keys = [
      secret('LOCAL_STATIC_PRIVATE_KEY', other[0]!),
      secret('LOCAL_EPHEMERAL_PRIVATE_KEY', other[1]!),
      secret('REMOTE_STATIC_PUBLIC_KEY', curves.x25519.publicOf(other[2]!)),
      secret('PRESHARED_KEY', other[3]!),
    ];
    const capture = open(content, keys.join('\n'));
    expect(lines(capture).every(({ decrypted, state }) => decrypted === false && state === 'encrypted')).toBe(true);
    expect(found(capture)).toEqual([]);
    expect(capture.explain(2).missing[0]).toContain('PRESHARED_KEY');
  });

  it('may be a wrong pre-shared key alone: it is named', async () => {
    const { content, lines: all } = await talk();
    const { psk, ...rest } = all;
    for (const more of [
      [],
      [
        secret(
          'PRESHARED_KEY',
          key(psk!).map((byte) => byte ^ 1),
        ),
      ],
    ]) {
      const capture = open(content, [...Object.values(rest), ...more].join('\n'));
      expect(states(capture).slice(0, 2)).toEqual(['initiation decoded', 'response encrypted']);
      expect(capture.explain(1).missing).toEqual(['PRESHARED_KEY: pre-shared key 1']);
      expect(capture.explain(2).missing).toEqual(['PRESHARED_KEY: pre-shared key 1']);
    }
  });

  it('are told apart by what they did', async () => {
    const { content, lines: all } = await talk();
    const capture = open(content, Object.values(all).join('\n'));
    const did = (n: number) => capture.analysis.explain(n).map(({ label, steps }) => `${label} ${steps.every(({ ok }) => ok)}`);
    expect(did(0).filter((each) => each.startsWith('PRESHARED'))).toEqual(['PRESHARED_KEY false']);
    expect(did(2).filter((each) => each.endsWith('true'))).toHaveLength(6);
  });

  it('need no pre-shared key where the nodes have none', async () => {
    const identity = JSON.stringify({ initiator: '0b'.repeat(32), responder: '0c'.repeat(32) });
    const made = await twoNodes('responder', identity);
    made.send(made.a, 'data');
    expect(made.a.keys.some((line) => line.startsWith('PRESHARED'))).toBe(false);
    const capture = open(captureOf(made.sent().map((each) => frameOf(each))), keyLogOf(made.b));
    expect(lines(capture).every(({ decrypted }) => decrypted === true)).toBe(true);
  });

  it('that are more than the limit are told to be untried', async () => {
    const { content, lines: all } = await talk();
    const psks = Array.from({ length: 20 }, (_, at) => secret('PRESHARED_KEY', new Uint8Array(32).fill(at + 1)));
    const keys = [...Object.values(all).filter((line) => !line.startsWith('PRESHARED')), ...psks, all.psk!].join('\n');
    const most = open(content, keys, { privateOperations: 5 });
    expect(most.explain(1).missing[0]).toContain('not every key was tried, at the limit privateOperations of 5');
    // The 21st fits where all are tried.
    expect(lines(open(content, keys)).every(({ decrypted }) => decrypted === true)).toBe(true);
  });
});

describe('datagrams of wireguard', () => {
  async function sent(role: 'responder' | 'loaded' = 'responder'): Promise<{ all: readonly Sent[]; keys: string }> {
    const made = await twoNodes(role);
    for (const member of [made.a, made.b, made.a]) made.send(member, 'data');
    return { all: made.sent(), keys: keyLogOf(made.a) };
  }
  const framed = (all: readonly Sent[]) => captureOf(all.map((each) => frameOf(each)));
  const changed = ({ isInitiators, bytes: before }: Sent, at: number): Sent => {
    const after = before.slice();
    after[at < 0 ? after.length + at : at]! ^= 1;
    return { isInitiators, bytes: after };
  };

  it('are decrypted in any order once the handshake was there', async () => {
    const { all, keys } = await sent();
    const [initiation, response, ...data] = all;
    const capture = open(framed([initiation!, response!, ...data.toReversed()]), keys);
    expect(lines(capture).every(({ decrypted }) => decrypted === true)).toBe(true);
    expect(found(capture)).toEqual([]);
  });

  it('say what the capture has lost of their handshake', async () => {
    const { all, keys } = await sent();
    const [initiation, response, ...data] = all;
    const without = (given: readonly Sent[], n: number) => open(framed(given), keys).explain(n).missing;
    expect(without([initiation!, ...data], 1)).toEqual(['the handshake of its session is not in the capture']);
    expect(without([initiation!, data[2]!], 1)).toEqual(['message 2 of the handshake is not in the capture']);
    expect(without([response!, ...data], 0)).toEqual(['the initiation that it answers is not in the capture']);
  });

  it('are found by their index where a side has moved, also where only the capture of the move has data', async () => {
    const { all, keys } = await sent();
    const frames = all.map((each, at) => frameOf(each, at > 2 ? moved : undefined));
    const capture = open(captureOf(frames), keys);
    expect(lines(capture).every(({ decrypted }) => decrypted === true)).toBe(true);
    expect(found(capture)).toEqual(['4 wireguard.moved: the session was at another address']);
  });

  it('that come twice are told of, and the session stays', async () => {
    const { all, keys } = await sent();
    const [initiation, response, first, ...data] = all;
    const capture = open(framed([initiation!, response!, first!, initiation!, response!, first!, ...data]), keys);
    expect(lines(capture).every(({ decrypted }) => decrypted === true)).toBe(true);
    expect(found(capture)).toEqual(['4 wireguard.repeated: this initiation came before']);
    const twice = open(framed([initiation!, response!, first!, first!]), keys);
    expect(found(twice)).toEqual(['4 wireguard.replay: counter 0 came before']);
  });

  it('of others end no session: a response and an initiation that do not open', async () => {
    const { all, keys } = await sent();
    const [initiation, response, ...data] = all;
    const forged = [changed(response!, 20), changed(initiation!, 20)];
    const capture = open(framed([initiation!, response!, ...forged, ...data]), keys);
    expect(
      lines(capture)
        .slice(4)
        .every(({ decrypted }) => decrypted === true),
    ).toBe(true);
    expect(
      lines(capture)
        .slice(2, 4)
        .every(({ decrypted }) => decrypted === false),
    ).toBe(true);
  });

  it.each([
    ['an ephemeral key of the initiation', 0, 10, 'encrypted'],
    ['a static key of the initiation', 0, 50, 'encrypted'],
    ['a timestamp', 0, 100, 'malformed'],
    ['an ephemeral key of the response', 1, 20, 'encrypted'],
    ['a tag of the response', 1, 50, 'encrypted'],
    ['a packet', 3, 20, 'malformed'],
    ['a tag of a packet', 3, -1, 'malformed'],
    ['a counter', 3, 8, 'malformed'],
  ])('with one bit changed do not open: %s', async (_, n, at, state) => {
    const { all, keys } = await sent();
    const line = lines(open(framed(all.map((each, index) => (index === n ? changed(each, at) : each))), keys))[n]!;
    // Where no tag has shown that a key is right, it may as well be that of somebody else.
    expect(line).toMatchObject({ state, decrypted: false });
  });

  it('with a byte changed and a right mac1 are broken, since mac1 tells whom they are for', async () => {
    const { all, keys } = await sent();
    const responder = fromBase64(/REMOTE_STATIC_PUBLIC_KEY = (.*)/.exec(keys)![1]!)!;
    const wrong = changed(all[0]!, 50);
    const label = new TextEncoder().encode('mac1----');
    const mac = hashes.keyed(hashes.blake2s, hashes.blake2s(label, responder), 16, wrong.bytes.subarray(0, 116))!;
    wrong.bytes.set(mac, 116);
    const capture = open(framed([wrong]), keys);
    expect(lines(capture)[0]).toMatchObject({ state: 'malformed', decrypted: false, signature_valid: true });
    expect(found(capture)[0]).toContain('the tag of the static public key of message 1 does not verify');
  });

  it('have a finding for a wrong mac1, though the keys open them', async () => {
    const { all, keys } = await sent();
    // Without a key whose mac1 it is, each static public key that is known is tried.
    const capture = open(framed(all.map((each, n) => (n < 2 ? changed(each, -20) : each))), keys);
    expect(found(capture)).toEqual([
      "1 wireguard.mac1: mac1 is not that of the receiver's static public key",
      "2 wireguard.mac1: mac1 is not that of the receiver's static public key",
    ]);
    expect(lines(capture).every(({ decrypted }) => decrypted === true)).toBe(true);
    expect(lines(capture)[0]!.signature_valid).toBe(false);
  });

  it('prove a cookie by mac2, or not', async () => {
    const { all, keys } = await sent('loaded');
    expect(found(open(framed(all), keys))).toEqual([]);
    const wrong = open(framed(all.map((each, n) => (n === 2 ? changed(each, -1) : each))), keys);
    expect(found(wrong)).toEqual(['3 wireguard.mac2: mac2 is not that of the cookie']);
    const reply = open(framed(all.map((each, n) => (n === 1 ? changed(each, 40) : each))), keys);
    expect(found(reply)[0]).toBe('2 wireguard.message: the tag of encrypted_cookie does not verify: XChaCha20-Poly1305');
    expect(lines(reply)[2]!.signature_valid).toBe(null);
  });

  it('that are none, or cut off, are told of and hide nothing', async () => {
    const { all, keys } = await sent();
    const short = { isInitiators: true, bytes: all[0]!.bytes.slice(0, 60) };
    const other = { isInitiators: true, bytes: Uint8Array.from([9, 0, 0, 0, 1, 2, 3, 4]) };
    const empty = { isInitiators: true, bytes: new Uint8Array(0) };
    const [initiation, response, ...data] = all;
    const capture = open(framed([initiation!, response!, short, other, empty, ...data]), keys);
    expect(states(capture).slice(2, 5)).toEqual(['initiation incomplete', expect.any(String), expect.any(String)]);
    expect(
      lines(capture)
        .slice(5)
        .every(({ decrypted }) => decrypted === true),
    ).toBe(true);
  });

  it('of other protocols are not taken for it, whatever their port', () => {
    const dns = Uint8Array.from([4, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 97, 0, 0, 1, 0, 1]);
    const capture = open(framed(Array.from({ length: 5 }, () => ({ isInitiators: true, bytes: dns }))), keyLog);
    expect(capture.messageCount).toBe(0);
  });
});
