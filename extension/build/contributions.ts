/**
 * `npm run contributions`: writes into package.json the settings that derive from the protocols. They are the second section
 * of its configuration; the first is written by hand. A test fails when the file is stale.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { protocols } from '../../dissector/protocols/index.ts';
import type { NumberTable, OpenChoice, Protocol } from '../../dissector/session/index.ts';
import { project } from '../workbench/paths.ts';

/** The manifest's text with the settings of these protocols. */
export function withContributions(manifest: string, all: readonly Protocol[]): string {
  const parsed = JSON.parse(manifest);
  const [own] = parsed.contributes.configuration;
  const choices = all.flatMap((protocol) => protocol.choices ?? []);
  const properties = Object.fromEntries([
    ['peerscope.decodeAs', decodeAs(all)],
    ...choices.map((choice) => [`peerscope.${choice.id}`, 'numbers' in choice ? table(choice) : candidates(choice)]),
  ]);
  parsed.contributes.configuration = [own, { title: 'Protocols', properties }];
  return `${JSON.stringify(parsed, null, 2)}\n`;
}

function decodeAs(all: readonly Protocol[]) {
  const ids = [...all.map(({ id }) => id), 'none'].map((id) => `\`${id}\``).join(', ');
  return {
    type: 'array',
    items: { type: 'string' },
    default: [],
    scope: 'resource',
    markdownDescription: `What a conversation is, where its bytes and ports do not tell: \`udp.port == 7000 → p2pke\`. Conditions (\`udp\`, \`tcp\`, \`udp.port == N\`, \`tcp.port == N\`, \`port == N\`, \`ip.addr == ADDRESS\`) are joined by \`&&\`; after the arrow stands ${ids}, or a protocol of your own. The first rule that matches counts.`,
  };
}

function candidates({ doc, candidates }: OpenChoice) {
  return {
    type: 'string',
    enum: ['auto', ...candidates.map(({ id }) => id)],
    enumDescriptions: ['Each candidate is tried against the captured bytes.', ...candidates.map((candidate) => candidate.doc)],
    default: 'auto',
    scope: 'resource',
    description: doc,
  };
}

function table({ doc, numbers }: NumberTable) {
  const number = { type: 'integer', minimum: 0, maximum: 255 };
  return {
    type: 'object',
    properties: Object.fromEntries(Object.keys(numbers).map((name) => [name, number])),
    additionalProperties: false,
    default: numbers,
    scope: 'resource',
    description: doc,
  };
}

if (process.argv[1] === import.meta.filename) {
  const file = join(project, 'package.json');
  writeFileSync(file, withContributions(readFileSync(file, 'utf8'), protocols));
}
