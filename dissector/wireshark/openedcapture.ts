/** Decrypted messages as a capture of exported PDUs, which the generated dissector shows. */
import { concatBytes } from '@noble/hashes/utils.js';
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

  /** The block of a message, or a block for each message that fields of it held encrypted; undefined for one that was not decrypted as a whole. */
  message(n: number): Uint8Array | undefined {
    const message = this.#analysis.message(n);
    if (message.decrypted !== true) return undefined;
    const { protocol, name, frame, conversation, direction } = message;
    const known = this.#forms.get(protocol) ?? openedForms(protocol);
    this.#forms.set(protocol, known);
    const { whole, within = [] } = this.#analysis.dissectAlone(message);
    const sealed = within.filter(({ wasSealed }) => wasSealed);
    const { reader } = this.#analysis;
    const { frames } = reader;
    // A frame without a time, or with one that this format cannot hold, stands at the beginning of 1970.
    const seconds = frames.hasTime(frame - 1) ? frames.seconds(frame - 1) : -1;
    const isWritable = seconds >= 0 && seconds < LATEST;
    const blockOf = (pdu: { readonly name: string; readonly bytes: Uint8Array }): Uint8Array =>
      enhancedPacket({
        bytes: exportedPdu({
          ...{ dissector: dissectorOf(known, pdu.name), bytes: pdu.bytes },
          ...{ conversation, direction, frame: reader.wiresharkNumber(frame - 1) },
        }),
        seconds: isWritable ? seconds : 0,
        nanos: isWritable ? frames.nanos(frame - 1) : 0,
      });
    return concatBytes(...(sealed.length > 0 ? sealed : [{ name, bytes: whole }]).map(blockOf));
  }
}

/** A message without a layout is shown as bytes. */
function dissectorOf({ table, forms }: OpenedForms, name: string): PduDissector {
  const known = forms.get(name);
  return known === undefined ? { name: 'data' } : { table, number: known.number };
}
