/** `explain_decryption`. */
import { explanation } from '../../../dissector/analysis/explanation.ts';
import type { TriedKey } from '../../../dissector/protocol/index.ts';
import { page, Refusal } from '../answer.ts';
import { type Input, numberOf } from '../input.ts';
import { quoted } from '../quoting.ts';
import { messagesIn, openedFor, type Tooling } from '../tooling.ts';

export async function explainDecryption(input: Input, tooling: Tooling, signal: AbortSignal | undefined): Promise<string> {
  const { analysis, secrets } = await openedFor(input, tooling, signal);
  const [n] = messagesIn(input, analysis);
  if (n === undefined) throw new Refusal(`The frame ${numberOf(input, 'frame')} is part of no message.`);
  secrets.addComputed(analysis, n);
  const { frame, state, keys_tried: tried, missing, pinned } = explanation(analysis, n);
  const { protocol, name, encrypted, decrypted } = analysis.message(n);
  const from = numberOf(input, 'from') ?? 0;
  const given = analysis.ring.size;
  return page({
    head: [
      quoted({ n, frame, protocol: protocol.id, message: name, state, encrypted, decrypted, pinned }),
      ...(encrypted ? [] : ['The message travelled in clear: no key is needed.']),
      ...(missing.length === 0 ? [] : ['A key log needs, to decrypt it:', ...missing.map((sentence) => quoted(sentence))]),
      `${given === 1 ? 'One key is' : `${given} keys are`} known, of key logs and of the capture itself. ${tried.length === 0 ? 'None was tried on this message.' : 'Tried on this message, each up to the first step that failed:'}`,
    ],
    items: tried.slice(from).map((key) => keyLines(key).join('\n')),
    rest: (shown) => `More keys: call explain_decryption with the same input and "from": ${from + shown}.`,
    end: () => (missing.length > 0 && given === 0 ? 'End. Give key logs by "keys".' : 'End.'),
  });
}

function keyLines({ label, fingerprint, steps }: TriedKey): string[] {
  return [
    quoted({ key: label, ...(fingerprint === '' ? {} : { fingerprint }) }),
    ...steps.map(({ name, inputs, result, ok }) => quoted({ step: name, ok, result, inputs })),
  ];
}
