/** No answer of any tool holds a key or a secret of a message, in whatever form it could be written. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Analysis } from '../../../dissector/analysis/index.ts';
import { memoryFile } from '../../../dissector/capture/index.ts';
import { defaultLimits, type Protocol, protocols } from '../../../dissector/index.ts';
import { secretFieldNames } from '../../../extension/agents/secretfields.ts';
import { Secrets } from '../../../extension/agents/secrets.ts';
import { CaptureKeys } from '../../../extension/capture/keys.ts';
import { loadProtocols } from '../../../extension/capture/modules.ts';
import { openFile, Pass } from '../../../extension/capture/open.ts';
import { samples } from '../../../extension/workbench/paths.ts';
import { keysOf } from '../../golden/keys.ts';
import { golden } from '../cli/help.ts';
import { agentsWith, type Call, objectsIn } from './inprocess.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'peerscope-agents-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const goldens = ['botd_a.pcapng', 'p2p_a.pcapng', 'p2p_b.pcapng', 'p2pke_a.pcapng', 'p2pke_b.pcapng', 'p2ppacket_a.pcap'].concat(
  'ptpchat_a.pcapng',
  'ptpchat_d.pcapng',
);
const modules = ['wireguard', 'knock', 'crow', 'libp2p'];

interface Sample {
  readonly name: string;
  readonly capture: Uint8Array;
  readonly keyLog: string;
  readonly modules: readonly string[];
}

const all: Sample[] = [
  ...goldens.map((name) => ({
    ...{ name, capture: new Uint8Array(readFileSync(golden(name))), modules: [] },
    keyLog: keysOf(name.replace(/\.pcap(ng)?$/, '')),
  })),
  ...modules.map((name) => {
    const file = (ending: string): string => join(samples, 'protocols', `${name}.${ending}`);
    const capture = new Uint8Array(readFileSync(file(name === 'libp2p' ? 'pcap' : 'pcapng')));
    return { name, capture, keyLog: readFileSync(file('keys'), 'utf8'), modules: [file('js')] };
  }),
];

/** What a reader of the code would call a secret, found in another way than the product does. */
async function secretsOf({ capture, keyLog }: Sample, known: readonly Protocol[]): Promise<Map<string, string>> {
  const keys = new CaptureKeys(known, defaultLimits);
  keys.replace([{ name: 'keys', text: keyLog }]);
  const pass = new Pass(await openFile(memoryFile(capture), defaultLimits), keys, known);
  while (pass.step(1_000));
  const found = new Map<string, string>();
  const add = (what: string, bytes: Uint8Array): void => {
    if (bytes.length >= 16) found.set(Buffer.from(bytes).toString('hex'), what);
  };
  // Public values stand in key logs, too: what a session is named by, and the key that signs node lists.
  for (const line of keyLog.split('\n')) {
    const [label = '', ...words] = line.replace('=', ' ').trim().split(/\s+/);
    if (label.startsWith('#') || /NODE_LIST/.test(label) || words.length === 0) continue;
    for (const word of label === 'P2PKE_TRANSPORT_KEYS' ? words.slice(1) : words.slice(-1))
      for (const bytes of [Buffer.from(word, 'hex'), Buffer.from(word, 'base64')])
        if (
          bytes.toString('hex') === word.toLowerCase() ||
          bytes.toString('base64').replace(/=+$/, '') === word.replace(/=+$/, '')
        )
          add(label, bytes);
  }
  computed(pass.analysis, add);
  return found;
}

function computed(analysis: Analysis, add: (what: string, bytes: Uint8Array) => void): void {
  for (let n = 0; n < analysis.messageCount; n++)
    for (const { inputs, results } of analysis.compute(n))
      for (const { name, value, secret } of [...inputs, ...results])
        if (secret && value instanceof Uint8Array) add(`${name} of message ${n}`, value);
}

/** Each form in which a secret could be told. */
function forms(hex: string): string[] {
  const bytes = Buffer.from(hex, 'hex');
  const base64 = bytes.toString('base64').replace(/=+$/, '').slice(0, -1);
  return [hex, hex.toUpperCase(), base64, base64.replaceAll('+', '-').replaceAll('/', '_'), bytes.toString('latin1')];
}

/** Every call that looks at a capture, and some that fail. */
async function everything(call: Call, capture: string, keys: readonly string[]): Promise<string[]> {
  const answers: string[] = [];
  const ask = async (name: string, input: object): Promise<string> => {
    const { text } = await call(name, input);
    answers.push(text);
    return text;
  };
  const of = { capture, keys };
  let numbers: number[] = [];
  for (let from = 0; ; ) {
    const text = await ask('list_messages', { ...of, from });
    const rows = objectsIn(text);
    numbers = [...numbers, ...rows.map(({ n }) => n)];
    const [, next] = /"from": (\d+)/.exec(text.split('\n').at(-1)!) ?? [];
    if (next === undefined) break;
    from = Number(next);
  }
  for (const n of numbers.filter((each) => each % Math.ceil(numbers.length / 150) === 0 || each < 60)) {
    for (const from of [0, 20]) await ask('decode_message', { ...of, n, from });
    await ask('explain_decryption', { ...of, n });
  }
  await ask('describe_capture', of);
  await ask('list_findings', of);
  await ask('compare_captures', { a: capture, b: capture, keys_a: keys });
  await ask('describe_capture', { capture: keys[0] ?? capture });
  await ask('list_messages', { ...of, filter: 'p2p.private contains 30:82' });
  await ask('list_messages', { ...of, filter: 'nothing like this ==' });
  await ask('describe_capture', { capture, keys: [capture] });
  return answers;
}

