/** The lines of `decode --json` are as the published schema says. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { messageLine } from '../../../dissector/analysis/jsonline.ts';
import { openBytes } from '../../../dissector/index.ts';
import { project } from '../../../extension/workbench/paths.ts';
import { analyse, goldenKeys, goldenPath } from '../../golden/open.ts';
import { heartbeatCapture } from './heartbeat.ts';

const schema = JSON.parse(readFileSync(join(project, 'dissector', 'decode.schema.json'), 'utf8'));
const validate = new Ajv2020({ strict: true, allErrors: true, allowUnionTypes: true }).compile(schema);

function expectValid(lines: Iterable<unknown>): void {
  let count = 0;
  for (const line of lines) {
    count++;
    // As it is printed: what JSON cannot say must not be there.
    const printed = JSON.parse(JSON.stringify(line));
    expect(validate(printed), `${JSON.stringify(printed).slice(0, 300)}: ${JSON.stringify(validate.errors)}`).toBe(true);
  }
  expect(count).toBeGreaterThan(0);
}

describe('the schema of decode --json', () => {
  it('has a version in its name', () => {
    expect(schema.$id).toMatch(/:decode:\d+$/);
    expect(schema.title).toContain(`version ${/\d+$/.exec(schema.$id)}`);
  });

  it.each(['p2p_a', 'p2p_b', 'p2pke_a', 'p2pke_b', 'ptpchat_a', 'ptpchat_d'])('holds for %s, with and without keys', (name) => {
    const bytes = readFileSync(goldenPath(`${name}.pcapng`));
    const keys = name === 'ptpchat_d' ? readFileSync(goldenPath(`${name}.keys`), 'utf8') : goldenKeys(name);
    for (const keyLog of ['', keys]) {
      const analysis = analyse(bytes, keyLog);
      expectValid(Array.from({ length: analysis.messageCount }, (_, n) => messageLine(analysis, n, n % 2 === 0)));
    }
  });

  it('is not so wide that anything fits', () => {
    const opened = openBytes(readFileSync(goldenPath('p2pke_a.pcapng')));
    if ('problem' in opened) throw new Error(opened.problem.text);
    const [line] = opened.messages();
    expect(validate(line)).toBe(true);
    for (const wrong of [
      { n: -1 },
      { frames: [] },
      { time: 1.5 },
      { state: 'open' },
      { fields: [] },
      { more: 1 },
      { bytes: 'ABC' },
    ])
      expect(validate({ ...line, ...wrong }), JSON.stringify(wrong)).toBe(false);
  });

  it('says nothing of a capture without messages', () => {
    const opened = openBytes(heartbeatCapture());
    expect('problem' in opened ? [] : [...opened.messages()]).toEqual([]);
  });
});
