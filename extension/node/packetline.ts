/** A message on one line, as the fields of a packet script: what the node would say, and what may stand at the caret. */

import type { Protocol } from '../../dissector/protocol/index.ts';
import { packetFields, parseScript, ScriptDocument } from '../../dissector/script/index.ts';
import type { FaultOwner, NodeCalls, OfModules } from '../wire/node.ts';
import type { Speaker } from './driven.ts';
import { protocolsOf } from './protocols.ts';

/** Suggestions at one place. */
const MOST = 50;

/** What the message would say now; values that the node does not know yet are left out. */
export function packetLine({ node }: Speaker, { link, message }: { readonly link: number; readonly message: string }): string {
  return packetFields(node.made(link, message));
}

/** What may stand at the caret of a line, in whose place, and what is wrong with the line. */
export async function suggestions(
  { protocol }: Speaker,
  { message, text, caret, modules }: Omit<NodeCalls['suggest']['params'], 'node'>,
): Promise<NodeCalls['suggest']['result']> {
  return suggested(`${protocol} ${message} { `, text, ' }', caret, await protocolsOf(modules));
}

/** What may stand behind a begun fault of a node, or of a relay. */
export async function suggestFault(
  { protocol, isRelay }: Pick<FaultOwner, 'protocol' | 'isRelay'>,
  { text, modules }: OfModules & { readonly text: string },
): Promise<NodeCalls['suggest']['result']> {
  const node = isRelay ? `relay 127.0.0.1:0 to 127.0.0.1:1` : 'listen 127.0.0.1:0';
  return suggested(`node a = ${protocol} ${node}\nfault a `, text, '', text.length, await protocolsOf(modules));
}

function suggested(
  before: string,
  text: string,
  after: string,
  caret: number,
  protocols: readonly Protocol[],
): NodeCalls['suggest']['result'] {
  const document = new ScriptDocument(protocols);
  document.update(`${before}${text}${after}`);
  const { start, end, items } = document.complete(before.length + caret);
  const [from, to] = [Math.max(0, start - before.length), Math.max(0, Math.min(text.length, end - before.length))];
  const begun = text.slice(from, caret).toLowerCase();
  const fitting = items.filter(({ label }) => label.toLowerCase().startsWith(begun));
  const problem =
    document.problems().find(({ severity }) => severity === undefined)?.text ??
    (after === '' ? undefined : leftOver(`${before}${text}${after}`));
  return {
    items: fitting.slice(0, MOST).map(({ label, insert, detail, snippet }) => ({
      ...{ label, detail },
      text: `${text.slice(0, from)}${snippet === undefined ? insert : plain(insert)}${text.slice(to)}`,
    })),
    ...(problem === undefined ? {} : { problem }),
  };
}

/** A brace too many ends the packet, and what stands behind it would not be sent. */
function leftOver(text: string): string | undefined {
  const { statements } = parseScript(text);
  return statements.length === 1 && statements[0]!.end === text.length
    ? undefined
    : 'a brace ends the fields before the line does';
}

/** A snippet without its places. */
function plain(snippet: string): string {
  return snippet.replace(/\$\{\d+:([^}]*)\}|\$\d+/g, '$1').replaceAll('\\$', '$');
}
