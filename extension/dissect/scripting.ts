/** Messages as a packet script: each a packet that, emitted, has its bytes before encryption. */
import { printPacket } from '../../dissector/craft/index.ts';
import type { Analysis } from '../../dissector/session/index.ts';
import type { WebviewCalls } from '../wire/inspector.ts';

/** Messages of one script, and its characters; what comes after is left out, and that is said. */
const MOST_MESSAGES = 1_000;
const LONGEST = 4_000_000;

export function script(analysis: Analysis, { n, all }: WebviewCalls['script']['params']): WebviewCalls['script']['result'] {
  const parts: string[] = [];
  let size = 0;
  for (const one of all ? inConversation(analysis, n) : [n]) {
    if (parts.length >= MOST_MESSAGES || size > LONGEST) {
      parts.push(`# Further messages are left out: a script has at most ${MOST_MESSAGES} of them and ${LONGEST} characters.\n`);
      break;
    }
    const part = messageText(analysis, one);
    parts.push(part);
    size += part.length;
  }
  return { text: parts.join('\n') };
}

function* inConversation(analysis: Analysis, n: number): Generator<number> {
  const { conversation } = analysis.message(n);
  for (let other = 0; other < analysis.messageCount; other++)
    if (analysis.message(other).conversation.id === conversation.id) yield other;
}

/** Where it was captured stands above it; where its bytes cannot be known or said, why stands in its place. */
function messageText(analysis: Analysis, n: number): string {
  const { frame, protocol, name, direction, conversation, state } = analysis.message(n);
  const [from, to] = direction === 0 ? conversation.endpoints : [conversation.endpoints[1], conversation.endpoints[0]];
  const place = `# frame ${frame}: ${from} → ${to}`;
  const form = protocol.messages?.find((each) => each.name === name);
  if (state === 'encrypted') return `${place}\n# ${protocol.id} ${name} travelled encrypted, and no key opens it.\n`;
  if (state === 'incomplete') return `${place}\n# ${protocol.id} ${name} is not whole.\n`;
  if (form === undefined) return `${place}\n# ${protocol.id} has no layout for ${name}.\n`;
  return `${place}\n${printPacket(protocol.id, form, analysis.dissect(n).dissection.whole)}`;
}
