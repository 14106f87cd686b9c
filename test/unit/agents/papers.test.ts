/** What the papers and the manifest say of the tools is what there is. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { editorNameOf, inputSchemaOf, tools } from '../../../extension/agents/declarations.ts';
import { agentLimits } from '../../../extension/agents/limits.ts';
import { project } from '../../../extension/workbench/paths.ts';

const read = (name: string): string => readFileSync(join(project, name), 'utf8');

describe('the tools for agents', () => {
  it('are in the table of the paper, each with a line, and no others', () => {
    const [, section = ''] = /^## Agents\n([\s\S]*?)^## /m.exec(read('extension/README.md')) ?? [];
    const rows = [...section.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name);
    expect(rows).toEqual(tools.map(({ name }) => name));
    expect(section).toContain(`${agentLimits.answerTokens.toLocaleString('en')} tokens`);
    expect(section).toContain(`after ${agentLimits.sectionSeconds} seconds`);
  });

  it('are in the manifest as they are declared, with the words for people among the words', () => {
    const manifest = JSON.parse(read('package.json'));
    const words = JSON.parse(read('package.nls.json'));
    const said = (value: unknown): unknown =>
      JSON.parse(JSON.stringify(value), (_, each) =>
        typeof each === 'string' ? (words[each.replace(/^%(.+)%$/, '$1')] ?? each) : each,
      );
    const declared = manifest.contributes.languageModelTools.map(said);
    expect(declared).toEqual(
      tools.map((tool) =>
        expect.objectContaining({
          ...{ name: editorNameOf(tool), displayName: tool.title, modelDescription: tool.description },
          inputSchema: inputSchemaOf(tool),
        }),
      ),
    );
  });
});
