/** What scripts ask at a terminal. */
import { PassThrough, Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { Io } from '../../../extension/cli/io.ts';
import { Questions } from '../../../extension/cli/questions.ts';
import { run } from '../../../extension/cli/run.ts';
import { lines, temporary } from './help.ts';

/** A terminal at which somebody gives the answers one by one, each when it is asked for, and then ends it. */
function terminal(answers: readonly string[], { isTTY = true, atOnce = false } = {}) {
  const stdin = Object.assign(new PassThrough(), { isTTY });
  const left = [...answers];
  const written = { out: '', err: '' };
  const into = (name: 'out' | 'err', then = (): void => {}): Writable =>
    new Writable({
      write(chunk, _encoding, done) {
        written[name] += chunk;
        then();
        done();
      },
    });
  const answer = (): void => {
    if (!written.err.endsWith(': ')) return;
    const next = left.shift();
    if (next === undefined) stdin.end();
    else stdin.write(`${next}\n`);
  };
  if (atOnce)
    stdin.write(
      left
        .splice(0)
        .map((line) => `${line}\n`)
        .join(''),
    );
  const stderr = into('err', () => setImmediate(answer));
  const io: Io = {
    stdin,
    stderr,
    stdout: into('out'),
    version: () => '1.2.3',
    root: '',
    interrupted: () => new Promise(() => {}),
  };
  return { io, written };
}

describe('questions', () => {
  it('are asked on standard error, one after the other', async () => {
    const { io, written } = terminal(['Ada', 'a = b ']);
    expect(await new Questions({}, io).ask(['name', 'why?'])).toEqual({ name: 'Ada', 'why?': 'a = b ' });
    expect(written).toEqual({ out: '', err: 'name: why?: ' });
  });

  it('are asked once, and answers stay', async () => {
    const { io, written } = terminal(['1', '2']);
    const questions = new Questions({}, io);
    expect(await questions.ask(['a'])).toEqual({ a: '1' });
    expect(await questions.ask(['a', 'b'])).toEqual({ a: '1', b: '2' });
    expect(await questions.ask(['b', 'a'])).toEqual({ a: '1', b: '2' });
    expect(written.err).toBe('a: b: ');
  });

  it('are not asked when they were answered before, by nothing too', async () => {
    const { io, written } = terminal(['2']);
    expect(await new Questions({ a: '' }, io).ask(['a', 'b'])).toEqual({ a: '', b: '2' });
    expect(written.err).toBe('b: ');
  });

  it('are not asked where there is no terminal', async () => {
    const { io, written } = terminal(['1'], { isTTY: false });
    expect(await new Questions({}, io).ask(['a'])).toEqual({});
    expect(written).toEqual({ out: '', err: '' });
  });

  it('are answered by lines that come all at once', async () => {
    const { io } = terminal(['1', '2', '3'], { atOnce: true });
    expect(await new Questions({}, io).ask(['a', 'b', 'c'])).toEqual({ a: '1', b: '2', c: '3' });
  });

  it('stay open when the terminal ends, and nobody is asked any more', async () => {
    const { io, written } = terminal(['1']);
    const questions = new Questions({}, io);
    expect(await questions.ask(['a', 'b', 'c'])).toEqual({ a: '1' });
    expect(await questions.ask(['d'])).toEqual({ a: '1' });
    expect(written.err).toBe('a: b: \n');
  });

  it('cannot steer the terminal', async () => {
    const { io, written } = terminal(['1']);
    await new Questions({}, io).ask(['\u001b[2J\nkey']);
    expect(written.err).toBe('\\u001b[2J\\u000akey: ');
  });
});

describe('a run at a terminal', () => {
  const script = temporary(
    'asks.packet',
    '@a = text(prompt("a"))\n### one\n@b = prompt("b")\n### two\n@c = [prompt("a"), prompt("c")]\n',
  );

  it('asks before the section that needs it, and prints its results alone on standard output', async () => {
    const { io, written } = terminal(['1', '2', '3']);
    expect(await run(['run', script], io)).toBe(0);
    expect(written.err).toBe('a: b: c: ');
    expect(lines(written.out)).toEqual([
      expect.stringMatching(/^ok .*: one \(/),
      expect.stringMatching(/^ok .*: two \(/),
      '2 sections: 2 passed, 0 failed',
    ]);
  });

  it('goes on without answers when the terminal ends', async () => {
    const { io, written } = terminal(['1', '2']);
    expect(await run(['run', script], io)).toBe(1);
    expect(written.out).toContain('asks.packet:5: nobody answered "c"');
    expect(written.out).toContain('2 sections: 1 passed, 1 failed');
  });
});
