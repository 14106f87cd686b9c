/**
 * Faults that somebody looks for: each is found with three calls at most, those that a reader of the descriptions makes. First the capture
 * as a whole or its findings, or the difference to a capture that worked; then the message that was named.
 */
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { memoryFile, openCapture } from '../../../dissector/capture/index.ts';
import { keysOf } from '../../golden/keys.ts';
import { pcap } from '../capture/build.ts';
import { golden, peerscope, temporary } from '../cli/help.ts';
import { agentsWith, type Call, objectsIn } from './inprocess.ts';

const MOST_CALLS = 3;

let root: string;
let call: Call;
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'peerscope-faults-'));
  for (const name of ['p2pke_a.pcapng', 'p2p_a.pcapng']) copyFileSync(golden(name), join(root, name));
  for (const name of ['p2pke_a', 'p2pke_b', 'p2p_a']) writeFileSync(join(root, `${name}.keys`), keysOf(name));
  call = await agentsWith({ roots: [root] });
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** What the nodes of a script have said to each other, with their keys, whether it passes or fails. */
async function recorded(script: string, name: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'peerscope-recorded-'));
  await peerscope(['run', temporary('fault.packet', script), '--record', folder, '--seed', '1']);
  const [capture] = readdirSync(folder);
  copyFileSync(join(folder, capture!), join(root, name));
  rmSync(folder, { recursive: true, force: true });
  return name;
}

/** The frames of a recording with other bytes or times; `change` leaves one out by undefined. */
function changed(
  name: string,
  to: string,
  change: (frame: { data: Uint8Array; seconds: number }, at: number) => { data: Uint8Array; seconds: number } | undefined,
): string {
  const opened = openCapture(memoryFile(new Uint8Array(readFileSync(join(root, name)))));
  if ('problem' in opened) throw new Error(opened.problem.text);
  const { reader } = opened;
  while (reader.step());
  const frames = Array.from({ length: reader.frames.length }, (_, at) => {
    const ticks = Math.floor(reader.frames.nanos(at) / 1000);
    const made = change({ data: reader.frameBytes(at).slice(), seconds: reader.frames.seconds(at) }, at);
    return made === undefined ? [] : [{ ...made, ticks }];
  });
  writeFileSync(join(root, to), pcap(true, frames.flat(), undefined, reader.frames.linkType(0)));
  return to;
}

/** The calls that a reader makes; each has the answers before it. */
type Step = (answers: readonly string[]) => readonly [name: string, input: object];

interface Fault {
  readonly name: string;
  /** Makes the capture and says its path. */
  readonly make: () => string | Promise<string>;
  readonly steps: (capture: string) => readonly Step[];
  /** What the answers together say: the message, and the field or clause. */
  readonly says: readonly RegExp[];
}

/** The message of the first finding that the last answer lists. */
const firstN = (answers: readonly string[]): number => objectsIn(answers.at(-1)!).find(({ n }) => n !== undefined).n;

const findings = (capture: string, keys: readonly string[] = []): Step[] => [
  () => ['describe_capture', { capture, keys }],
  () => ['list_findings', { capture, keys, severity: 'warning' }],
];
const thenDecode = (capture: string, keys: readonly string[] = []): Step[] => [
  ...findings(capture, keys),
  (answers) => ['decode_message', { capture, keys, n: firstN(answers) }],
];

const p2pke = (rest: string): string => `node b = p2pke listen 127.0.0.1:0\nnode a = p2pke dial b\n${rest}`;
const ready = 'expect a RespHello\nexpect b InitDone\n';
const talk = (fault: string): string =>
  p2pke(`${ready}${fault}
send a data { data: 01 02 03 }
send a data { data: 04 05 06 }
send a data { data: 07 08 09 }
expect b data { data: 07 08 09 }
wait 50ms
`);
const two = (protocol: string, rest: string, manual = ' manual'): string =>
  `node b = ${protocol} listen 127.0.0.1:0\nnode a = ${protocol} dial b${manual}\n${rest}\nwait 100ms\n`;

