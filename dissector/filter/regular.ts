import { RE2JS, RE2JSException } from 're2js';

/**
 * A regular expression (syntax of RE2) that finds a match anywhere, capitals or not, `.` for line breaks too; or why it is none.
 * Its time grows with the length of the text times that of the pattern, which is the user's own: an engine that goes back could be
 * held for hours by what a stranger sent.
 * What needs going back, looking ahead or behind and references to groups, is therefore no part of it.
 */
export function regularExpression(pattern: string): ((text: string) => boolean) | { readonly problem: string } {
  try {
    const compiled = RE2JS.compile(pattern, RE2JS.CASE_INSENSITIVE | RE2JS.DOTALL);
    return (text) => compiled.matcher(text).find();
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    // The flags come first in the pattern that is compiled, and nobody wrote them.
    return { problem: error.message.replace(/^error parsing regexp: /, '').replace(/(\(\?\w+\))+/, '') };
  }
}
