/** Text as a literal of Lua: nothing in it ends it, and control characters are escapes. */
export function luaText(text: string): string {
  const escaped = text.replace(/[\\"]/g, (sign) => `\\${sign}`);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is escaped
  return `"${escaped.replace(/[\u0000-\u001f\u007f]/g, (sign) => `\\${String(sign.charCodeAt(0)).padStart(3, '0')}`)}"`;
}

/** A comment of one line, whatever line ends are in the text; the space keeps `[[` from beginning one of many lines. */
export function luaComment(text: string): string {
  return `-- ${text.replace(/\s+/g, ' ')}`;
}

/** A table of Lua from numbers to words. */
export function luaWords(words: Readonly<Record<number, string>>): string {
  return `{ ${Object.entries(words)
    .map(([value, word]) => `[${value}] = ${luaText(word)}`)
    .join(', ')} }`;
}
