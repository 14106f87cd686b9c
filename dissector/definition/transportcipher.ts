import type { Limits } from '../bytes/index.ts';
import { editedEncoder } from '../codec/index.ts';
import { noise as framework } from '../crypto/index.ts';
import { type RecordCipher, wrongKeyOf } from '../protocol/index.ts';
import type { Layer } from './layer.ts';
import { rangesOf } from './readmessage.ts';

const empty = new Uint8Array(0);

/** Transport messages of one direction of a stream (The Noise Protocol Framework, section 5.3), in the frames of a layer, under a key of 32 bytes. */
export function transportCipher(
  layer: Layer & { readonly field: string },
  { cipher }: Pick<framework.NoiseProtocol, 'cipher'>,
  k: Uint8Array,
  limits: Limits,
): RecordCipher {
  const [form] = layer.messages;
  return {
    most: framework.maxMessageLength - framework.tagLength,
    lengthOf(bytes) {
      const { end, problem } = layer.decode(bytes, 0, 0, bytes.length, limits);
      if (problem?.kind === 'incomplete') return undefined;
      // What is no frame ends nowhere.
      return problem === undefined && end > 0 ? end : bytes.length;
    },
    open(number, record) {
      const range = rangesOf(layer.decode(record, 0, 0, record.length, limits).field).get(layer.field);
      return range && cipher.decrypt(k, number, empty, record.subarray(...range));
    },
    seal(number, clear, like, { wrongKey = false }) {
      const { values, problem, spacing } = form!.decode(like, limits);
      if (problem !== undefined) return undefined;
      const sealed = cipher.encrypt(wrongKey ? wrongKeyOf(k) : k, number, empty, clear);
      return editedEncoder(form!, values, like, spacing)({ ...values, [layer.field]: sealed });
    },
  };
}
