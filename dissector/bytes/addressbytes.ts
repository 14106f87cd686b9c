/** The 4 or 16 bytes of an address (RFC 4291 section 2.2; IPv4 may stand in the last 32 bits); undefined for text that is none. */
export function addressBytes(text: string): Uint8Array<ArrayBuffer> | undefined {
  const v4 = ipv4(text);
  if (v4 !== undefined) return Uint8Array.from(v4);
  if (!text.includes(':') || text.length > 45) return undefined;
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [left, right] = halves.map((half, index) => groups(half, index === halves.length - 1));
  if (left === undefined || (halves.length === 2 && right === undefined)) return undefined;
  const after = right ?? [];
  const missing = 16 - left.length - after.length;
  if (halves.length === 1 ? missing !== 0 : missing < 2) return undefined;
  return Uint8Array.from([...left, ...new Array<number>(missing).fill(0), ...after]);
}

function ipv4(text: string): number[] | undefined {
  if (!/^\d{1,3}(\.\d{1,3}){3}$/.test(text)) return undefined;
  const parts = text.split('.').map(Number);
  return parts.every((part) => part < 256) ? parts : undefined;
}

/** The bytes of the groups on one side of "::". */
function groups(text: string, isLast: boolean): number[] | undefined {
  if (text === '') return [];
  const out: number[] = [];
  const parts = text.split(':');
  for (const [index, group] of parts.entries()) {
    const v4 = isLast && index === parts.length - 1 ? ipv4(group) : undefined;
    if (v4 !== undefined) out.push(...v4);
    else if (/^[0-9a-fA-F]{1,4}$/.test(group)) out.push(Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 255);
    else return undefined;
  }
  return out;
}
