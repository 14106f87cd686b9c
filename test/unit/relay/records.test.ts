/** Records that are sealed under numbers, the transport messages of Noise: what they carry is edited, and what follows is sealed again. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { FieldValues } from '../../../dissector/codec/index.ts';
import type { Protocol } from '../../../dissector/protocol/index.ts';
import { loadProtocols } from '../../../extension/capture/modules.ts';
import { heldText } from '../../../extension/node/messagetext.ts';
import { writtenHeld } from '../../../extension/node/scripts/written.ts';
import { project } from '../../../extension/workbench/paths.ts';
import { Chain, faultOf } from './chain.ts';
import { HANDED_OVER, lineFrame, lines, noiseEnds, noteFrame, notes } from './noiseends.ts';

async function sample(name: string): Promise<Protocol> {
  const { protocols } = await loadProtocols([join(project, 'media', 'samples', 'protocols', `${name}.js`)]);
  return protocols.find(({ id }) => id === name)!;
}

type Ends = ReturnType<typeof noiseEnds>;

/** The values of what is held first, with another line. */
function edited({ relay }: Ends, text: string): { readonly values: FieldValues } {
  const { values } = relay.held[0]!;
  return { values: { ...values!, line: { ...(values!.line as FieldValues), text } } };
}

function held(ends: Ends, ...texts: readonly string[]): Ends {
  ends.relay.mode = 'step';
  for (const text of texts) ends.say(0, lineFrame(text));
  return ends;
}

/** What comes after this goes on as it comes. */
function goOn(ends: Ends): void {
  ends.relay.mode = 'automatic';
  for (const text of ['after 1', 'after 2']) ends.say(0, lineFrame(text));
  ends.inPieces(0, 5, lineFrame('after 3'));
  ends.say(1, lineFrame('back'));
}

const after = ['1 after 1', '1 after 2', '1 after 3'];

