/** The reference page of a protocol, made of what its code is made of: layouts, rules, keys, choices, machines. */
import { displayText, type FieldForm, type MessageForm, type TreeField } from '../codec/index.ts';
import type { LayerForm, Machine, NumberTable, OpenChoice, Protocol } from '../protocol/index.ts';

/** A page in Markdown (CommonMark with tables). */
export function referencePage(protocol: Protocol): string {
  const { id, title, document, messages = [], treeFields = [], layers = [], machines = [], keys, choices = [], rules } = protocol;
  const own = messages.filter(({ layer }) => layer === undefined);
  const parts = [
    `# ${title}`,
    `Protocol \`${id}\`, as the specification "${document}" has it. Integers are big-endian unless a type says otherwise. In a ` +
      `filter a field is called by its path: \`${id}.\` and the name below.`,
    ...(own.length === 0 && layers.length > 0 ? [] : ['## Messages', ...own.flatMap(messageSection)]),
    ...(layers.length === 0 ? [] : ['## Layers', ofLayers, ...layers.flatMap(layerSection)]),
    ...(treeFields.length === 0
      ? []
      : ['## Further fields of the tree', furtherFields, table(['field', 'type', 'messages', 'meaning'], treeRows(treeFields))]),
    ...(machines.length === 0 ? [] : ['## States', ...machines.flatMap(machineSection)]),
    ...(choices.length === 0 ? [] : ['## Open choices', openChoices, ...choices.flatMap(choiceSection)]),
    ...(keys.length === 0
      ? []
      : ['## Keys', 'Lines of a key log: the label, then these fields.', table(['label', 'fields', 'meaning'], keyRows(keys))]),
    '## Rules',
    table(['rule', 'severity', 'clause'], ruleRows(rules)),
  ];
  return `${parts.join('\n\n')}\n`;
}

const openChoices =
  'Where the specification is silent, candidates are tried in this order against the captured bytes; the first that proves ' +
  'itself is kept for the session. A setting of the same name, or `--choice` on the command line, pins one.';

const furtherFields =
  'The tree of a message shows them beside its own: generated fields in brackets, which decoding computes, and what frames the ' +
  'message on the wire. A filter calls them by the same path.';

const ofLayers =
  'Each has names of its own: in a filter a field is called by the name of its layer, a dot, and the name below. A name in brackets is ' +
  'computed by decoding.';

function layerSection({ id, title, messages, treeFields = [] }: LayerForm): string[] {
  const [form] = messages;
  const rows = [
    ...(form?.fields ?? []).flatMap((field) => fieldRows(field, '')),
    ...treeRows(treeFields).map(([a, b, , d]) => [a!, b!, d!]),
  ];
  const body = rows.length === 0 ? 'No fields.' : table(['field', 'type', 'meaning'], rows);
  return [`### ${id}`, [title === id ? '' : `${title}.`, form?.doc ?? ''].filter((text) => text !== '').join(' '), body];
}

function treeRows(fields: readonly TreeField[]): string[][] {
  return fields.flatMap((field) => {
    const { name, under, wire, messages = [] } = field;
    const path = under === undefined ? name : `${under}.${name}`;
    const shown = wire ? `\`${path}\`` : `[\`${path}\`]`;
    const inner = (field.fields ?? []).flatMap((each) => fieldRows(each, `${path}.`));
    const type = displayText(field);
    return [
      [shown, type, messages.join(', ') || 'all', field.doc],
      ...inner.map(([its = '', kind = '', meaning = '']) => [its, kind, messages.join(', ') || 'all', meaning]),
    ];
  });
}

function messageSection({ name, doc, fields }: MessageForm): string[] {
  const rows = fields.flatMap((field) => fieldRows(field, ''));
  const body = rows.length === 0 ? 'No fields.' : table(['field', 'type', 'meaning'], rows);
  return [`### ${name}`, ...(doc === '' ? [] : [doc]), body];
}

function fieldRows(field: FieldForm, path: string): string[][] {
  const name = `${path}${field.name}`;
  const words = Object.entries(field.values ?? {}).map(([value, word]) => `${value} ${word}`);
  const marks = [...(field.optional ? ['optional'] : []), ...(field.when === undefined ? [] : [`where ${field.when}`])];
  const meaning = [field.doc, ...(words.length === 0 ? [] : [`Values: ${words.join(', ')}.`])].join(' ');
  const type = [displayText(field), ...marks].join(', ');
  return [[`\`${name}\``, type, meaning], ...(field.fields ?? []).flatMap((inner) => fieldRows(inner, `${name}.`))];
}

function machineSection({ start, states, sides, transitions }: Machine): string[] {
  const rows = transitions.map(({ from, message, by, to }) => [from.join(', '), message, by, to ?? 'the same']);
  return [
    `Begins in \`${start}\`.`,
    table(
      ['state', 'meaning', ...(sides === undefined ? [] : ['opener', 'answerer'])],
      Object.entries(states).map(([state, meaning]) => [`\`${state}\``, meaning, ...(sides?.[state] ?? [])]),
    ),
    table(['in', 'message', 'by', 'then'], rows),
  ];
}

function choiceSection(choice: OpenChoice | NumberTable): string[] {
  const rows =
    'numbers' in choice
      ? Object.entries(choice.numbers).map(([name, number]) => [`\`${name}\``, String(number)])
      : choice.candidates.map(({ id, doc }) => [`\`${id}\``, doc]);
  const head = 'numbers' in choice ? ['name', 'number'] : ['candidate', 'meaning'];
  return [`### ${choice.id}`, choice.doc, table(head, rows)];
}

/** A rule with two severities (after which breach, say) is one row. */
function ruleRows(rules: Protocol['rules']): string[][] {
  const ids = [...new Set(rules.map(({ id }) => id))];
  return ids.map((id) => {
    const own = rules.filter((rule) => rule.id === id);
    const said = (values: readonly string[], between: string): string => [...new Set(values)].join(between);
    return [
      `\`${id}\``,
      said(
        own.map(({ severity }) => severity),
        ' or ',
      ),
      said(
        own.map(({ clause }) => clause),
        '; ',
      ),
    ];
  });
}

function keyRows(keys: Protocol['keys']): string[][] {
  return keys.map(({ label, form, doc }) => [`\`${label}\``, form, doc]);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(escaped).join(' | ')} |`;
  return [line(head), `|${head.map(() => '---').join('|')}|`, ...rows.map(line)].join('\n');
}

function escaped(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
