/** A capture of a new protocol, made by the encoder of its own module, and the key log that opens it. */
import { noise, type Protocol, toHex } from '../../dissector/index.ts';
import type { Address, Link } from '../../dissector/protocol/index.ts';
import { type NodeEvent, Recorder } from '../../dissector/testnode/index.ts';
import { noiseName, type ProtocolPlan } from './plan.ts';
import { magicOf } from './template.ts';

export interface Sample {
  /** pcapng. */
  readonly capture: Uint8Array;
  /** Lines of a key log; undefined where nothing is encrypted. */
  readonly keyLog: string | undefined;
}

const FIRST_NS = 1_767_225_600_000_000_000n;
const STEP_NS = 20_000_000n;
const own: Address = { ip: '192.0.2.1', port: 50_000 };

/** Throws an Error where the module has no such messages. `random` gives the private keys. */
export function sampleOf(plan: ProtocolPlan, protocol: Protocol, random: (length: number) => Uint8Array): Sample {
  const link: Link = { id: 1, local: own, remote: { ip: '192.0.2.2', port: plan.port }, dialled: true };
  const { said, keyLog } =
    plan.transport === 'udp' ? { said: datagrams(protocol), keyLog: undefined } : stream(plan, protocol, random);
  const chunks: Uint8Array[] = [];
  let now = FIRST_NS;
  const recorder = new Recorder({
    ...{ transport: plan.transport, secrets: false, application: 'Peerscope', now: () => now },
    write: (bytes) => void chunks.push(bytes.slice()),
  });
  const events: readonly NodeEvent[] = [
    { kind: 'opened', link },
    ...said.map(({ from, bytes }): NodeEvent => ({ kind: from === 'own' ? 'sent' : 'received', link, bytes })),
    { kind: 'closed', link, why: 'the sample ends', abrupt: false, by: 'own', ready: true },
  ];
  for (const event of events) {
    recorder.record(event);
    now += STEP_NS;
  }
  recorder.flush();
  return { capture: Uint8Array.from(Buffer.concat(chunks)), keyLog };
}

interface Said {
  readonly from: 'own' | 'other';
  readonly bytes: Uint8Array;
}

function encoderOf(protocol: Protocol) {
  return (name: string, values: Readonly<Record<string, string | number>>): Uint8Array => {
    const form = protocol.messages?.find((each) => each.name === name);
    if (form === undefined) throw new Error(`The module has no message ${name}.`);
    return form.encode(values);
  };
}

function datagrams(protocol: Protocol): readonly Said[] {
  const encode = encoderOf(protocol);
  return [
    { from: 'own', bytes: encode('ping', { version: 1, type: 1, id: 1 }) },
    { from: 'other', bytes: encode('pong', { version: 1, type: 2, id: 1 }) },
    { from: 'own', bytes: encode('text', { version: 1, type: 3, id: 2, text: 'hello' }) },
    { from: 'other', bytes: encode('ping', { version: 1, type: 1, id: 9 }) },
    { from: 'own', bytes: encode('pong', { version: 1, type: 2, id: 9 }) },
  ];
}

function stream(plan: ProtocolPlan, protocol: Protocol, random: (length: number) => Uint8Array) {
  const encode = encoderOf(protocol);
  const begun = encode('preamble', { magic: magicOf(plan.name), version: 1 });
  const said: Said[] = [
    { from: 'own', bytes: begun },
    { from: 'other', bytes: begun },
  ];
  const spoken: readonly [Said['from'], string, number][] = [
    ['own', 'how are you?', 1],
    ['other', 'well, and you?', 1],
    ['own', 'well', 2],
  ];
  if (plan.noise === undefined) {
    for (const [from, text, type] of spoken) said.push({ from, bytes: encode('record', { type, text }) });
    return { said, keyLog: undefined };
  }
  const { initiator, responder, lines } = handshake(plan, random);
  const framed = (message: Uint8Array): Uint8Array => {
    const bytes = new Uint8Array(2 + message.length);
    new DataView(bytes.buffer).setUint16(0, message.length);
    bytes.set(message, 2);
    return bytes;
  };
  for (const { sender } of initiator.protocol.pattern.messages) {
    const [writer, reader] = sender === 'initiator' ? [initiator, responder] : [responder, initiator];
    const message = writer.writeMessage();
    reader.readMessage(message);
    said.push({ from: sender === 'initiator' ? 'own' : 'other', bytes: framed(message) });
  }
  const ciphers = { own: initiator.split().send!, other: responder.split().send! };
  for (const [from, text, type] of spoken) {
    const sealed = ciphers[from].encryptWithAd(new Uint8Array(0), encode('record', { type, text }));
    said.push({ from, bytes: framed(sealed) });
  }
  return { said, keyLog: lines.join('') };
}

function handshake({ name, noise: cipher }: ProtocolPlan, random: (length: number) => Uint8Array) {
  const protocol = noise.readProtocolName(noiseName(cipher!));
  if (typeof protocol === 'string') throw new Error(protocol);
  const lines: string[] = [];
  const begin = (role: 'initiator' | 'responder') => {
    const sends = (token: 's' | 'e') =>
      protocol.pattern.messages.some(({ sender, tokens }) => sender === role && tokens.includes(token));
    const keys: { s?: Uint8Array; e?: Uint8Array } = {};
    for (const [token, kind] of [
      ['s', 'STATIC'],
      ['e', 'EPHEMERAL'],
    ] as const) {
      if (!sends(token)) continue;
      keys[token] = random(32);
      lines.push(`${name.toUpperCase()}_${kind} ${toHex(keys[token])}\n`);
    }
    const begun = noise.beginHandshake(protocol, role, keys);
    if (typeof begun === 'string') throw new Error(begun);
    return begun;
  };
  return { initiator: begin('initiator'), responder: begin('responder'), lines };
}
