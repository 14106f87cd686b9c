/** Who else's work is in the bundles, told with its licence. */
import { describe, expect, it } from 'vitest';
import { noticesOf } from '../../../extension/build/notices.ts';

describe('the notices', () => {
  it('name each package once, with its version and licence', () => {
    const text = noticesOf([
      ...['dissector/index.ts', 'node_modules/@noble/curves/ed25519.js', 'node_modules/@noble/curves/secp256k1.js'],
      'node_modules/lit/index.js',
    ]);
    expect([...text.matchAll(/^## (.*) \d/gm)].map(([, name]) => name)).toEqual(['@noble/curves', 'lit']);
    expect(text).toMatch(/## @noble\/curves [\d.]+\n\nMIT\n\n```\nThe MIT License/);
  });

  it('are not made without a licence', () => expect(() => noticesOf(['node_modules/nobody/index.js'])).toThrow());
});
