import { luaComment, luaText } from './luatext.ts';

/**
 * A filter name in Lua. A first word that Wireshark has already is that of another protocol: that of the dissector, `own`, is a variable. The
 * names of further layers stand as they are.
 */
function luaAbbreviation(abbreviation: string, own: string): string {
  // Wireshark takes no other characters in a filter name.
  const name = abbreviation.replace(/[^A-Za-z0-9._-]/g, '_');
  const rest = name.indexOf('.');
  return name.slice(0, rest) === own ? `word .. ${luaText(name.slice(rest))}` : luaText(name);
}

/** The fields of one generated dissector: a Lua variable in the table "f" and its ProtoField. */
export class LuaFields {
  readonly #own: string;
  readonly #lines = new Map<string, string>();
  readonly #keys = new Map<string, string>();

  /** `own`: the first word of the names of the dissector. */
  constructor(own: string) {
    this.#own = own;
  }

  /** The variable of a field by its filter name. `type` is a function of ProtoField, `more` its further arguments in Lua. */
  of(
    abbreviation: string,
    type: string,
    doc: string,
    more: { readonly base?: string; readonly values?: string; readonly mask?: string } = {},
  ): string {
    const { base, values, mask } = more;
    const trailing = [base, values, mask];
    while (trailing.length > 0 && trailing.at(-1) === undefined) trailing.pop();
    const given = trailing.map((each) => `, ${each ?? 'nil'}`).join('');
    const name = abbreviation.split('.').slice(1).join('.') || abbreviation;
    const declared = `ProtoField.${type}(${luaAbbreviation(abbreviation, this.#own)}, ${luaText(name.split('.').at(-1)!)}${given})`;
    const kind = `${abbreviation} ${type} ${given}`;
    const known = this.#keys.get(kind);
    if (known !== undefined) return known;
    let key = name.replace(/[^A-Za-z0-9]/g, '_');
    for (let n = 2; this.#lines.has(key); n++) key = `${name.replace(/[^A-Za-z0-9]/g, '_')}_${n}`;
    this.#lines.set(key, `f.${key} = ${declared} ${luaComment(doc)}`);
    this.#keys.set(kind, `f.${key}`);
    return `f.${key}`;
  }

  lines(): string[] {
    return [...this.#lines.values()];
  }
}
