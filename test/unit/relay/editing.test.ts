/** With the keys of a session, what is sealed is edited and sealed again, and both originals accept it. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { FieldValues } from '../../../dissector/codec/index.ts';
import { ciphers, openBytes } from '../../../dissector/index.ts';
import { Choices, type Protocol } from '../../../dissector/protocol/index.ts';
import { protocols } from '../../../dissector/protocols/index.ts';
import { Recorder } from '../../../dissector/testnode/index.ts';
import { loadProtocols } from '../../../extension/capture/modules.ts';
import { project } from '../../../extension/workbench/paths.ts';
import { Chain } from './chain.ts';

const p2pke = protocols.find(({ id }) => id === 'p2pke')!;

/** Messages that the server has taken: no complaint names them. */
async function withData(keys: readonly string[] | 'all', before = 2) {
  const chain = (await Chain.of(p2pke, { keys })).run(100);
  const send = (value: number) => {
    chain.client.node.send(chain.client.link.id, 'data', { data: Uint8Array.of(value) });
    chain.run(10);
  };
  for (let n = 0; n < before; n++) send(n);
  chain.relay.mode = 'step';
  send(100);
  return { chain, send, held: chain.relay.held[0]! };
}

describe('a sealed message', () => {
  it('is edited and sealed again: the receiver takes it, and those that follow', async () => {
    const { chain, send, held } = await withData('all');
    expect(held).toMatchObject({ message: 'data', values: { counter: 18, data: Uint8Array.of(100) } });
    chain.relay.release(held.id, { values: { ...held.values!, data: new TextEncoder().encode('edited in the middle') } });
    chain.relay.mode = 'automatic';
    send(101);
    expect(chain.server.complaints()).toEqual([]);
    expect(chain.notes).toEqual(['data edited by hand']);
    // What the server got opens with the keys of the session, and says what was edited.
    const chunks: Uint8Array[] = [];
    const recorder = new Recorder({
      ...{ transport: 'udp', secrets: true, application: 'test', now: () => chain.now() },
      write: (bytes) => void chunks.push(bytes.slice()),
    });
    for (const line of [...chain.client.keys, ...chain.server.keys]) recorder.record({ kind: 'key', line });
    for (const event of chain.server.events) recorder.record(event);
    recorder.flush();
    const opened = openBytes(Buffer.concat(chunks), { protocols: [p2pke] });
    if ('problem' in opened) throw new Error(opened.problem.text);
    const lines = [...opened.messages()];
    const texts = lines.filter(({ message }) => message === 'data').map(({ fields }) => (fields as { data: string }).data);
    expect(texts).toEqual(['00', '01', Buffer.from('edited in the middle').toString('hex'), '65']);
    expect(lines.flatMap(({ findings }) => findings).filter(({ severity }) => severity === 'error')).toEqual([]);
  });

  it('that is held is opened by a key that comes meanwhile', async () => {
    const { chain, held } = await withData([]);
    expect(held.values).toBeUndefined();
    chain.ring.add('late', [...chain.client.keys, ...chain.server.keys].join('\n'));
    chain.relay.keysCame();
    expect(chain.relay.held).toMatchObject([{ id: held.id, message: 'data', values: { data: Uint8Array.of(100) } }]);
    chain.relay.release(held.id, { values: { ...chain.relay.held[0]!.values!, data: Uint8Array.of(7) } });
    chain.run(10);
    expect(chain.server.delivered.at(-1)).toMatchObject({ message: 'data', given: { data: Uint8Array.of(7) } });
    expect(chain.server.complaints()).toEqual([]);
  });

  it('of a stream, that is held, is opened by a key that comes meanwhile', async () => {
    const chain = (await Chain.of(protocols.find(({ id }) => id === 'botd')!)).run(100);
    chain.relay.mode = 'step';
    chain.client.node.send(chain.client.link.id, 'Ping', { id: 'sent' });
    chain.run(10);
    const [held] = chain.relay.held;
    expect(held!.values).toBeUndefined();
    chain.ring.add('late', [...chain.client.keys, ...chain.server.keys].join('\n'));
    chain.relay.keysCame();
    const [opened] = chain.relay.held;
    expect(opened).toMatchObject({ id: held!.id, message: 'Ping', values: { id: 'sent' } });
    chain.relay.release(opened!.id);
    chain.run(10);
    expect(chain.bytes('sent', 0)).toBe(chain.bytes('received', 0));
  });

  it('is replaced and goes on waiting; what goes on in the end is what it was replaced by, also after a delay', async () => {
    const { chain, send, held } = await withData('all');
    const replaced = (text: string) => ({ values: { ...held.values!, data: new TextEncoder().encode(text) } });
    chain.relay.replace(held.id, replaced('first'));
    chain.relay.replace(held.id, replaced('second'));
    expect(chain.relay.held).toMatchObject([{ id: held.id, values: { data: new TextEncoder().encode('second') } }]);
    expect(() => chain.relay.replace(held.id, { values: { ...held.values!, data: 'no bytes' } })).toThrow();
    // What cannot be made changes nothing.
    expect(chain.relay.held).toMatchObject([{ id: held.id, values: { data: new TextEncoder().encode('second') } }]);
    const heard = () => chain.server.events.filter((event) => event.kind === 'received').length;
    const before = heard();
    chain.relay.delay(held.id, 50);
    chain.run(10);
    expect(heard()).toBe(before);
    chain.run(100);
    expect(heard()).toBe(before + 1);
    chain.relay.mode = 'automatic';
    send(101);
    expect(chain.server.complaints()).toEqual([]);
    expect(chain.notes).toEqual(['data edited by hand, data delayed by 50 ms by hand']);
  });

  it('is not edited with the key of another session, and that is said', async () => {
    const wrong = `P2PKE_EPHEMERAL_PRIVATE ${'11'.repeat(32)}`;
    const { chain, send, held } = await withData([wrong]);
    expect(held.values).toBeUndefined();
    expect(chain.relay.whyNot(held.id)).toBe('data is sealed, and no key opens it: only its bytes can be changed.');
    expect(() => chain.relay.release(held.id, { values: { data: Uint8Array.of(1) } })).toThrow('no key opens it');
    expect(chain.relay.held).toHaveLength(1);
    chain.relay.release(held.id, { bytes: Uint8Array.from(held.bytes!, (byte, at) => (at === 8 ? byte ^ 1 : byte)) });
    chain.relay.mode = 'automatic';
    send(101);
    expect(chain.server.complaints()).toEqual(['data with counter 18 opens under no session of this node.']);
  });

  it('opens with a key that comes after its handshake', async () => {
    const chain = (await Chain.of(p2pke)).run(100);
    chain.relay.mode = 'step';
    chain.ring.add('late', chain.client.keys.join('\n'));
    chain.relay.keysCame();
    chain.client.node.send(chain.client.link.id, 'data', { data: Uint8Array.of(7) });
    chain.run(10);
    const [held] = chain.relay.held;
    expect(held).toMatchObject({ values: { data: Uint8Array.of(7) } });
    chain.relay.release(held!.id, { values: { ...held!.values!, data: Uint8Array.of(8) } });
    chain.run(10);
    expect(chain.server.complaints()).toEqual([]);
  });

  it('that opens the handshake can be edited too, and the other side refuses what its claim does not cover', async () => {
    const chain = (await Chain.of(p2pke, { keys: 'all', mode: 'intercept' })).run(10);
    chain.relay.release(chain.relay.held[0]!.id);
    chain.run(10);
    const [held] = chain.relay.held;
    expect(held).toMatchObject({ direction: 'in', message: 'RespHello' });
    const payload = { ...(held!.values!.payload as object), cipher_suite: 'another' };
    chain.relay.release(held!.id, { values: { ...held!.values!, payload } });
    chain.run(10);
    for (const { id } of chain.relay.held) chain.relay.release(id);
    chain.run(10);
    // The initiator opens it; its claim in InitDone covers the hash of what it got.
    expect(chain.client.complaints()).toEqual([]);
    expect(chain.server.complaints().join()).toContain('InitDone is refused');
  });

  it('is spoiled by faults that need the key', async () => {
    for (const [fault, complaint] of [
      ['wrong-key:data', 'opens under no session'],
      ['stale-nonce:data#2', 'came before: a replay'],
    ] as const) {
      const chain = (await Chain.of(p2pke, { keys: 'all', faults: [fault] })).run(100);
      for (let n = 0; n < 3; n++) chain.client.node.send(chain.client.link.id, 'data', { data: Uint8Array.of(n) });
      chain.run(10);
      expect(chain.server.complaints()).toHaveLength(1);
      expect(chain.server.complaints()[0]).toContain(complaint);
      expect(chain.told).toEqual([]);
    }
  });
});

