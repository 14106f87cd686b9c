/** Decrypted messages as a capture of exported PDUs, which the generated dissector shows. */
import type { Analysis } from '../analysis/index.ts';
import { enhancedPacket, interfaceDescription, sectionHeader } from '../capture/index.ts';
import type { Protocol } from '../protocol/index.ts';
import { exportedPdu, type PduDissector, upperPduLinkType } from './exportedpdu.ts';
import { type OpenedForms, openedForms } from './openedforms.ts';

/** What the section says of itself. */
const WARNING = 'Messages that Peerscope has decrypted: what travelled encrypted is in clear here. Keep it as you keep the keys.';
/** The last second that 64 bits of nanoseconds hold. */
const LATEST = 18_446_744_073;

/** The blocks of a pcapng file with decrypted messages. */
export class OpenedBlocks {
  /** Section and interface. */
  readonly head: readonly Uint8Array[] = [
    sectionHeader({ comment: WARNING, application: 'Peerscope' }),
    interfaceDescription({ linkType: upperPduLinkType }),
  ];
  readonly #analysis: Analysis;
  readonly #forms = new Map<Protocol, OpenedForms>();

  constructor(analysis: Analysis) {
    this.#analysis = analysis;
  }

  /** The block of a message; undefined for one that was not decrypted as a whole. */
  message(n: number): Uint8Array | undefined {
    const message = this.#analysis.message(n);
    if (message.decrypted !== true) return undefined;
    const { protocol, name, frame, conversation, direction } = message;
    const known = this.#forms.get(protocol) ?? openedForms(protocol);
    this.#forms.set(protocol, known);
    const { whole } = this.#analysis.dissectAlone(message);
    const { reader } = this.#analysis;
    const { frames } = reader;
    const numbered = { frame: reader.wiresharkNumber(frame - 1), bytes: whole };
    const pdu = { dissector: dissectorOf(known, name), conversation, direction, ...numbered };
    // A frame without a time, or with one that this format cannot hold, stands at the beginning of 1970.
    const seconds = frames.hasTime(frame - 1) ? frames.seconds(frame - 1) : -1;
    const isWritable = seconds >= 0 && seconds < LATEST;
    return enhancedPacket({
      bytes: exportedPdu(pdu),
      seconds: isWritable ? seconds : 0,
      nanos: isWritable ? frames.nanos(frame - 1) : 0,
    });
  }
}

/** A message without a layout is shown as bytes. */
function dissectorOf({ table, forms }: OpenedForms, name: string): PduDissector {
  const known = forms.get(name);
  return known === undefined ? { name: 'data' } : { table, number: known.number };
}
