/** The walkthrough leads to commands and pictures that there are, and that the package holds. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { contents } from '../../extension/build/package.ts';
import { project } from '../../extension/workbench/paths.ts';
import { text } from './sources.ts';

interface Step {
  readonly id: string;
  readonly description: string;
  readonly media: { readonly image: string; readonly altText: string };
  readonly completionEvents: readonly string[];
}

// What the manifest says in words stands in package.nls.json.
const words: Readonly<Record<string, string>> = JSON.parse(text('package.nls.json'));
const said = (_: string, value: unknown): unknown =>
  typeof value === 'string' && /^%.+%$/.test(value) ? words[value.slice(1, -1)] : value;
const { contributes } = JSON.parse(text('package.json'), said);
const steps: readonly Step[] = contributes.walkthroughs.flatMap((walkthrough: { steps: Step[] }) => walkthrough.steps);
const commands: readonly string[] = contributes.commands.map(({ command }: { command: string }) => command);

describe('the walkthrough', () => {
  it('has four steps', () => expect(steps.map(({ id }) => id)).toEqual(['open', 'keys', 'steps', 'debug']));

  it.each(steps)('$id: its commands exist', ({ description, completionEvents }) => {
    const linked = [...description.matchAll(/\(command:([\w.]+)/g)].map(([, command]) => command);
    const awaited = completionEvents.flatMap((event) => /^onCommand:(.+)$/.exec(event)?.[1] ?? []);
    expect(linked.length).toBeGreaterThan(0);
    expect([...linked, ...awaited].filter((command) => !commands.includes(command!))).toEqual([]);
    // What its button does ends the step.
    expect(awaited).toContain(linked[0]);
  });

  it.each(steps)('$id: its picture exists, is packed, and is told in words', ({ media: { image, altText } }) => {
    expect(existsSync(join(project, image))).toBe(true);
    expect(contents).toContain(image);
    expect(altText.length).toBeGreaterThan(20);
  });

  it('is reached by a command of the palette', () => {
    expect(commands).toContain('peerscope.getStarted');
    const host = text('extension/host/capture/sample.ts');
    const { publisher, name } = JSON.parse(text('package.json'));
    expect(host).toContain(`'${publisher}.${name}#${contributes.walkthroughs[0].id}'`);
    for (const [, file] of host.matchAll(/const SAMPLE = '(\w+)'/g)) {
      expect(contents).toContain(`media/samples/${file}.pcapng`);
      expect(contents).toContain(`media/samples/${file}.keys`);
    }
  });
});