const faults: Fault[] = [
  {
    name: 'a broken signature of the responder',
    make: () => recorded(p2pke('fault b wrong-signature RespHello\nexpect a RespHello\nwait 50ms'), 'sig1.pcapng'),
    steps: thenDecode,
    says: [
      /"rule":"p2pke.signature","clause":"p2pke, Handshake"/,
      /"message":"RespHello"/,
      /p2pke.payload.auth_claim.sig".*"verdict":"invalid"/,
    ],
  },
  {
    name: 'a broken signature of the initiator',
    make: () => recorded(two('p2pke', 'send a InitHello { payload: { auth_claim: { sig: flip(valid, 1) } } }'), 'sig2.pcapng'),
    steps: thenDecode,
    says: [/p2pke.signature/, /"message":"InitHello"/, /auth_claim.sig".*"verdict":"invalid"/],
  },
  {
    name: 'a message sealed with a wrong key',
    make: () => recorded(talk('fault a wrong-key data nth 2'), 'key.pcapng'),
    steps: thenDecode,
    says: [/"rule":"p2pke.malformed","clause":"p2pke, Wire Format","text":"the tag does not open/, /"message":"data"/],
  },
  {
    name: 'a missing key',
    make: () => 'p2pke_a.pcapng',
    steps: (capture) => [
      () => ['describe_capture', { capture }],
      (answers) => [
        'explain_decryption',
        { capture, n: objectsIn(answers[0]!).find(({ first_n: n }) => n !== undefined).first_n },
      ],
    ],
    says: [
      /"message":"RespHello","count":1,"first_n":1/,
      /needs, to decrypt it:\n"P2PKE_EPHEMERAL_PRIVATE with the private key of the initiator's e 0424fcd5/,
    ],
  },
  {
    name: 'the key of another session',
    make: () => 'p2pke_a.pcapng',
    steps: (capture) => [
      () => ['describe_capture', { capture, keys: ['p2pke_b.keys'] }],
      () => ['explain_decryption', { capture, keys: ['p2pke_b.keys'], n: 3 }],
    ],
    says: [
      /"encrypted":32/,
      /"P2PKE_EPHEMERAL_PRIVATE with the private key of the initiator's e 0424fcd5/,
      /Tried on this message|None was tried/,
    ],
  },
  {
    name: 'an InitDone that was lost',
    make: () => recorded(p2pke('fault a drop InitDone\nexpect a RespHello\nwait 50ms'), 'lost.pcapng'),
    steps: (capture) => [() => ['compare_captures', { a: 'good.pcapng', b: capture }]],
    says: [/InitDone/, /"kind":"(message missing|ended early)","protocol":"p2pke","message":"InitDone"/],
  },
  {
    name: 'a replayed message',
    make: () => recorded(talk('fault a replay data'), 'replay.pcapng'),
    steps: thenDecode,
    says: [
      /"rule":"p2pke.replay","clause":"p2pke, Wire Format: counter values are used for replay protection"/,
      /"path":"p2pke.counter".*"value":16/,
    ],
  },
  {
    name: 'a nonce that was used before',
    make: () => recorded(talk('fault a stale-nonce data'), 'nonce.pcapng'),
    steps: thenDecode,
    says: [/p2pke.replay/, /"message":"data"/, /"path":"p2pke.counter".*"value":16/],
  },
  {
    name: 'a message that is cut short',
    make: () => recorded(talk('fault a truncate=10 data nth 2'), 'short.pcapng'),
    steps: thenDecode,
    says: [/a sealed message needs 20 bytes \(header, tag\), the datagram has 13/, /"message":"data"/, /p2pke, Wire Format/],
  },
  {
    name: 'bits that flipped on the way',
    make: () => recorded(talk('fault a flip=9 data nth 2'), 'flip.pcapng'),
    steps: (capture) => [() => ['compare_captures', { a: 'talk.pcapng', b: capture }]],
    says: [/"kind":"state","protocol":"p2pke","message":"data"/],
  },
  {
    name: 'a value that is another one',
    make: () => recorded(talk('').replace('04 05 06', '04 05 99'), 'value.pcapng'),
    steps: (capture) => [() => ['compare_captures', { a: 'talk.pcapng', b: capture }]],
    says: [/"kind":"value","protocol":"p2pke","message":"data","field":"p2pke.data"/],
  },
  {
    name: 'a clock that was set forward',
    make: () =>
      changed('p2pke_a.pcapng', 'clock.pcap', ({ data, seconds }, at) => ({ data, seconds: at < 10 ? seconds : seconds + 120 })),
    steps: (capture) => findings(capture, ['p2pke_a.keys']),
    says: [/"rule":"p2pke.session-age","clause":"p2pke, Sessions: a maximum age of 1 minute"/, /"message":"data"/],
  },
  {
    name: 'a signature of botd that does not verify',
    make: () => recorded(two('botd', 'send a Init { signature: flip(valid, 1) }'), 'botd1.pcapng'),
    steps: thenDecode,
    says: [
      /"rule":"botd.signature","clause":"BOTD #2, Handshake/,
      /"message":"Init"/,
      /"path":"botd\.[^"]*signature".*"verdict":"invalid"/,
    ],
  },
  {
    name: 'a length that lies',
    make: () => recorded(two('botd', 'send a Init\nexpect a Ack\nsend a Init { raw: 7f ff ff ff 00 00 00 00 }'), 'botd2.pcapng'),
    steps: thenDecode,
    says: [/"rule":"botd.length","clause":"BOTD #1, framing: length"/],
  },
  {
    name: 'a wrong checksum',
    make: () => recorded(two('botd', 'fault b flip=3 Ack\nwait 200ms', ''), 'botd3.pcapng'),
    steps: findings,
    says: [/"rule":"botd.checksum","clause":"BOTD #1, checksum"/, /"message":"(Ack|undecodable)"/],
  },
  {
    name: 'an unknown message type',
    make: () => recorded(two('p2p', 'send a HELLO { raw: hex(7f) }\nexpect a DISCONNECT'), 'type.pcapng'),
    steps: findings,
    says: [/"rule":"p2p.unknown-type","clause":"p2p, Packets"/],
  },
  {
    name: 'a public key that is out of range',
    make: () =>
      recorded(
        two(
          'p2p',
          `send a HELLO { a_peer_public_key: hex(
  3081de3081d506092a864886f70d0103013081c70281c100ffffffffffffffffc90fdaa22168c234c4c6628b80dc1cd129024e088a67cc74020bbea6
  3b139b22514a08798e3404ddef9519b3cd3a431b302b0a6df25f14374fe1356d6d51c245e485b576625e7ec6f44c42e9a637ed6b0bff5cb6f406b7ed
  ee386bfb5a899fa5ae9f24117c4b1fe649286651ece45b3dc2007cb8a163bf0598da48361c55d39a69163fa8fd24cf5f83655d23dca3ad961c62f356
  208552bb9ed529077096966d670c354e4abc9804f1746c08ca237327ffffffffffffffff020102030400020101
) }`,
        ),
        'range.pcapng',
      ),
    steps: findings,
    says: [
      /"rule":"p2p.public-key-range","clause":"p2p, Handshake, steps 1 and 3; RFC 7919 section 5.1: 1 < y < p - 1"/,
      /"message":"HELLO"/,
    ],
  },
  {
    name: 'a segment that the capture lost',
    make: () => changed('p2p_a.pcapng', 'gap.pcap', (frame, at) => (at === 60 ? undefined : frame)),
    steps: (capture) => findings(capture, ['p2p_a.keys']),
    says: [/"rule":"p2p.gap","clause":"p2p, Packets"/],
  },
  {
    name: 'a capture that was cut short',
    make: () => {
      const bytes = readFileSync(join(root, 'p2pke_a.pcapng'));
      writeFileSync(join(root, 'cut.pcapng'), bytes.subarray(0, bytes.length - 100));
      return 'cut.pcapng';
    },
    steps: (capture) => [
      () => ['describe_capture', { capture }],
      () => ['compare_captures', { a: 'p2pke_a.pcapng', b: capture }],
    ],
    says: [/"truncated":true/, /The capture is cut short at byte \d+/, /"message":"data"/],
  },
  {
    name: 'a message kind that nobody knows',
    make: () =>
      recorded(
        two('ptpchat', 'expect b HELLO\nsend a HELLO { raw: text("{\\"msg_type\\":\\"SHOUT\\",\\"msg_data\\":{}}") }', ''),
        'kind.pcapng',
      ),
    steps: thenDecode,
    says: [/"rule":"ptpchat.unknown-type","clause":"ptpchat, Verbs"/, /SHOUT/],
  },
  {
    name: 'text that is no JSON',
    make: () => recorded(two('ptpchat', 'expect b HELLO\nsend a HELLO { raw: text("{\\"msg_type\\":") }', ''), 'json.pcapng'),
    steps: findings,
    says: [/"rule":"ptpchat.json","clause":"ptpchat, Message Format/],
  },
  {
    name: 'a wrong version',
    make: () => recorded(two('p2ppacket', 'expect b hello\nsend a hello { version: 9 }', ''), 'version.pcapng'),
    steps: findings,
    says: [/"rule":"p2ppacket.version","clause":"p2p packet, version"/, /"message":"hello"/],
  },
  {
    name: 'a cipher suite that nobody has',
    make: () => recorded(two('p2pke', 'send a InitHello { payload: { cipher_suites: ["rot13"] } }'), 'suite.pcapng'),
    steps: (capture) => [() => ['compare_captures', { a: 'good.pcapng', b: capture }]],
    says: [/"message":"InitHello","field":"p2pke.payload.cipher_suites".*rot13/],
  },
];

describe('with three calls at most', () => {
  beforeAll(async () => {
    await recorded(p2pke('expect a RespHello\nexpect b InitDone\nwait 50ms'), 'good.pcapng');
    await recorded(talk(''), 'talk.pcapng');
  });

  it('twenty faults and more are looked for', () => expect(faults.length).toBeGreaterThanOrEqual(20));

  it.each(faults)('$name is found', async ({ make, steps, says }) => {
    const capture = await make();
    const calls = steps(capture);
    expect(calls.length).toBeLessThanOrEqual(MOST_CALLS);
    const answers: string[] = [];
    for (const step of calls) {
      const [name, input] = step(answers);
      const { text, isError } = await call(name, input);
      expect({ name, text, isError }).toMatchObject({ isError: false });
      answers.push(text);
    }
    const said = answers.join('\n');
    for (const pattern of says) expect(said).toMatch(pattern);
  });

  it('nothing is found where nothing is wrong', async () => {
    for (const capture of ['good.pcapng', 'talk.pcapng'])
      expect((await call('list_findings', { capture, severity: 'warning' })).text).toMatch(/^0 findings/);
    expect((await call('compare_captures', { a: 'talk.pcapng', b: 'talk.pcapng' })).text).toContain('"No difference: ');
  });
});