describe.each(all)('no secret of $name', (sample) => {
  it('stands in an answer', async () => {
    writeFileSync(join(folder, 'capture.pcapng'), sample.capture);
    writeFileSync(join(folder, 'secret.keys'), sample.keyLog);
    const { protocols: known } = await loadProtocols(sample.modules);
    const secrets = await secretsOf(sample, known);
    const call = await agentsWith({ roots: [folder], modules: sample.modules });
    const keys = /^\s*[A-Z]/m.test(sample.keyLog) ? ['secret.keys'] : [];
    const answers = await everything(call, 'capture.pcapng', keys);
    const said = answers.join('\n');
    const told = [...secrets].flatMap(([hex, what]) => (forms(hex).some((form) => said.includes(form)) ? [what] : []));
    expect(told).toEqual([]);
    // Something was there to be hidden, and the messages were decrypted with it.
    if (keys.length > 0) {
      expect(secrets.size).toBeGreaterThan(0);
      expect(said).toMatch(/"decrypted":(true|"partly")/);
    }
  });
});

describe('a secret that a message carries', () => {
  it('is told by its length: the private key of a tunnel, the key of a channel', async () => {
    const call = await agentsWith({
      roots: [golden('.')],
      keyLogs: ['p2p_a', 'ptpchat_d'].map((name) => ({ name, text: keysOf(name) })),
    });
    const tunnel = objectsIn(
      (await call('list_messages', { capture: 'p2p_a.pcapng', filter: 'p2p.message == "TUNNEL_CREATE"' })).text,
    )[0];
    const created = await call('decode_message', { capture: 'p2p_a.pcapng', n: tunnel.n });
    expect(objectsIn(created.text)).toContainEqual({ path: 'p2p.private', at: '1:175-811', value: '[secret, 636 bytes]' });
    const key = objectsIn(
      (await call('list_messages', { capture: 'ptpchat_d.pcapng', filter: 'ptpchat.KEY && decrypted' })).text,
    )[0];
    const opened = await call('decode_message', { capture: 'ptpchat_d.pcapng', n: key.n });
    expect(opened.text).toMatch(/key_decrypted","at":"[^"]*","value":"\[secret/);
  });

  it('has no name in filters: who may ask again and again would learn it', async () => {
    const call = await agentsWith({ roots: [golden('.')] });
    const asked = await call('list_messages', { capture: 'p2p_a.pcapng', filter: 'p2p.private[0:2] == 30:82' });
    expect(asked).toMatchObject({ isError: true, text: expect.stringContaining('p2p.private') });
    expect((await call('list_messages', { capture: 'p2p_a.pcapng', filter: 'p2p.public[0:2] == 30:81' })).isError).toBe(false);
  });

  it('is declared by protocols, also by those of a user', () => {
    const own = { ...protocols[0]!, id: 'own', layers: [], messages: [], treeFields: [] };
    const secret = { name: 'psk', kind: { type: 'bytes' }, doc: '', fresh: { as: 'key', secret: true } } as const;
    expect([...secretFieldNames([...protocols, { ...own, treeFields: [secret] }])].sort()).toEqual([
      ...['own.psk', 'p2p.inner', 'p2p.private', 'ptpchat.key_decrypted'],
    ]);
  });
});

describe('the last net', () => {
  const secret = Uint8Array.from({ length: 32 }, (_, at) => (at * 37 + 11) & 0xff);
  const secrets = new Secrets();
  secrets.add(secret);

  it.each([0, 1, 2, 3])('finds a secret in base64 behind %i bytes, in hex of either case, in text', (before) => {
    const around = Buffer.concat([Buffer.alloc(before, 0x41), secret, Buffer.from('tail')]);
    for (const text of [
      around.toString('hex'),
      around.toString('hex').toUpperCase(),
      around.toString('base64'),
      around.toString('base64url'),
    ]) {
      expect(secrets.without(`x ${text} y`)).toContain('[secret, 32 bytes]');
      expect(secrets.isIn(around)).toBe(true);
    }
    expect(secrets.without(around.subarray(0, 8 + before).toString('hex'))).not.toContain('secret');
  });

  it('leaves everything else as it is', () => {
    const text = 'ı İ ß 00112233445566778899 plain';
    expect(secrets.without(text)).toBe(text);
  });
});
