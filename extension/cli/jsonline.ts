/** A message as `decode --json` prints it. Tools are built on these names and their order. */
import { toHex } from '../../dissector/bytes/index.ts';
import type { Analysis } from '../../dissector/session/index.ts';
import { timeText } from '../capture/time.ts';

export function messageLine(analysis: Analysis, n: number, bytes: boolean): string {
  const { reader } = analysis;
  const { frame, frames, conversation, direction, protocol, name, encrypted, state, findings } = analysis.message(n);
  const { dissection } = analysis.dissect(n);
  const { fields, whole, signatureValid } = dissection;
  return JSON.stringify({
    n,
    frames,
    time: reader.frames.hasTime(frame - 1) ? timeText(reader, frame - 1) : null,
    src: conversation.endpoints[direction],
    dst: conversation.endpoints[direction === 0 ? 1 : 0],
    protocol: protocol.id,
    message: name,
    encrypted,
    state,
    ...(signatureValid === undefined ? {} : { signature_valid: signatureValid }),
    fields,
    findings,
    ...(bytes ? { bytes: toHex(whole) } : {}),
  });
}