describe('a wrong signature', () => {
  const of = (id: string) => protocols.find((protocol) => protocol.id === id)!;

  it.each([
    ['p2pke', 'InitHello', 'server', 'InitHello is refused'],
    ['p2pke', 'RespHello', 'client', 'RespHello is refused'],
    ['p2ppacket', 'hello#2', 'server', 'A hello is refused: its signature does not verify'],
    ['botd', 'Init', 'server', 'The Init is refused'],
  ] as const)('of a %s %s is refused by the other side, and without the fault it is not', async (id, message, end, complaint) => {
    const spoiled = (await Chain.of(of(id), { keys: 'all', faults: [`wrong-signature:${message}`] })).run(300);
    expect(spoiled[end].complaints().join()).toContain(complaint);
    expect(spoiled.notes.join()).toContain(`fault "wrong-signature" on ${message.replace(/#.*/, '')}`);
    const untouched = (await Chain.of(of(id), { keys: 'all' })).run(300);
    expect(untouched[end].complaints().join()).not.toContain(complaint);
  });

  it('is left out where the message is sealed and no key is given', async () => {
    const chain = (await Chain.of(p2pke, { faults: ['wrong-signature:RespHello'] })).run(300);
    expect(chain.told.join()).toContain('The fault "wrong-signature" is left out. RespHello is sealed');
    expect(chain.client.node.status(chain.client.link.id).ready).toBe(true);
  });
});

