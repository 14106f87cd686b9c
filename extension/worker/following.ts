/** A conversation as it was said, one message after the other. */
import { type Analysis, type Travelled, travelled } from '../../dissector/analysis/index.ts';
import { cArray, hexDump } from '../wire/bytestext.ts';
import type { FollowAs, WorkerCalls } from '../wire/inspector.ts';

/** Characters of the text; what comes after is left out, and that is said. */
const LONGEST = 8_000_000;

export function follow(
  analysis: Analysis,
  { n, direction, as }: WorkerCalls['follow']['params'],
): WorkerCalls['follow']['result'] {
  const { conversation } = analysis.message(n);
  const [a, b] = conversation.endpoints;
  const lines: string[] = [`${conversation.transport} ${a} ↔ ${b}`, ''];
  let size = 0;
  for (let other = 0; other < analysis.messageCount; other++) {
    const message = analysis.message(other);
    if (message.conversation.id !== conversation.id || (direction !== undefined && message.direction !== direction)) continue;
    if (size > LONGEST) {
      lines.push('', `… further messages are left out: this text would be longer than ${LONGEST} characters.`);
      break;
    }
    const { whole } = analysis.dissect(other).dissection;
    const [from, to] = message.direction === 0 ? [a, b] : [b, a];
    const how = waysTold[travelled(message)];
    lines.push(`── frame ${message.frame}, ${from} → ${to}: ${message.name}, ${whole.length} bytes${how}`);
    const text = written(whole, as, `peer${message.direction}_${other}`);
    lines.push(text, '');
    size += text.length;
  }
  const way = direction === undefined ? `${a} ↔ ${b}` : direction === 0 ? `${a} → ${b}` : `${b} → ${a}`;
  return { title: `${way} (${as})`, text: lines.join('\n') };
}

function written(bytes: Uint8Array, as: FollowAs, name: string): string {
  if (as === 'c') return cArray(name, bytes).trimEnd();
  return as === 'hex' ? hexDump(bytes) : printable(bytes);
}

const waysTold: Readonly<Record<Travelled, string>> = {
  clear: '',
  decrypted: ', decrypted',
  partly: ', decrypted in part',
  encrypted: ', encrypted',
  broken: ', decrypted',
};

/** A message after decryption. */
export function payload(analysis: Analysis, { n }: WorkerCalls['payload']['params']): WorkerCalls['payload']['result'] {
  return { bytes: analysis.dissect(n).dissection.whole.slice(), name: analysis.message(n).name };
}

/** UTF-8 with its line breaks; what is no text is a dot. */
function printable(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes).replace(/(?![\n\t])\p{Cc}|\ufffd/gu, '.');
}
