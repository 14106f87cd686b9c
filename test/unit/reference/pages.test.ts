import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { protocols } from '../../../dissector/protocols/index.ts';
import { referencePage } from '../../../dissector/reference/page.ts';

const folder = new URL('../../../dissector/reference/', import.meta.url);

describe('the reference', () => {
  it.each(protocols.map((protocol) => [protocol.id, protocol] as const))(
    'of %s is what its code says (npm run reference)',
    (id, protocol) => {
      expect(readFileSync(new URL(`${id}.md`, folder), 'utf8')).toBe(referencePage(protocol));
    },
  );

  it('has a page for each protocol, one for the fields of every capture, and none beside', () => {
    const pages = readdirSync(folder).filter((name) => name.endsWith('.md'));
    expect(pages.sort()).toEqual([...protocols.map(({ id }) => `${id}.md`), 'fields.md'].sort());
  });

  it('describes every message that the specification names', () => {
    for (const { id, messages, names } of protocols)
      for (const { name } of messages ?? []) expect(`${id} ${names.includes(name) || id === 'ptpchat'}`).toBe(`${id} true`);
  });

  it('gives each rule and key once', () => {
    for (const protocol of protocols) {
      const page = referencePage(protocol);
      for (const { id } of protocol.rules) expect(page.split(`\`${id}\``)).toHaveLength(2);
      for (const { label } of protocol.keys) expect(page.split(`\`${label}\``)).toHaveLength(2);
    }
  });
});