describe('a message in a Noise stream', () => {
  it('is held as the frame of the multiplexer, with the line that it carries', () => {
    const { relay } = held(noiseEnds(), 'hello');
    expect(relay.held).toMatchObject([{ message: 'frame', values: { stream: 1, length: 6, line: { size: 5, text: 'hello' } } }]);
    expect(relay.whyNot(relay.held[0]!.id)).toBeUndefined();
  });

  it.each(['jello', 'a line that is much longer', ''])(
    'is edited to "%s": lengths are made again, and what follows opens',
    (text) => {
      const ends = held(noiseEnds(), 'hello', 'behind it');
      ends.relay.release(ends.relay.held[0]!.id, edited(ends, text));
      goOn(ends);
      expect(ends.heard[0].lines).toEqual([`1 ${text}`, '1 behind it', ...after]);
      expect(ends.heard[1].lines).toEqual(['1 back']);
      expect(ends.heard[0].messages).toBe(5);
    },
  );

  it('of another length says that both ends count other bytes of the stream', () => {
    const ends = held(noiseEnds(), 'hello', 'hello');
    ends.relay.release(ends.relay.held[0]!.id, edited(ends, 'jello'));
    expect(ends.told).toEqual([]);
    ends.relay.release(ends.relay.held[0]!.id, edited(ends, 'hello, hello'));
    expect(ends.told.join()).toContain('The sender of frame counts 6 bytes of the stream, and the receiver 13');
  });

  it('that nobody edits goes on byte for byte', () => {
    const ends = held(noiseEnds(), 'hello', 'again');
    ends.relay.release(ends.relay.held[0]!.id, { values: ends.relay.held[0]!.values! });
    goOn(ends);
    const bytesOf = (kind: string, dialled: boolean): string =>
      Buffer.concat(
        ends.events.flatMap((each) =>
          each.kind === kind && 'bytes' in each && each.link.dialled === dialled ? [each.bytes] : [],
        ),
      ).toString('hex');
    expect(bytesOf('sent', true)).toBe(bytesOf('received', false));
  });

  it('is left out, sent twice and delayed behind others by hand: the numbers of the others move, and they open', () => {
    const ends = held(noiseEnds(), 'left out', 'twice', 'late', 'in time');
    const [first, second, third, fourth] = ends.relay.held.map(({ id }) => id);
    ends.relay.drop(first!);
    ends.relay.release(second!, { times: 2 });
    ends.relay.delay(third!, 50);
    ends.relay.release(fourth!);
    ends.pass(60);
    goOn(ends);
    expect(ends.heard[0].lines).toEqual(['1 twice', '1 twice', '1 in time', '1 late', ...after]);
    expect(ends.heard[1].lines).toEqual(['1 back']);
  });

  it('that is longer than a Noise message goes in several', () => {
    const ends = noiseEnds();
    ends.relay.mode = 'step';
    ends.say(0, lineFrame('first'));
    const { values, id } = ends.relay.held[0]!;
    const { line: _, ...rest } = values!;
    expect(() => ends.relay.release(id, { values: { ...rest, line: { text: 'x'.repeat(300) } } })).toThrow('size');
    ends.relay.release(id, { values: { ...values!, line: { text: 'x'.repeat(255) } } });
    goOn(ends);
    expect(ends.heard[0].lines).toEqual([`1 ${'x'.repeat(255)}`, ...after]);
  });

  it('is put in the place of several Noise messages that it comes in', () => {
    const ends = noiseEnds();
    ends.relay.mode = 'step';
    const whole = lineFrame('in two pieces');
    ends.say(0, whole.subarray(0, 4));
    expect(ends.relay.held).toEqual([]);
    ends.say(0, whole.subarray(4));
    ends.say(0, lineFrame('behind it'));
    expect(ends.relay.held).toHaveLength(2);
    ends.relay.release(ends.relay.held[0]!.id, edited(ends, 'one'));
    goOn(ends);
    expect(ends.heard[0].lines).toEqual(['1 one', '1 behind it', ...after]);
  });

  it('that shares a Noise message with others is held, edited and left out by itself', () => {
    const ends = noiseEnds();
    ends.relay.mode = 'step';
    ends.say(0, lineFrame('first'), lineFrame('second', 2), lineFrame('third'));
    expect(ends.relay.held.map(({ message, values }) => [message, (values!.line as FieldValues).text])).toEqual([
      ['frame', 'first'],
      ['frame', 'second'],
      ['frame', 'third'],
    ]);
    const [first, second] = ends.relay.held;
    ends.relay.release(first!.id, edited(ends, 'the first one'));
    ends.relay.drop(second!.id);
    goOn(ends);
    expect(ends.heard[0].lines).toEqual(['1 the first one', '1 third', ...after]);
  });

  it('that begins in the Noise message of another one is whole all the same', () => {
    const ends = noiseEnds();
    ends.relay.mode = 'step';
    const [first, second, third] = [lineFrame('first'), lineFrame('second'), lineFrame('third')];
    ends.say(0, first, second.subarray(0, 5));
    ends.say(0, second.subarray(5), third.subarray(0, 2));
    expect(ends.relay.held).toHaveLength(2);
    ends.relay.drop(ends.relay.held[0]!.id);
    ends.relay.release(ends.relay.held[0]!.id, edited(ends, 'the second one'));
    // The beginning of the third goes before its rest, which is held no more.
    ends.relay.mode = 'automatic';
    ends.say(0, third.subarray(2));
    goOn(ends);
    expect(ends.heard[0].lines).toEqual(['1 the second one', '1 third', ...after]);
  });

  it('whose beginning has gone on before it was held is refused all but to go on', () => {
    const ends = noiseEnds();
    const [first, second, third] = [lineFrame('first'), lineFrame('second'), lineFrame('third')];
    ends.say(0, first, second.subarray(0, 4));
    ends.relay.mode = 'step';
    ends.say(0, second.subarray(4), third);
    const [torn] = ends.relay.held;
    expect(torn).toMatchObject({ message: 'frame', values: undefined });
    expect(ends.relay.whyNot(torn!.id)).toBe(
      'The beginning of frame has gone on before it was held: only its bytes can be changed.',
    );
    const sentence = 'frame holds a part of a message';
    expect(() => ends.relay.drop(torn!.id)).toThrow(sentence);
    expect(() => ends.relay.delay(torn!.id, 5)).toThrow(sentence);
    expect(() => ends.relay.release(torn!.id, { times: 2 })).toThrow(sentence);
    goOn(ends);
    expect(ends.heard[0].lines).toEqual(['1 first', '1 second', '1 third', ...after]);
  });

  it('whose beginning is all of the Noise message that has gone on goes on as it comes', () => {
    const ends = noiseEnds();
    const [first, second] = [lineFrame('first'), lineFrame('second')];
    ends.say(0, first.subarray(0, 4));
    ends.relay.mode = 'step';
    ends.say(0, first.subarray(4));
    ends.say(0, second);
    expect(ends.relay.held).toMatchObject([{ values: { line: { text: 'second' } } }]);
    goOn(ends);
    expect(ends.heard[0].lines).toEqual(['1 first', '1 second', ...after]);
  });

  it('in a stream of the multiplexer that is only a part of a frame leaves the data as bytes', () => {
    const ends = noiseEnds();
    ends.relay.mode = 'step';
    const two = Uint8Array.from([1, 0, 4, 1, 65, 1, 66]);
    ends.say(0, two);
    const { values, id } = ends.relay.held[0]!;
    expect(values).toEqual({ stream: 1, length: 4, data: Uint8Array.of(1, 65, 1, 66) });
    ends.relay.release(id, { values: { ...values!, data: Uint8Array.of(2, 67, 68) } });
    expect(ends.heard[0].lines).toEqual(['1 CD']);
  });

  it('in a stream that was handed over is edited as the message of the other module, also in the packet language', () => {
    const ends = noiseEnds();
    ends.relay.mode = 'step';
    ends.say(0, noteFrame('rain'));
    const [note] = ends.relay.held;
    const shown = heldText(lines.id, note!);
    expect(shown).toContain('note: {');
    const text = shown.replace('"rain"', '"sunshine"');
    const { said } = writtenHeld({ text, folder: undefined, protocols: [lines, notes] }, lines.id, note!);
    ends.relay.release(note!.id, said as { readonly values: FieldValues });
    goOn(ends);
    expect(ends.heard[0].lines).toEqual([`${HANDED_OVER} \u0008sunshine`, ...after]);
    // Without the other module nobody knows the name.
    const alone = { text, folder: undefined, protocols: [lines] };
    expect(() => writtenHeld(alone, lines.id, note!)).toThrow('note');
  });

  it('whose bytes are edited is what its receiver refuses', () => {
    const ends = held(noiseEnds(), 'hello');
    const [{ id, bytes }] = ends.relay.held as [(typeof ends.relay.held)[0]];
    expect(() => ends.relay.release(id, { bytes: bytes!.map((byte, at) => (at === 9 ? byte ^ 1 : byte)) })).toThrow(
      'Noise message 0 does not open',
    );
  });
});

