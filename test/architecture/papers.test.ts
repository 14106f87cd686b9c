/** The papers are true: links lead somewhere, commands and options that they show exist, and tables that come from the code are current. */
import { existsSync } from 'node:fs';
import { join, posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { protocols } from '../../dissector/protocols/index.ts';
import { fieldsPage } from '../../extension/build/fieldspage.ts';
import { withOptions, withProtocols } from '../../extension/build/papers.ts';
import { commandNames, formOf, options, optionsOf } from '../../extension/cli/options.ts';
import { project } from '../../extension/workbench/paths.ts';
import { files, text } from './sources.ts';

const papers = [
  ...['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'SECURITY.md', 'dissector/README.md'],
  ...['dissector/reference/fields.md', 'extension/README.md', 'syntaxes/README.md', 'test/README.md', 'test/bench/RESULTS.md'],
];
const { scripts, contributes } = JSON.parse(text('package.json'));
const settings = contributes.configuration.flatMap((each: { properties: object }) => Object.keys(each.properties));

/** The anchors of a page, as GitHub makes them of its headings. */
function anchors(file: string): string[] {
  return [...text(file).matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

describe('README.md', () => {
  it('is read in five minutes', () => expect(text('README.md').split('\n').length).toBeLessThanOrEqual(150));
  it('has the protocols that there are (npm run reference)', () =>
    expect(withProtocols(text('README.md'), protocols)).toBe(text('README.md')));
});

it('extension/README.md has the options that there are (npm run reference)', () =>
  expect(withOptions(text('extension/README.md'))).toBe(text('extension/README.md')));

it('the page of filter fields has those that there are (npm run reference)', () =>
  expect(text('dissector/reference/fields.md')).toBe(fieldsPage()));

it('each option has one form in all commands that have it', () => {
  for (const command of commandNames)
    expect(new Set(optionsOf(command).map(({ name }) => name)).size).toBe(optionsOf(command).length);
  for (const { name } of options) expect(new Set(options.filter((each) => each.name === name).map(formOf)).size, name).toBe(1);
});

describe.each(papers)('%s', (paper) => {
  const page = text(paper);

  it('links to what is there', () => {
    const links = [...page.matchAll(/\]\((?!https?:)([^)\s]+)\)/g)].map(([, link]) => link!);
    const lost = links.filter((link) => {
      const [path, anchor] = link.split('#') as [string, string?];
      const file = path === '' ? paper : posix.join(posix.dirname(paper), path);
      return !existsSync(join(project, file)) || (anchor !== undefined && !anchors(file).includes(anchor));
    });
    expect(lost).toEqual([]);
  });

  it('shows npm scripts that there are', () => {
    const shown = [...page.matchAll(/npm run ([\w:]+)/g)].map(([, name]) => name!);
    expect(shown.filter((name) => !Object.hasOwn(scripts, name))).toEqual([]);
  });

  it('shows commands with options that they take', () => {
    const calls = [...page.matchAll(/dist\/peerscope\.js (\w+)([^\n`]*)/g)];
    const wrong = calls.flatMap(([call, command, rest]) => {
      const known = commandNames.find((each) => each === command);
      if (known === undefined) return [call];
      const taken = optionsOf(known).map(({ name }) => name);
      return [...rest!.replace(/\s#.*/, '').matchAll(/(?:^|\s)--([a-z-]+)/g)]
        .filter(([, name]) => !taken.includes(name!))
        .map(() => call);
    });
    expect(wrong).toEqual([]);
  });

  it('names settings and folders that there are', () => {
    const named = [...page.matchAll(/`(peerscope\.[a-z][\w.]*)`/g)].map(([, name]) => name!);
    expect(named.filter((name) => !settings.includes(name))).toEqual([]);
    const folders = [...page.matchAll(/`((?:dissector|extension|media|syntaxes|test)\/[\w/.-]*)`/g)].map(([, name]) => name!);
    expect(folders.filter((name) => name !== 'test/artifacts/' && !existsSync(join(project, name)))).toEqual([]);
  });
});

it('the papers are found', () => expect(files(['dissector', 'extension', 'syntaxes', 'test'], ['README.md']).length).toBe(4));
