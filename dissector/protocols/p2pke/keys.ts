import { fromHex, type KeyOrigin, toHex } from '../../bytes/index.ts';
import { type KeyKind, x25519PrivateKind } from '../../protocol/index.ts';

export const ephemeralLabel = 'P2PKE_EPHEMERAL_PRIVATE';
export const transportLabel = 'P2PKE_TRANSPORT_KEYS';

/** Transport keys of 32 bytes each, by the direction bit; one may be missing. */
export interface TransportKeys {
  readonly i2r: Uint8Array | undefined;
  readonly r2i: Uint8Array | undefined;
  /** Who brought them, or the key that they were made with. */
  readonly origin?: KeyOrigin;
}

export const ephemeralKind = x25519PrivateKind(
  ephemeralLabel,
  'X25519 ephemeral private key of either side, 32 bytes in hex. Found by the public value it yields.',
);

export const transportKind: KeyKind<TransportKeys> = {
  label: transportLabel,
  form: "initiator's e, i2r key, r2i key",
  doc: 'Both transport keys of a session, 32 bytes each in hex; `-` for one that is missing.',
  parse(fields) {
    const [e = '', first = '', second = ''] = fields;
    const session = fromHex(e);
    if (fields.length !== 3 || session?.length !== 32) return "expected the initiator's e of 64 hex digits and two keys";
    const i2r = first === '-' ? undefined : fromHex(first);
    const r2i = second === '-' ? undefined : fromHex(second);
    const wrong = (given: string, key: Uint8Array | undefined): boolean => given !== '-' && key?.length !== 32;
    if (wrong(first, i2r) || wrong(second, r2i)) return 'a transport key has 64 hex digits, or is -';
    if (i2r === undefined && r2i === undefined) return 'both keys are missing';
    return { index: toHex(session), secret: { i2r, r2i } };
  },
};

/** Long-term signing keys are not among them: they open nothing. */
export const keys: readonly KeyKind[] = [ephemeralKind, transportKind];
