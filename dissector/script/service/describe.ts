/** Protocols, messages, fields and functions in words, as Markdown. */
import { displayText, type FieldForm, type FieldKind, type MessageForm } from '../../codec/index.ts';
import type { Protocol } from '../../protocol/index.ts';
import { faultKinds } from '../../testnode/index.ts';
import { type ScriptFunction, signatureText } from '../run/function.ts';

export function describeProtocol({ id, title, document, peer, names }: Protocol): string {
  const spoken = peer === undefined ? [] : [`Its test node speaks ${peer.transports.join(' and ').toUpperCase()}.`];
  return paragraphs(`**${id}**: ${title}`, `Specification: ${document}.`, ...spoken, `Messages: ${names.join(', ')}.`);
}

export function describeMessage(protocol: Protocol, form: MessageForm): string {
  const { name, doc, fields } = form;
  const rows = fields.map((field) => `| \`${field.name}\` | ${cell(displayText(field))} | ${cell(field.doc)} |`);
  const table = rows.length === 0 ? 'It has no fields.' : ['| field | type | meaning |', '|---|---|---|', ...rows].join('\n');
  return paragraphs(`**${protocol.id} ${name}**`, doc, table, clauses(protocol, name));
}

export function describeField(field: FieldForm, protocol?: Protocol): string {
  const { name, doc, values, when, fields } = field;
  const words = Object.entries(values ?? {}).map(([value, word]) => `${value} ${word}`);
  return paragraphs(
    `**${name}** \`${typeText(field)}\``,
    doc,
    words.length === 0 ? '' : `Values: ${words.join(', ')}.`,
    rangeText(field),
    when === undefined ? '' : `There where ${when}.`,
    fields === undefined ? '' : `Fields: ${fields.map((each) => `\`${each.name}\``).join(', ')}.`,
    protocol === undefined ? '' : clauses(protocol, name),
  );
}

/** How it stands on the wire, and whether it must. */
export function typeText(field: FieldForm): string {
  return [displayText(field), ...(field.optional ? ['optional'] : [])].join(', ');
}

/** Least and most of an integer, or how many bytes there are. */
export function rangeText({ kind }: FieldForm): string {
  if (kind.type === 'bytes' && typeof kind.length === 'number') return `${kind.length} ${kind.length === 1 ? 'byte' : 'bytes'}.`;
  const range = rangeOf(kind);
  return range === undefined ? '' : `${range[0]} to ${range[1]}.`;
}

/** Undefined for what is no integer of a fixed width. */
export function rangeOf(kind: FieldKind): readonly [least: bigint, most: bigint] | undefined {
  if (kind.type !== 'integer' || kind.bits === undefined) return undefined;
  const half = 1n << BigInt(kind.bits - 1);
  return kind.signed ? [-half, half - 1n] : [0n, 2n * half - 1n];
}

export function describeFunction(called: ScriptFunction): string {
  const rows = called.parameters.map(({ name, doc }) => `- \`${name}\`: ${doc}`);
  return paragraphs(`\`${signatureText(called)}\` gives ${called.result}`, called.doc, rows.join('\n'));
}

export function describeFault(name: string): string | undefined {
  if (!Object.hasOwn(faultKinds, name)) return undefined;
  return `**${name}**: the message ${faultKinds[name as keyof typeof faultKinds]}.`;
}

/** The rules whose clause speaks of a name. */
function clauses({ document, rules }: Protocol, name: string): string {
  const word = new RegExp(`(?<!\\w)${name.replace(/[^\w]/g, '\\$&')}(?!\\w)`);
  const found = [...new Set(rules.filter(({ id, clause }) => word.test(clause) || word.test(id)).map(({ clause }) => clause))];
  return found.length === 0 ? `Specification: ${document}.` : `Specification: ${document}. Rules: ${found.join('; ')}.`;
}

function cell(text: string): string {
  return text.replace(/\|/g, '\\|').replace(/\n/g, ' ');
}

function paragraphs(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join('\n\n');
}
