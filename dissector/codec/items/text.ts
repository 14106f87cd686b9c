import { type Field, malformed } from '../../bytes/index.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const lenientUtf8 = new TextDecoder('utf-8', { ignoreBOM: true });

/** Text in UTF-8. The bytes of what is none are kept, since its replacement characters would be encoded as others. */
export function readText(field: Field, raw: Uint8Array): void {
  try {
    field.value = utf8.decode(raw);
  } catch {
    field.value = lenientUtf8.decode(raw);
    field.raw = raw;
    field.problem = malformed('the text is not UTF-8; shown with replacement characters', field.start, field.name);
  }
}
