/** Messages as a packet script: each a packet that, emitted, has its bytes before encryption; or a section that plays one side. */

import type { Analysis } from '../../dissector/analysis/index.ts';
import { Choices } from '../../dissector/protocol/index.ts';
import { type SpokenMessage, sectionText } from '../../dissector/script/index.ts';
import { messageText } from '../../dissector/stepping/index.ts';
import type { WebviewCalls } from '../wire/inspector.ts';

/** Messages of one script, and its characters; what comes after is left out, and that is said. */
const MOST_MESSAGES = 1_000;
const LONGEST = 4_000_000;

export async function script(
  analysis: Analysis,
  { n, what }: WebviewCalls['script']['params'],
  choices?: Choices,
): Promise<WebviewCalls['script']['result']> {
  if (what === 'section') return { text: await section(analysis, n, choices) };
  const parts: string[] = [];
  let size = 0;
  for (const one of what === 'conversation' ? inConversation(analysis, n) : [n]) {
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

/** The conversation of a message as a section that plays the side which opened it, against whoever listens where the other side did. */
export async function section(analysis: Analysis, n: number, choices = new Choices()): Promise<string> {
  const { protocol, conversation } = analysis.message(n);
  const messages: SpokenMessage[] = [];
  let isCut = false;
  for (const one of inConversation(analysis, n)) {
    isCut = messages.length >= MOST_MESSAGES;
    if (isCut) break;
    const { frame, name, direction, state, isPartEncrypted } = analysis.message(one);
    const isKnown = state === 'decoded' || state === 'malformed' || isPartEncrypted;
    const note = isKnown ? `frame ${frame}` : `frame ${frame}: ${name} is ${state}, and its bytes are not known`;
    messages.push({ name, isOwn: direction === 0, bytes: isKnown ? analysis.dissect(one).dissection.whole : undefined, note });
  }
  const [opener, other] = conversation.endpoints;
  const title = `${protocol.id} between ${opener} and ${other}`;
  const text = await sectionText(title, protocol, other === '' ? '127.0.0.1:7000' : other, messages, choices);
  return isCut ? `${text}# Further messages are left out: a section has at most ${MOST_MESSAGES} of them.\n` : text;
}

function* inConversation(analysis: Analysis, n: number): Generator<number> {
  const { conversation } = analysis.message(n);
  for (let other = 0; other < analysis.messageCount; other++)
    if (analysis.message(other).conversation.id === conversation.id) yield other;
}
