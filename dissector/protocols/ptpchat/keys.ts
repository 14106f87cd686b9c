import { fromBase64 } from '../../bytes/index.ts';
import { type KeyKind, rsaPrivateKind } from '../../protocol/index.ts';

export const rsaLabel = 'PTPCHAT_RSA_PRIVATE';
export const channelLabel = 'PTPCHAT_CHANNEL_KEY';

export const rsaKind = rsaPrivateKind(rsaLabel, "RSA private key of a node's certificate: opens the KEY messages sent to it.");

export const channelKind: KeyKind<Uint8Array> = {
  label: channelLabel,
  form: 'channel_id, base64 key',
  doc: "A closed channel's key, 32 bytes: opens its messages.",
  parse(fields) {
    const [channel = '', text = ''] = fields;
    const secret = fromBase64(text);
    return fields.length === 2 && secret?.length === 32
      ? { index: channel, secret }
      : 'expected a channel_id and a key of 32 bytes in base64';
  },
};

export const keys: readonly KeyKind[] = [rsaKind, channelKind];
