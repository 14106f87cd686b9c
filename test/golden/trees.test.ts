/**
 * The whole decode of each capture as text: what a person sees in the tree, field by field with its range. A golden file that
 * is missing fails; `UPDATE_GOLDEN=1` writes them, for a diff that is read before it is committed.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { keysOf } from './keys.ts';
import { analyseGolden, goldenPath } from './open.ts';
import { textOf } from './treetext.ts';

describe('the decode of', () => {
  it.each([
    ['botd_a', 'keys'],
    ['botd_a', 'nokeys'],
    ['p2p_a', 'keys'],
    ['p2p_a', 'nokeys'],
    ['p2p_b', 'keys'],
    ['p2pke_a', 'keys'],
    ['p2pke_a', 'nokeys'],
    ['p2pke_b', 'keys'],
    ['p2pke_b', 'nokeys'],
    ['ptpchat_a', 'nokeys'],
    ['ptpchat_d', 'nokeys'],
    ['ptpchat_d', 'keys'],
  ])('%s with %s is the golden text', (capture, keys) => {
    const file = goldenPath(`${capture}.${keys}.txt`);
    const text = textOf(analyseGolden(capture, keys === 'keys' ? keysOf(capture) : ''));
    if (process.env.UPDATE_GOLDEN === '1') writeFileSync(file, text);
    expect(existsSync(file), `${file} is missing`).toBe(true);
    expect(text).toBe(readFileSync(file, 'utf8'));
  });
});
