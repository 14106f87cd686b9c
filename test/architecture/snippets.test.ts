/** What is offered in launch.json and tasks.json is what VS Code and the extension understand there. */
import { describe, expect, it } from 'vitest';
import { contents } from '../../extension/build/package.ts';
import { text } from './sources.ts';

const { contributes } = JSON.parse(text('package.json'));
const words: Readonly<Record<string, string>> = JSON.parse(text('package.nls.json'));
const [debug] = contributes.debuggers;
const [task] = contributes.taskDefinitions;
const attributes = debug.configurationAttributes.launch;
/** Tasks that are there without a tasks.json. */
const tasks: readonly string[] = task.properties.node.examples.map((id: string) => `peerscope: node ${id}`);

/** What a snippet inserts where a person changes nothing of it. */
function inserted(body: unknown): Record<string, unknown> {
  const lines = Array.isArray(body) ? body.join('\n') : JSON.stringify(body);
  const filled = lines.replace(/\$\{\d+:([^}]*)\}/g, '$1').replace(/\\+\$/g, '$');
  return JSON.parse(filled.replace(/"\^\\"(.*?)\\""/g, '"$1"'));
}

const files: readonly string[] = contributes.snippets
  .filter(({ language }: { language: string }) => language === 'jsonc')
  .map(({ path }: { path: string }) => path.slice(2));
const snippets = files.flatMap((file) => Object.entries<{ prefix: string; body: unknown }>(JSON.parse(text(file))));
const snippet = (prefix: string): Record<string, unknown> =>
  inserted(snippets.find(([, each]) => each.prefix === prefix)![1].body);

it('all of them are packed', () => {
  expect(files).toEqual(['syntaxes/tasks.snippets.json', 'syntaxes/launch.snippets.json']);
  for (const file of files) expect(contents).toContain(file);
});

describe('a launch configuration', () => {
  const all: readonly { label: string; description: string; body: object }[] = debug.configurationSnippets;

  it.each(all)('$label has its words, and attributes that there are', ({ label, description, body }) => {
    for (const said of [label, description]) expect(words[said.slice(1, -1)]).toBeTruthy();
    const { type, request, name, ...given } = inserted(body);
    expect([request, typeof name]).toEqual(['launch', 'string']);
    expect(given.program).toMatch(/^\$\{(workspaceFolder|file)\}/);
    if (type !== debug.type) expect(tasks).toContain(given.preLaunchTask);
    else expect(Object.keys(given).filter((each) => !Object.hasOwn(attributes.properties, each))).toEqual([]);
  });

  it('is offered for a capture, a script, and a program with a node', () => expect(all).toHaveLength(3));
});

describe('a compound', () => {
  const compound = snippet('peerscope compound');

  it('starts two configurations after a task, and ends them together', () => {
    expect(Object.keys(compound)).toEqual(['name', 'configurations', 'preLaunchTask', 'stopAll']);
    expect(compound.configurations).toHaveLength(2);
    expect(tasks).toContain(compound.preLaunchTask);
    expect(compound.stopAll).toBe(true);
  });

  it('names the configuration of a script as its own snippet does', () => {
    const names = debug.configurationSnippets.map(({ body }: { body: object }) => inserted(body).name);
    expect(names).toContain((compound.configurations as string[])[1]);
  });
});

describe('a task', () => {
  const matchers = contributes.problemMatchers.map(({ name }: { name: string }) => `$${name}`);

  it.each(['peerscope node', 'peerscope run'])('%s has properties that there are, and a problem matcher', (prefix) => {
    const { type, label, isBackground, problemMatcher, ...given } = snippet(prefix);
    expect([type, typeof label]).toEqual([task.type, 'string']);
    expect(matchers).toContain(problemMatcher);
    expect(Object.keys(given).filter((each) => !Object.hasOwn(task.properties, each))).toEqual([]);
    // VS Code goes on to what waits for a node once that is ready, not once it has ended.
    expect(isBackground).toBe(prefix === 'peerscope node' ? true : undefined);
  });
});
