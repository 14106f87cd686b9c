/** In every line of a list: from whom to whom. */
const ARROW = 0x2192;

/** Words of others must not steer a terminal, nor turn a line around: control characters are shown as JSON would escape them. */
export function printable(text: string): string {
  // Nearly all of it, and told apart in a fifth of the time.
  if (isPlain(text)) return text;
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) =>
    [...character]
      .flatMap(unitsOf)
      .map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`)
      .join(''),
  );
}

function isPlain(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if ((code < 0x20 || code > 0x7e) && code !== ARROW) return false;
  }
  return true;
}

/** UTF-16 code units. */
function unitsOf(character: string): number[] {
  return Array.from({ length: character.length }, (_, at) => character.charCodeAt(at));
}
