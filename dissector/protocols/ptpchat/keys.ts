import { fromBase64 } from '../../bytes/index.ts';
import { readRsaPrivateKey } from '../../crypto/index.ts';
import type { KeyKind } from '../../session/index.ts';

export const rsaLabel = 'PTPCHAT_RSA_PRIVATE';
export const channelLabel = 'PTPCHAT_CHANNEL_KEY';

export const keys: readonly KeyKind[] = [
  {
    label: rsaLabel,
    form: 'base64 PKCS #8',
    doc: "RSA private key of a node's certificate: opens the KEY messages sent to it.",
    parse(fields) {
      const der = fields.length === 1 ? fromBase64(fields[0]!) : undefined;
      const secret = der === undefined ? undefined : readRsaPrivateKey(der);
      return secret === undefined
        ? 'expected an RSA private key, base64 of PKCS #8'
        : { index: secret.modulus.toString(16), secret };
    },
  },
  {
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
  },
];
