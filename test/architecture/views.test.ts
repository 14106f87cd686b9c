/** A view of the inspector is four files: itself, what the worker answers to it, its style sheet, and the list of views. */
import { describe, expect, it } from 'vitest';
import { files, importsOf, text } from './sources.ts';

const list = 'media/inspector/views/index.ts';
const answers = 'extension/worker/answers';
const all = files(['extension', 'media'], ['.ts']).flatMap(importsOf);
const importersOf = (file: string): string[] => all.filter(({ to }) => to === file).map(({ file: from }) => from);

/** The file of each view, by the view's id. */
const views = new Map(
  importsOf(list)
    .filter(({ typeOnly }) => !typeOnly)
    .map(({ to }) => [to.slice(to.lastIndexOf('/') + 1, -'.ts'.length), to]),
);
const shared = text('media/theme/capture.css');

describe('the views of the inspector', () => {
  it('are found', () => {
    expect(views.size).toBeGreaterThanOrEqual(6);
    for (const [id, file] of views) expect(text(file)).toContain(`export const ${id}: View = {\n  id: '${id}',`);
  });

  it('are known to the rest of the page by their list alone', () => {
    const own = (file: string) => file.startsWith('media/inspector/views/');
    const others = all.filter(({ file, to }) => own(to) && !own(file) && to !== list);
    expect(others.map(({ file, to }) => `${file} imports ${to}`)).toEqual([]);
  });

  it.each([...views])('are four files each: %s', (id, file) => {
    expect(importersOf(file)).toEqual([list]);
    const styles = importsOf(file).flatMap(({ to }) => (to.endsWith('.css') ? [to] : []));
    expect(styles).not.toEqual([]);
    for (const style of styles) {
      expect(importersOf(style)).toEqual([file]);
      expect(shared).not.toContain(style.split('/').at(-1));
    }
    // The worker finds the answers by the view's id, and no part of it needs to know them.
    expect(importersOf(`${answers}/${id}.ts`).filter((other) => other.startsWith('extension/'))).toEqual([]);
  });

  it('have the answers that bear their ids', () => {
    const ids = files([answers], ['.ts']).map((file) => file.slice(answers.length + 1, -'.ts'.length));
    expect(ids.length).toBeGreaterThan(3);
    expect(ids.filter((id) => !views.has(id))).toEqual([]);
    for (const id of ids) expect(text(`${answers}/${id}.ts`)).toMatch(/^export function answers\(/m);
  });
});