describe('what follows a message that was left out', () => {
  it('that the end of the stream cuts off goes on once all before it has, and the end behind it', () => {
    const ends = noiseEnds();
    ends.relay.mode = 'step';
    ends.say(0, lineFrame('whole'), lineFrame('cut off').subarray(0, 5));
    ends.end(0);
    expect(ends.finished).toEqual([]);
    ends.relay.release(ends.relay.held[0]!.id);
    ends.pass(1);
    expect(ends.heard[0].messages).toBe(2);
    expect(ends.finished).toEqual([0]);
  });

  it('between which one does not open goes on under its own number', () => {
    const ends = noiseEnds();
    ends.relay.mode = 'step';
    ends.say(0, lineFrame('before'));
    ends.raw(0, Uint8Array.of(0, 20, ...new Uint8Array(20)));
    ends.say(0, lineFrame('behind'));
    ends.relay.release(ends.relay.held[0]!.id);
    expect(ends.heard[0].lines).toEqual(['1 before']);
  });

  it('waits for the end of its Noise message, as long as it can be one', () => {
    const ends = held(noiseEnds(), 'left out');
    ends.relay.drop(ends.relay.held[0]!.id);
    ends.relay.mode = 'automatic';
    const sent = (): number => ends.events.filter(({ kind }) => kind === 'sent').length;
    const before = sent();
    ends.inPieces(0, 1, lineFrame('byte by byte'));
    expect(ends.heard[0].lines).toEqual(['1 byte by byte']);
    expect(sent()).toBe(before + 1);
  });

  it('and does not open went wrong before: it goes on as it came, and is refused there', () => {
    const ends = held(noiseEnds(), 'left out');
    ends.relay.drop(ends.relay.held[0]!.id);
    ends.relay.mode = 'automatic';
    expect(() => ends.raw(0, Uint8Array.of(0, 20, ...new Uint8Array(20)))).toThrow('Noise message 0 does not open');
  });
});

