/**
 * `npm run contributions`: writes into package.json the settings that derive from the protocols and limits, and into package.nls.json what
 * they say. They, and the limits, are the sections of its configuration after the first, which is written by hand. A test fails when a file is stale.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { defaultLimits, type LimitName, limitDoc, limitNames, mostOf } from '../../dissector/bytes/index.ts';
import { protocols } from '../../dissector/protocols/index.ts';
import type { NumberTable, OpenChoice, Protocol } from '../../dissector/session/index.ts';
import { project } from '../workbench/paths.ts';

/** What keys of derived texts begin with; all others are written by hand. */
const DERIVED = 'protocols.';

/** The two files, as texts. */
export interface Contributions {
  readonly manifest: string;
  readonly words: string;
}

/** The files with the settings of these protocols. */
export function withContributions({ manifest, words }: Contributions, all: readonly Protocol[]): Contributions {
  const parsed = JSON.parse(manifest);
  const [own] = parsed.contributes.configuration;
  const choices = all.flatMap((protocol) => protocol.choices ?? []);
  const said = new Map<string, unknown>(Object.entries(JSON.parse(words)).filter(([key]) => !key.startsWith(DERIVED)));
  const say: Say = (key, text) => {
    said.set(`${DERIVED}${key}`, text);
    return `%${DERIVED}${key}%`;
  };
  const properties = Object.fromEntries([
    ['peerscope.decodeAs', decodeAs(all, say)],
    ...choices.map((choice) => [`peerscope.${choice.id}`, 'numbers' in choice ? table(choice, say) : candidates(choice, say)]),
  ]);
  parsed.contributes.configuration = [
    own,
    { title: say('title', 'Protocols'), properties },
    { title: say('limits.title', 'Limits'), properties: { 'peerscope.limits': limits(say) } },
  ];
  return { manifest: json(parsed), words: json(Object.fromEntries(said)) };
}

/** Puts a text among the words; what it returns stands for it in the manifest. */
type Say = (key: string, text: string) => string;

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

function decodeAs(all: readonly Protocol[], say: Say) {
  const ids = [...all.map(({ id }) => id), 'none'].map((id) => `\`${id}\``).join(', ');
  return {
    type: 'array',
    items: { type: 'string' },
    default: [],
    scope: 'resource',
    markdownDescription: say(
      'decodeAs',
      `What a conversation is, where its bytes and ports do not tell: \`udp.port == 7000 → p2pke\`. Conditions (\`udp\`, \`tcp\`, \`udp.port == N\`, \`tcp.port == N\`, \`port == N\`, \`ip.addr == ADDRESS\`) are joined by \`&&\`; after the arrow stands ${ids}, or a protocol of your own. The first rule that matches counts.`,
    ),
  };
}

function limits(say: Say) {
  const one = (name: LimitName) => ({
    type: 'integer',
    minimum: 1,
    maximum: mostOf(name),
    default: defaultLimits[name],
    description: say(`limits.${name}`, limitDoc(name)),
  });
  return {
    type: 'object',
    properties: Object.fromEntries(limitNames.map((name) => [name, one(name)])),
    additionalProperties: false,
    default: {},
    // Not a workspace's: whoever sends a capture might send its folder.
    scope: 'machine',
    markdownDescription: say(
      'limits',
      'What a capture may ask for, where the default is not enough: `{ "findings": 500000 }`. A message that passes a limit names it. Limits of the file itself (`frames`, `unpackedSize`) count when a capture is opened next, the others at once.',
    ),
  };
}

function candidates({ id, doc, candidates }: OpenChoice, say: Say) {
  return {
    type: 'string',
    enum: ['auto', ...candidates.map((candidate) => candidate.id)],
    enumDescriptions: [
      say('auto', 'Each candidate is tried against the captured bytes.'),
      ...candidates.map((candidate) => say(`${id}.${candidate.id}`, candidate.doc)),
    ],
    default: 'auto',
    scope: 'resource',
    description: say(id, doc),
  };
}

function table({ id, doc, numbers }: NumberTable, say: Say) {
  const number = { type: 'integer', minimum: 0, maximum: 255 };
  return {
    type: 'object',
    properties: Object.fromEntries(Object.keys(numbers).map((name) => [name, number])),
    additionalProperties: false,
    default: numbers,
    scope: 'resource',
    description: say(id, doc),
  };
}

if (process.argv[1] === import.meta.filename) {
  const [manifest, words] = ['package.json', 'package.nls.json'].map((name) => join(project, name)) as [string, string];
  const written = withContributions({ manifest: readFileSync(manifest, 'utf8'), words: readFileSync(words, 'utf8') }, protocols);
  writeFileSync(manifest, written.manifest);
  writeFileSync(words, written.words);
}
