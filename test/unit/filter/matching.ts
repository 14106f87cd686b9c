/** Frames of a capture that a filter matches. */
import type { Analysis } from '../../../dissector/analysis/index.ts';
import { compileFilter, FieldCatalog, FilterRow } from '../../../dissector/filter/index.ts';
import { protocols } from '../../../dissector/protocols/index.ts';

const catalog = new FieldCatalog(protocols);

export function matching(analysis: Analysis, text: string): number[] {
  const compiled = compileFilter(text, catalog);
  if ('problem' in compiled) throw new Error(`${text}: ${compiled.problem.text}`);
  const row = new FilterRow(analysis);
  const frames = Array.from({ length: analysis.reader.frames.length }, (_, i) => i + 1);
  return frames.filter((frame) => compiled.filter.matches(row.at(frame, -1)));
}

/** What is told of a text that is no filter, and its place. */
export function refused(text: string): [told: string, place: string] {
  const compiled = compileFilter(text, catalog);
  if (!('problem' in compiled)) throw new Error(`${text} is a filter`);
  const { text: told, start, end } = compiled.problem;
  return [told, text.slice(start, end)];
}