describe('of other protocols', () => {
  const of = (id: string) => protocols.find((protocol) => protocol.id === id)!;

  for (const [keys, title] of [
    ['all', 'a botd frame is edited and encrypted again, and what follows opens'],
    [[], 'a botd frame is not edited without its key'],
  ] as const)
    it(title, async () => {
      const chain = (await Chain.of(of('botd'), { keys })).run(100);
      chain.relay.mode = 'step';
      chain.client.node.send(chain.client.link.id, 'Ping', { id: 'sent' });
      chain.run(10);
      const [held] = chain.relay.held;
      if (keys !== 'all') {
        expect(() => chain.relay.release(held!.id, { values: { id: 'edited' } })).toThrow('no key opens it');
        return;
      }
      expect(held).toMatchObject({ message: 'Ping', values: { id: 'sent' } });
      chain.relay.mode = 'intercept';
      chain.relay.release(held!.id, { values: { id: 'edited' } });
      chain.run(10);
      expect(chain.server.complaints()).toEqual([]);
      // The answer names what the receiver got; who saw another Ping go in takes it for any two texts.
      const [answer] = chain.relay.held;
      expect(answer).toMatchObject({ direction: 'in', message: 'protobuf' });
      expect(answer!.values!.tree).toMatchObject([{}, { field: 2, bytes: new TextEncoder().encode('edited') }]);
    });

  it('a botd Init is edited in clear, and its checksum fits', async () => {
    const chain = (await Chain.of(of('botd'), { mode: 'step' })).run(10);
    const [held] = chain.relay.held;
    expect(held).toMatchObject({ message: 'Init' });
    chain.relay.release(held!.id, { values: { ...held!.values!, id: 'another' } });
    chain.run(10);
    expect(chain.bytes('sent', 0)).toContain(Buffer.from('another').toString('hex'));
    expect(chain.server.complaints().filter((text) => text.includes('checksum'))).toEqual([]);
  });

  for (const [keys, title] of [
    ['all', 'a sealed p2ppacket is edited and sealed again'],
    [[], 'a sealed p2ppacket is not edited without its key'],
  ] as const)
    it(title, async () => {
      const pins = new Choices({ 'p2ppacket.data': 'sealed' });
      const node = { choices: pins };
      const chain = (await Chain.of(of('p2ppacket'), { keys, choices: pins, client: node, server: node })).run(100);
      chain.relay.mode = 'step';
      const names = chain.client.node.offers(chain.client.link.id);
      expect(names).toContain('data');
      const sent = { type: 'reliable_data', data: Uint8Array.of(1, 2) };
      chain.client.node.send(chain.client.link.id, 'data', { channels: [sent] });
      chain.run(10);
      const [held] = chain.relay.held;
      if (keys !== 'all') {
        expect(held!.values).toBeUndefined();
        return;
      }
      expect(held).toMatchObject({ message: 'data' });
      const [entry] = held!.values!.channels as FieldValues[];
      expect(entry).toMatchObject({ data: Uint8Array.of(1, 2) });
      chain.relay.release(held!.id, {
        values: { ...held!.values!, channels: [{ ...entry, length: 3, data: Uint8Array.of(3, 4, 5) }] },
      });
      chain.run(10);
      expect(chain.server.complaints()).toEqual([]);
      expect(chain.server.delivered).toMatchObject([
        { message: 'data', given: { channels: [{ data: Uint8Array.of(3, 4, 5) }] } },
      ]);
    });
});