describe('without keys', () => {
  it('the bytes of a Noise message can be touched, its values cannot, and that is said', () => {
    const ends = held(noiseEnds({ keys: false }), 'hello');
    const [message] = ends.relay.held;
    expect(message).toMatchObject({ message: 'transport', values: undefined });
    expect(ends.relay.whyNot(message!.id)).toBe('transport is sealed, and no key opens it: only its bytes can be changed.');
    expect(() => ends.relay.release(message!.id, { values: { line: { text: 'jello' } } })).toThrow('no key opens it');
    goOn(ends);
    expect(ends.heard[0].lines).toEqual(['1 hello', ...after]);
  });

  it('a message that is left out breaks the stream: nothing seals what follows again', () => {
    const ends = held(noiseEnds({ keys: false }), 'hello');
    ends.relay.drop(ends.relay.held[0]!.id);
    expect(() => goOn(ends)).toThrow('Noise message 0 does not open');
  });

  it('what is held opens once they come, also what lies in several Noise messages', () => {
    const ends = noiseEnds({ keys: false });
    ends.relay.mode = 'step';
    const whole = lineFrame('in two pieces');
    ends.say(0, lineFrame('first'));
    ends.say(0, whole.subarray(0, 4));
    ends.say(0, whole.subarray(4));
    expect(ends.relay.held).toHaveLength(3);
    ends.ring.add('test', ends.key);
    ends.relay.keysCame();
    expect(ends.relay.held.map(({ values }) => (values?.line as FieldValues | undefined)?.text)).toEqual([
      'first',
      'in two pieces',
    ]);
    ends.relay.drop(ends.relay.held[0]!.id);
    ends.relay.release(ends.relay.held[0]!.id, edited(ends, 'one'));
    goOn(ends);
    expect(ends.heard[0].lines).toEqual(['1 one', ...after]);
  });
});

describe('the sample libp2p', () => {
  it('is edited as the ping in a frame of yamux, and the receiver answers what it got', async () => {
    const chain = (await Chain.of(await sample('libp2p'), { keys: 'all' })).run(400);
    chain.relay.mode = 'intercept';
    const echo = (byte: number) => new Uint8Array(32).fill(byte);
    chain.client.node.send(chain.client.link.id, 'echo', { value: echo(7) });
    chain.run(20);
    const [asked] = chain.relay.held;
    expect(asked).toMatchObject({ message: 'data', values: { stream_id: 1, length: 32, ping: { value: echo(7) } } });
    chain.relay.release(asked!.id, { values: { ...asked!.values!, ping: { value: echo(9) } } });
    chain.run(20);
    const answers = chain.relay.held.filter(({ direction }) => direction === 'in');
    expect(answers).toMatchObject([{ message: 'window_update' }, { message: 'data', values: { ping: { value: echo(9) } } }]);
    chain.relay.drop(answers[0]!.id);
    chain.relay.mode = 'automatic';
    chain.client.node.send(chain.client.link.id, 'echo', { value: echo(8) });
    chain.run(50);
    expect([...chain.client.complaints(), ...chain.server.complaints()]).toEqual([]);
    expect(chain.told).toEqual(['Not passed on, dropped by hand: window_update.']);
  });

  it('is sealed with another key by a fault that names the ping, and refused', async () => {
    const chain = (await Chain.of(await sample('libp2p'), { keys: 'all' })).run(400);
    chain.relay.addFault(faultOf('forward/wrong-key:echo', chain.protocol, 'tcp'));
    chain.client.node.send(chain.client.link.id, 'echo', { value: new Uint8Array(32) });
    chain.run(20);
    expect(chain.notes).toEqual(['fault "wrong-key" on echo']);
    expect(chain.server.complaints().join()).not.toBe('');
  });
});
