/** Breakpoints of captures: on lines, on filters, on what changes, and on what is wrong. */
import { describe, expect, it } from 'vitest';
import { readWatch, type Watch, watchText } from '../../../dissector/stepping/index.ts';
import { finished, stepperOf } from './stepping.ts';

describe('a function breakpoint', () => {
  it('stops at what its filter matches, on the way there and back', () => {
    const stepper = stepperOf('p2pke_a');
    expect(
      stepper.breakpoints.setFunctions([{ filter: 'p2pke.message == "data" && p2pke.counter == 16' }])[0],
    ).not.toHaveProperty('problem');
    const stop = finished(stepper.run());
    expect(stop).toMatchObject({ reason: 'function breakpoint', ids: [1] });
    expect(stepper.evaluator.evaluate('counter', stop.position.n)).toEqual({ text: '16', type: 'integer' });
    finished(stepper.stepOver(0));
    expect(finished(stepper.runBack()).position).toEqual(stop.position);
  });

  it('of a filter that is wrong says why and stops nothing', () => {
    const stepper = stepperOf('p2pke_a');
    expect(stepper.breakpoints.setFunctions([{ filter: 'p2pke.countr == 1' }])[0]?.problem).toContain('countr');
    expect(finished(stepper.run()).reason).toBe('end');
  });

  it('knows the state of the session', () => {
    const stepper = stepperOf('p2pke_a');
    stepper.breakpoints.setFunctions([{ filter: 'session.before == "init_hello" && session.after == "resp_hello"' }]);
    expect(finished(stepper.run()).position.n).toBe(1);
  });
});

describe('a breakpoint on a line', () => {
  it('stops at its message', () => {
    const stepper = stepperOf('p2pke_a');
    stepper.breakpoints.setLines('a', [{ n: 2 }]);
    expect(finished(stepper.run())).toMatchObject({ reason: 'breakpoint', position: { n: 2, computation: -1 }, ids: [1] });
    stepper.breakpoints.setLines('a', []);
    expect(finished(stepper.runBack()).reason).toBe('end');
  });

  it('counts only where its condition holds, and stops at the hit that is meant', () => {
    const stepper = stepperOf('p2pke_a');
    const lines = Array.from(stepper.timeline.all, (n) => ({ n, condition: 'p2pke.direction == 1', hitCondition: '2' }));
    stepper.breakpoints.setLines('a', lines);
    // Each breakpoint counts for itself: none is hit twice.
    expect(finished(stepper.run()).reason).toBe('end');
    stepper.breakpoints.setLines('a', []);
    stepper.breakpoints.setFunctions([{ filter: 'p2pke', condition: 'p2pke.direction == 1', hitCondition: '2' }]);
    stepper.entry();
    const { position } = finished(stepper.run());
    const answers = Array.from(stepper.timeline.all).filter((n) => stepper.analysis.message(n).direction === 1);
    expect(position.n).toBe(answers[1]);
    expect(stepper.breakpoints.setLines('a', [{ n: 1, hitCondition: 'often' }])[0]?.problem).toContain('often');
    expect(stepper.breakpoints.setLines('a', [{ n: 1, condition: '1 ==' }])[0]).toHaveProperty('problem');
  });

  it('with a log message writes it and goes on', () => {
    const told: string[] = [];
    const stepper = stepperOf('p2pke_a', { log: (text, n) => told.push(`${n}: ${text}`) });
    stepper.breakpoints.setLines('a', [{ n: 1, logMessage: 'counter {p2pke.counter} of {message}, {nonsense}' }]);
    expect(finished(stepper.run()).reason).toBe('end');
    expect(told).toEqual([expect.stringMatching(/^1: counter 1 of RespHello, \(.*nonsense.*\)$/)]);
  });
});

describe('a data breakpoint', () => {
  it('on a field stops where one side says another value, in both directions of time', () => {
    const stepper = stepperOf('p2pke_a');
    const watch: Watch = { kind: 'field', field: 'p2pke.message', conversation: 0, direction: 0 };
    stepper.breakpoints.setData([{ watch }]);
    const stops: number[] = [];
    for (;;) {
      const { reason, position, text } = finished(stepper.run());
      if (reason === 'end') break;
      expect(reason).toBe('data breakpoint');
      expect(text).toContain('p2pke.message changes from');
      stops.push(position.n);
    }
    expect(stops.length).toBeGreaterThan(1);
    const back: number[] = [];
    for (;;) {
      const { reason, position } = finished(stepper.runBack());
      if (reason === 'end') break;
      back.push(position.n);
    }
    // The first message of a side has its value for the first time; the entry itself is not run to, but back to.
    expect(back.toReversed().filter((n) => n !== 0)).toEqual(stops);
  });

  it('on the state stops where it changes, with what it was in words', () => {
    const stepper = stepperOf('p2pke_a');
    stepper.breakpoints.setData([{ watch: { kind: 'state', session: 0 }, condition: 'session.before == "init_hello"' }]);
    expect(finished(stepper.run())).toMatchObject({
      position: { n: 1 },
      text: 'The state changes from init_hello to resp_hello',
    });
  });

  it('is named by a text that a client keeps', () => {
    for (const watch of [
      { kind: 'state', session: 12 },
      { kind: 'field', field: 'p2pke.payload.sig', conversation: 3, direction: 1 },
    ] as const)
      expect(readWatch(watchText(watch))).toEqual(watch);
    for (const text of ['', 'state', 'state x', 'field 1 2 a', 'field 1 1 a b', 'state 99999999999'])
      expect(readWatch(text)).toBeUndefined();
  });
});

describe('an exception breakpoint', () => {
  it('stops at what stays encrypted', () => {
    const stepper = stepperOf('p2pke_a', { keys: false });
    stepper.breakpoints.setExceptions([{ kind: 'encrypted' }]);
    expect(finished(stepper.run())).toMatchObject({ reason: 'exception', position: { n: 1 }, exception: { kind: 'encrypted' } });
    const open = stepperOf('p2pke_a');
    open.breakpoints.setExceptions([{ kind: 'encrypted' }]);
    expect(finished(open.run()).reason).toBe('end');
  });

  it('stops at findings of its severity, where its condition holds', () => {
    const stepper = stepperOf('p2pke_b');
    const all = Array.from(stepper.timeline.all).flatMap((n) =>
      stepper.analysis.findingsOf(n).map(({ severity }) => ({ n, severity })),
    );
    const { n, severity } = all.find((each) => each.n > 0)!;
    expect(stepper.breakpoints.setExceptions([{ kind: severity }])[0]).not.toHaveProperty('problem');
    const stop = finished(stepper.run());
    expect(stop).toMatchObject({ reason: 'exception', position: { n }, exception: { kind: severity } });
    expect(stop.text).toBe(stop.exception?.finding?.text);
    stepper.entry();
    stepper.breakpoints.setExceptions([{ kind: severity, condition: 'frame.number < 0' }]);
    expect(finished(stepper.run()).reason).toBe('end');
    expect(stepper.breakpoints.setExceptions([{ kind: severity, condition: 'nonsense ==' }])[0]).toHaveProperty('problem');
  });
});