describe('a message in clear', () => {
  it('is edited without any key', async () => {
    const chain = (await Chain.of(p2pke, { mode: 'step' })).run(10);
    const [held] = chain.relay.held;
    expect(held).toMatchObject({ message: 'InitHello', values: { counter: 0 } });
    const payload = { ...(held!.values!.payload as object), cipher_suites: ['another'] };
    chain.relay.release(held!.id, { values: { ...held!.values!, payload } });
    chain.run(10);
    expect(chain.bytes('sent', 0)).toContain(Buffer.from('another').toString('hex'));
  });

  it('keeps what cannot be made held, and says why', async () => {
    const chain = (await Chain.of(p2pke, { mode: 'step' })).run(10);
    const [held] = chain.relay.held;
    expect(() => chain.relay.release(held!.id, { values: { ...held!.values!, e: Uint8Array.of(1) } })).toThrow('e');
    expect(chain.relay.held).toHaveLength(1);
  });
});

describe('a protocol of a module', () => {
  /** knock, with what a relay needs to seal again: the plaintext as the whole of a message, and how that is sealed. */
  async function knock(): Promise<Protocol> {
    const { protocols: loaded } = await loadProtocols([join(project, 'media', 'samples', 'protocols', 'knock.js')]);
    const protocol = loaded.find(({ id }) => id === 'knock')!;
    const HEAD = 5;
    const nonceOf = (bytes: Uint8Array) => Uint8Array.from([...new Uint8Array(8), ...bytes.subarray(1, HEAD)]);
    return {
      ...protocol,
      dissect: (message) => {
        const { text } = (message.facts ?? {}) as { text?: Uint8Array };
        const dissection = protocol.dissect(message);
        const head = message.bytes.subarray(message.start, message.start + HEAD);
        const whole = text === undefined ? dissection.whole : Uint8Array.from([...head, ...text]);
        return {
          ...{ layer: dissection.layer, fields: dissection.fields, info: dissection.info, missing: dissection.missing },
          whole,
        };
      },
      seal: ({ name, session }, clear) => {
        const { k } = (session ?? {}) as { k?: Uint8Array };
        if (name !== 'data') return clear;
        if (k === undefined) return 'The session has no key.';
        return Uint8Array.from([
          ...clear.subarray(0, HEAD),
          ...ciphers.chachaPoly.seal(k, nonceOf(clear), clear.subarray(HEAD))!,
        ]);
      },
    };
  }

  for (const [keys, title] of [
    ['all', 'seals again what was edited'],
    [[], 'edits no values without its key'],
  ] as const)
    it(title, async () => {
      const chain = (await Chain.of(await knock(), { keys })).run(100);
      chain.relay.mode = 'step';
      chain.client.node.send(chain.client.link.id, 'data', { sealed: new TextEncoder().encode('before') });
      chain.run(10);
      const [held] = chain.relay.held;
      if (keys !== 'all') {
        expect(held!.values).toBeUndefined();
        return;
      }
      expect(held!.values).toMatchObject({ sealed: new TextEncoder().encode('before') });
      chain.relay.release(held!.id, { values: { ...held!.values!, sealed: new TextEncoder().encode('edited') } });
      chain.run(10);
      // It tells of a tag that is not that of the session.
      expect(chain.server.complaints()).toEqual([]);
      expect(chain.bytes('sent', 0)).not.toBe(chain.bytes('received', 0));
    });
});
