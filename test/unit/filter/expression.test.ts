import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Field } from '../../../dissector/bytes/index.ts';
import { compileFilter, expressionOf, FieldCatalog, FilterRow } from '../../../dissector/filter/index.ts';
import { protocols } from '../../../dissector/protocols/index.ts';
import { keysOf } from '../../golden/keys.ts';
import { analyse, goldenPath } from '../../golden/open.ts';

const catalog = new FieldCatalog(protocols);

/** Every field of a tree with the path that names it. */
function* fields(layer: Field): Generator<{ field: Field; path: string[] }> {
  const inside = function* (field: Field, path: string[]): Generator<{ field: Field; path: string[] }> {
    yield { field, path };
    for (const child of field.children ?? []) yield* inside(child, field.kind === 'list' ? path : [...path, child.name]);
  };
  yield* inside(layer, []);
}

describe('the condition that a field fulfils', () => {
  it.each(['p2p_a.pcapng', 'p2ppacket_a.pcap', 'p2pke_a.pcapng', 'botd_a.pcapng', 'ptpchat_d.pcapng'])(
    'is fulfilled by its own row, in %s',
    (file) => {
      const analysis = analyse(readFileSync(goldenPath(file)), keysOf(file.replace(/\.pcap(ng)?$/, '')));
      const row = new FilterRow(analysis);
      let asked = 0;
      for (let n = 0; n < analysis.messageCount; n += 3) {
        for (const layer of analysis.dissect(n).tree.layers) {
          for (const { field, path } of fields(layer)) {
            const text = expressionOf(catalog, layer.name, path, field);
            if (text === undefined) continue;
            const compiled = compileFilter(text, catalog);
            if ('problem' in compiled) throw new Error(`${text}: ${compiled.problem.text}`);
            expect(`${n} ${text} ${compiled.filter.matches(row.at(analysis.message(n).frame, n))}`).toBe(`${n} ${text} true`);
            asked++;
          }
        }
      }
      expect(asked).toBeGreaterThan(50);
    },
  );
});
