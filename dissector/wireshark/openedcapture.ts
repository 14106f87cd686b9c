/** Decrypted messages as a capture of exported PDUs, which the generated dissector shows. */
import type { Analysis } from '../analysis/index.ts';
import { enhancedPacket, interfaceDescription, sectionHeader } from '../capture/index.ts';
import type { Protocol } from '../protocol/index.ts';
import { exportedPdu, type PduDissector, upperPduLinkType } from './exportedpdu.ts';
import { type OpenedForms, openedForms } from './openedforms.ts';

/** What the section says of itself. */
const WARNING = 'Messages that Peerscope has decrypted: what travelled encrypted is in clear here. Keep it as you keep the keys.';

/** The blocks of a pcapng file: a message each, of those that were decrypted as a whole. */
export function* openedCapture(analysis: Analysis, messages: Iterable<number>): Generator<Uint8Array> {
  yield sectionHeader({ comment: WARNING, application: 'Peerscope' });
  yield interfaceDescription({ linkType: upperPduLinkType });
  const forms = new Map<Protocol, OpenedForms>();
  for (const n of messages) {
    const message = analysis.message(n);
    if (message.decrypted !== true) continue;
    const { protocol, name, frame, conversation, direction } = message;
    const known = forms.get(protocol) ?? openedForms(protocol);
    forms.set(protocol, known);
    const { whole } = analysis.dissectAlone(message);
    const { frames } = analysis.reader;
    const pdu = { dissector: dissectorOf(known, name), conversation, direction, frame };
    yield enhancedPacket({
      bytes: exportedPdu({ ...pdu, bytes: whole }),
      seconds: frames.hasTime(frame - 1) ? Math.max(0, frames.seconds(frame - 1)) : 0,
      nanos: frames.hasTime(frame - 1) ? frames.nanos(frame - 1) : 0,
    });
  }
}

/** A message without a layout is shown as bytes. */
function dissectorOf({ table, forms }: OpenedForms, name: string): PduDissector {
  const known = forms.get(name);
  return known === undefined ? { name: 'data' } : { table, number: known.number };
}
