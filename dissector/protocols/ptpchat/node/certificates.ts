/** Certificates: this node's own, and those that others have shown. */
import { fromBase64, toBase64 } from '../../../bytes/index.ts';
import type { FieldValues } from '../../../codec/index.ts';
import { type PublicKey, readCertificate } from '../../../crypto/index.ts';
import { BoundedMap } from '../boundedmap.ts';
import { isSameKey } from '../session.ts';
import type { Identity } from './identity.ts';
import type { PeerLink } from './link.ts';
import { type NodeParts, uuid } from './parts.ts';
import { idIn, type Said, textIn } from './read.ts';

/** Nodes whose certificate is kept. */
const MOST_CERTIFICATES = 256;

export class PeerCertificates {
  readonly #parts: NodeParts;
  readonly #identity: Identity;
  readonly #known = new BoundedMap<string, PublicKey>(MOST_CERTIFICATES);

  constructor(parts: NodeParts, identity: Identity) {
    this.#parts = parts;
    this.#identity = identity;
  }

  /** The public key of a node, by its id. */
  of(node: string | undefined): PublicKey | undefined {
    if (node === this.#parts.node.key) return this.#identity.publicKey;
    return node === undefined ? undefined : this.#known.get(node);
  }

  fill(peer: PeerLink, given: FieldValues): FieldValues {
    const recipient = given.recipient_id ?? peer.node?.value;
    if (recipient === undefined) throw new Error('A CERTIFICATE needs the recipient_id: the other side has not told its own.');
    return {
      msg_id: uuid(this.#parts.context.random),
      node_id: this.#parts.node.value,
      recipient_id: recipient,
      certificate: toBase64(this.#identity.certificate),
      ...given,
    };
  }

  /** "In this case, msg_id must be the same." */
  asked(peer: PeerLink, said: Said): void {
    const msg_data = { msg_id: idIn(said, 'msg_id')!.value, recipient_id: idIn(said, 'node_id')!.value };
    this.#parts.context.send(peer.link.id, 'CERTIFICATE', { msg_data });
  }

  /** Keeps the first certificate of a node: another one could be anybody's. */
  received(peer: PeerLink, said: Said): void {
    const { context, node } = this.#parts;
    const { id } = peer.link;
    const sender = idIn(said, 'node_id')!;
    const certificate = readCertificate(fromBase64(textIn(said, 'certificate')!)!);
    const key = typeof certificate === 'string' ? certificate : certificate.key;
    if (typeof key === 'string') return void context.tell(id, `A CERTIFICATE is refused: ${key}.`, true);
    if (idIn(said, 'recipient_id')!.key !== node.key) return void context.tell(id, 'A CERTIFICATE is for another node.', true);
    // Else any neighbour could take the place of a node that has shown none yet.
    if (peer.node !== undefined && peer.node.key !== sender.key)
      return void context.tell(id, 'A CERTIFICATE is refused: it is of another node than its sender.', true);
    const known = this.of(sender.key);
    if (known === undefined) this.#known.set(sender.key, key);
    else if (!isSameKey(known, key))
      context.tell(id, 'A CERTIFICATE is refused: its node has shown one with another key before.', true);
  }
}
