import { describe, expect, it } from 'vitest';
import { Sentences } from '../../../extension/node/sentences.ts';

function talk() {
  const told: [string, boolean][] = [];
  let clock = 0;
  const sentences = new Sentences(
    (text, grave) => void told.push([text, grave]),
    () => clock,
  );
  const pass = (milliseconds: number): void => {
    clock += milliseconds;
    sentences.pass();
  };
  return { told, sentences, pass };
}

describe('sentences', () => {
  it('are told one by one, and counted once there are too many in a second', () => {
    const { told, sentences, pass } = talk();
    for (let n = 0; n < 53; n++) sentences.say(`${n}`, n === 51);
    expect(told).toHaveLength(50);
    pass(999);
    expect(told).toHaveLength(50);
    pass(1);
    expect(told.at(-1)).toEqual(['3 more sentences were left out: at most 50 a second are told.', true]);
    sentences.say('again', false);
    sentences.end();
    expect(told.slice(51)).toEqual([['again', false]]);
  });

  it('that are left out are counted at the end', () => {
    const { told, sentences } = talk();
    for (let n = 0; n < 51; n++) sentences.say('', false);
    sentences.end();
    expect(told.at(-1)).toEqual(['1 more sentence was left out: at most 50 a second are told.', false]);
  });
});
