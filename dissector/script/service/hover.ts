import { functionOf } from '../run/functions.ts';
import type { ValueNode } from '../syntax/tree.ts';
import type { ByteLayouts } from './bytelayout.ts';
import { describeFault, describeField, describeFunction, describeMessage, describeProtocol } from './describe.ts';
import type { Hover } from './editing.ts';
import type { ScriptSymbol } from './symbols.ts';

/** What the word at a place is; undefined where there is no word that names something known. */
export function hoverOf(words: readonly ScriptSymbol[], at: number, layouts: ByteLayouts): Hover | undefined {
  const word = words.find(({ start, end }) => start <= at && at <= end);
  const text = word && textOf(word, layouts);
  return word && text ? { start: word.start, end: word.end, text } : undefined;
}

function textOf(word: ScriptSymbol, layouts: ByteLayouts): string | undefined {
  const { role, text, protocol, message, field, value } = word;
  switch (role) {
    case 'protocol':
      return protocol && describeProtocol(protocol);
    case 'message':
      return protocol && message && describeMessage(protocol, message);
    case 'field': {
      if (text === 'raw' && field === undefined) return 'All of the bytes, instead of fields.';
      const occupied = layouts.occupied(word);
      return field && [describeField(field, protocol), ...(occupied === undefined ? [] : [occupied])].join('\n\n');
    }
    case 'node':
      return protocol && `**${text}**: a node of ${protocol.id}, ${protocol.title}`;
    case 'answer':
      return (
        message &&
        `**${text}**: the ${message.name} that was expected, with ${message.fields.map(({ name }) => `\`${name}\``).join(', ')}`
      );
    case 'value':
      return `**${text}**: ${kindText(value)}`;
    case 'function': {
      const called = functionOf(text);
      return called && describeFunction(called);
    }
    case 'fault':
      return describeFault(text);
    case 'role': {
      const found = protocol?.peer?.roles.find(({ id }) => id === text);
      return found && `**${text}**: ${found.doc}`;
    }
  }
}

function kindText(value: ValueNode | undefined): string {
  if (value === undefined) return 'a value that cannot be read';
  switch (value.kind) {
    case 'bytes':
      return `${value.value.length} bytes`;
    case 'number':
      return `the number ${value.value}`;
    case 'text':
      return `text of ${new TextEncoder().encode(value.value).length} bytes in UTF-8`;
    case 'list':
      return `a list of ${value.values.length}`;
    case 'call':
      return `what ${value.name.text}() gives`;
    default:
      return `a ${value.kind}`;
  }
}
