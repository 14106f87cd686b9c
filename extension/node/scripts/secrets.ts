/** What the environment and a person gave to a script may be a secret: it goes into no sentence. */
import { toBase64, toHex } from '../../../dissector/bytes/index.ts';

const HIDDEN = '•••';
/** Shorter ones stand in other words, too. */
const LEAST = 3;

export class ScriptSecrets {
  readonly #written = new Set<string>();

  add(secret: string): string {
    const bytes = new TextEncoder().encode(secret);
    for (const form of [secret, JSON.stringify(secret).slice(1, -1), toHex(bytes), toBase64(bytes).replace(/=+$/, '')])
      if (form.length >= LEAST) this.#written.add(form);
    return secret;
  }

  /** The text with each secret hidden, as it is or as hex or base64. */
  without(text: string): string {
    let out = text;
    for (const secret of this.#written) out = out.replaceAll(secret, HIDDEN);
    // A value that is cut short may end in the beginning of one.
    return [...this.#written].some((secret) => cutShort(out, secret)) ? out.replace(/\S*…/g, HIDDEN) : out;
  }

  holds(text: string): boolean {
    return this.without(text) !== text;
  }
}

/** Some of a secret stands right before the mark of what was left out. */
function cutShort(text: string, secret: string): boolean {
  const at = text.indexOf('…');
  return at >= 0 && secret.length >= 2 * LEAST && text.slice(0, at).includes(secret.slice(0, 2 * LEAST));
}
