/** A message as `decode --json` prints it: decode.schema.json describes it. Tools are built on these names and their order. */
import { type Json, toHex } from '../bytes/index.ts';
import { type CaptureReader, timeText } from '../capture/index.ts';
import type { Decrypted, Dissection, Finding, State } from '../protocol/index.ts';
import type { Analysis } from './analysis.ts';
import type { MessageInfo } from './messageinfo.ts';

export interface MessageLine {
  /** Its place in the order in which the messages of the capture complete, from 0. */
  readonly n: number;
  /** Every frame it is made of, 1-based. */
  readonly frames: readonly number[];
  /** Of merged captures: the file that the last of these frames stands in, and its number there. */
  readonly file?: string;
  readonly frame_in_file?: number;
  /** Seconds since 1970 with nine decimals; null where the capture has no time. */
  readonly time: string | null;
  readonly src: string;
  readonly dst: string;
  readonly protocol: string;
  readonly message: string;
  /** How it travelled, not whether it was decrypted. */
  readonly encrypted: boolean;
  /** Whether nothing of it is still encrypted; false for what travelled in clear, and where a broken message cannot tell. */
  readonly decrypted: Decrypted;
  readonly state: State;
  /** Present when the message holds a signature: whether it verifies, null where that cannot be checked. */
  readonly signature_valid?: boolean | null;
  readonly fields: Json;
  readonly findings: readonly Finding[];
  /** The whole message after decryption, in hex; on request. */
  readonly bytes?: string;
}

export function messageLine(analysis: Analysis, n: number, bytes = false): MessageLine {
  const told = analysis.message(n);
  return lineOf(analysis, told, analysis.dissectAlone(told), bytes);
}

/** The same of a message that is dissected already. */
export function lineOf({ reader }: Analysis, told: MessageInfo, dissection: Dissection, bytes = false): MessageLine {
  const { n, frame, frames, conversation, direction, protocol, name, encrypted, state, findings } = told;
  const { signatureValid } = dissection;
  return {
    n,
    frames,
    ...originOf(reader, frame - 1),
    time: reader.frames.hasTime(frame - 1) ? timeText(reader, frame - 1) : null,
    src: conversation.endpoints[direction],
    dst: conversation.endpoints[direction === 0 ? 1 : 0],
    protocol: protocol.id,
    message: name,
    encrypted,
    decrypted: told.decrypted,
    state,
    ...(signatureValid === undefined ? {} : { signature_valid: signatureValid }),
    fields: dissection.fields,
    findings,
    ...(bytes ? { bytes: toHex(dissection.whole) } : {}),
  };
}

/** Where a frame (0-based) of merged captures comes from; nothing of one capture. */
export function originOf(reader: CaptureReader, index: number): { readonly file?: string; readonly frame_in_file?: number } {
  const origin = reader.origin?.(index);
  return origin === undefined ? {} : { file: origin.file, frame_in_file: origin.index + 1 };
}
