/** Protocols, messages, fields and functions in words, as Markdown. */
import type { FieldForm, MessageForm } from '../codec/index.ts';
import type { Protocol } from '../session/index.ts';
import { faultKinds } from '../testnode/index.ts';
import { type ScriptFunction, signatureText } from './function.ts';

export function describeProtocol({ id, title, document, peer, names }: Protocol): string {
  const spoken = peer === undefined ? [] : [`Its test node speaks ${peer.transports.join(' and ').toUpperCase()}.`];
  return paragraphs(`**${id}**: ${title}`, `Specification: ${document}.`, ...spoken, `Messages: ${names.join(', ')}.`);
}

export function describeMessage(protocol: Protocol, form: MessageForm): string {
  const { name, doc, fields } = form;
  const rows = fields.map((field) => `| \`${field.name}\` | ${cell(field.type)} | ${cell(field.doc)} |`);
  const table = rows.length === 0 ? 'It has no fields.' : ['| field | type | meaning |', '|---|---|---|', ...rows].join('\n');
  return paragraphs(`**${protocol.id} ${name}**`, doc, table, clauses(protocol, name));
}

export function describeField(field: FieldForm, protocol?: Protocol): string {
  const { name, type, doc, values, when, fields } = field;
  const words = Object.entries(values ?? {}).map(([value, word]) => `${value} ${word}`);
  return paragraphs(
    `**${name}** \`${typeText(field)}\``,
    doc,
    words.length === 0 ? '' : `Values: ${words.join(', ')}.`,
    rangeText(field),
    when === undefined ? '' : `There where ${when}.`,
    fields === undefined || type.startsWith('proto3 records')
      ? ''
      : `Fields: ${fields.map((each) => `\`${each.name}\``).join(', ')}.`,
    protocol === undefined ? '' : clauses(protocol, name),
  );
}

/** How it stands on the wire, and how often. */
export function typeText({ type, repeated, optional }: FieldForm): string {
  return [type, ...(repeated && !type.startsWith('list') ? ['repeated'] : []), ...(optional ? ['optional'] : [])].join(', ');
}

/** Least and most of an integer, or how many bytes there are. */
export function rangeText({ integer, length }: FieldForm): string {
  if (length !== undefined) return `${length} ${length === 1 ? 'byte' : 'bytes'}.`;
  if (integer === undefined) return '';
  const [least, most] = rangeOf(integer);
  return `${least} to ${most}.`;
}

export function rangeOf({ bits, signed }: { readonly bits: number; readonly signed: boolean }): readonly [bigint, bigint] {
  const half = 1n << BigInt(bits - 1);
  return signed ? [-half, half - 1n] : [0n, 2n * half - 1n];
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
