/**
 * `npm run contributions`: writes into package.json the settings that derive from the protocols and limits, the tools for agents, and into package.nls.json what
 * they say. They, and the limits, are the sections of its configuration after the first, which is written by hand. A test fails when a file is stale.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { frameOrders } from '../../dissector/analysis/index.ts';
import type { Limit, LimitTable } from '../../dissector/bytes/index.ts';
import { limitsOf, type NumberTable, type OpenChoice, type Protocol } from '../../dissector/protocol/index.ts';
import { protocols } from '../../dissector/protocols/index.ts';
import { nodeLimitTable } from '../../dissector/testnode/index.ts';
import { editorNameOf, inputSchemaOf, type ToolDeclaration, tools } from '../agents/declarations.ts';
import { project } from '../workbench/paths.ts';

/** What keys of derived texts begin with; all others are written by hand. */
const DERIVED = ['protocols.', 'agents.'];

const ofCaptures =
  'Limits for captures: `{ "findings": 500000 }`. A message that exceeds a limit names it. A change of `frames` or `unpackedSize` applies to captures that you open after it; other changes apply at once.';
const ofNodes =
  'Limits for test nodes and packet scripts: `{ "handshakeSeconds": 600 }` gives you time to step through a handshake. A change applies to nodes that you start after it. What a node decodes has the limits of `#peerscope.limits#`.';

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
  const said = new Map<string, unknown>(
    Object.entries(JSON.parse(words)).filter(([key]) => !DERIVED.some((each) => key.startsWith(each))),
  );
  const saying =
    (prefix: string): Say =>
    (key, text) => {
      said.set(`${prefix}${key}`, text);
      return `%${prefix}${key}%`;
    };
  const say = saying('protocols.');
  const properties = Object.fromEntries([
    ['peerscope.decodeAs', decodeAs(all, say)],
    ['peerscope.order', order(say)],
    ['peerscope.choices', ownChoices(say)],
    ...choices.map((choice) => [`peerscope.${choice.id}`, 'numbers' in choice ? table(choice, say) : candidates(choice, say)]),
  ]);
  parsed.contributes.configuration = [
    own,
    { title: say('title', 'Protocols'), properties },
    {
      title: say('limits.title', 'Limits'),
      properties: {
        'peerscope.limits': limits('limits', named(all), ofCaptures, say),
        'peerscope.node.limits': limits('node.limits', nodeLimitTable, ofNodes, say),
      },
    },
  ];
  parsed.contributes.languageModelTools = tools.map((tool) => languageModelTool(tool, saying('agents.')));
  // Those that are offered: a protocol of the user's own is one, too.
  const spoken = all.flatMap(({ id, peer }) => (peer === undefined ? [] : [id]));
  parsed.contributes.taskDefinitions[0].properties.node.examples = spoken;
  return { manifest: json(parsed), words: json(Object.fromEntries(said)) };
}

/** Puts a text among the words; what it returns stands for it in the manifest. */
type Say = (key: string, text: string) => string;

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** The description is for models, which read English; a person reads the rest. */
function languageModelTool(tool: ToolDeclaration, say: Say) {
  const { properties, ...schema } = inputSchemaOf(tool);
  const said = Object.entries(properties).map(([name, each]) => [
    name,
    { ...each, description: say(`${tool.name}.${name}`, each.description) },
  ]);
  return {
    name: editorNameOf(tool),
    displayName: say(`${tool.name}.title`, tool.title),
    modelDescription: tool.description,
    canBeReferencedInPrompt: true,
    toolReferenceName: editorNameOf(tool),
    icon: tool.sends ? '$(radio-tower)' : '$(search)',
    tags: ['peerscope'],
    inputSchema: { ...schema, properties: Object.fromEntries(said) },
  };
}

function decodeAs(all: readonly Protocol[], say: Say) {
  const ids = [...all.map(({ id }) => id), 'none'].map((id) => `\`${id}\``).join(', ');
  return {
    type: 'array',
    items: { type: 'string' },
    default: [],
    scope: 'resource',
    markdownDescription: say(
      'decodeAs',
      `Sets the protocol of conversations: \`udp.port == 7000 → p2pke\`. Conditions (\`udp\`, \`tcp\`, \`udp.port == N\`, \`tcp.port == N\`, \`port == N\`, \`ip.addr == ADDRESS\`) are joined by \`&&\`; after the arrow stands ${ids}, or a protocol of your own. The first rule that matches is used.`,
    ),
  };
}

function order(say: Say) {
  return {
    enum: [...frameOrders],
    default: 'time',
    scope: 'resource',
    markdownDescription: say(
      'order',
      'The order in which frames are decoded: by their times, or as the file holds them. Frames keep the numbers that they have in the file.',
    ),
  };
}

function ownChoices(say: Say) {
  return {
    type: 'object',
    additionalProperties: { type: 'string' },
    default: {},
    scope: 'resource',
    markdownDescription: say(
      'choices',
      'What the specifications of your own protocols leave open: `{ "knock.key": "sha-256" }`. *Peerscope: Choose a Candidate* writes it.',
    ),
  };
}

/** Those of a protocol say whose they are. */
function named(all: readonly Protocol[]): LimitTable {
  const own = all.flatMap(({ id, limits = {} }) =>
    Object.entries(limits).map(([name, limit]) => [name, { ...limit, doc: `${id}: ${limit.doc}` }]),
  );
  return { ...limitsOf([]), ...Object.fromEntries(own) };
}

function limits(id: string, table: LimitTable, what: string, say: Say) {
  const one = ([name, { standard, doc, most = Number.MAX_SAFE_INTEGER }]: [string, Limit]) => [
    name,
    { type: 'integer', minimum: 1, maximum: most, default: standard, description: say(`${id}.${name}`, doc) },
  ];
  return {
    type: 'object',
    properties: Object.fromEntries(Object.entries(table).map(one)),
    // A protocol of the user's own has limits, too.
    additionalProperties: { type: 'integer', minimum: 1 },
    default: {},
    // Not a workspace's: whoever sends a capture might send its folder.
    scope: 'machine',
    markdownDescription: say(id, what),
  };
}

function candidates({ id, doc, candidates }: OpenChoice, say: Say) {
  return {
    type: 'string',
    enum: ['auto', ...candidates.map((candidate) => candidate.id)],
    enumDescriptions: [
      say('auto', 'Tries each candidate on the captured bytes.'),
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
