/** Dotted decimal of the 4 bytes at `at`. */
export function ipv4Text(bytes: Uint8Array, at = 0): string {
  return `${bytes[at]}.${bytes[at + 1]}.${bytes[at + 2]}.${bytes[at + 3]}`;
}

/**
 * The 16 bytes at `at` as RFC 5952 writes them: lower case, no leading zeros, the longest run of two or more zero groups
 * (the first of equals) as `::`, and an IPv4-mapped address with its last four bytes in decimal.
 */
export function ipv6Text(bytes: Uint8Array, at = 0): string {
  let bestStart = -1;
  let bestLength = 1;
  for (let group = 0, run = 0; group < 8; group++) {
    run = bytes[at + 2 * group] === 0 && bytes[at + 2 * group + 1] === 0 ? run + 1 : 0;
    if (run > bestLength) {
      bestLength = run;
      bestStart = group - run + 1;
    }
  }
  const mapped = bestStart === 0 && bestLength === 5 && bytes[at + 10] === 0xff && bytes[at + 11] === 0xff;
  if (mapped) return `::ffff:${ipv4Text(bytes, at + 12)}`;
  let text = '';
  for (let group = 0; group < 8; group++) {
    if (group === bestStart) {
      text += '::';
      group += bestLength - 1;
      continue;
    }
    if (text !== '' && !text.endsWith(':')) text += ':';
    text += ((bytes[at + 2 * group] << 8) | bytes[at + 2 * group + 1]).toString(16);
  }
  return text;
}

/** An address of 4 or 16 bytes at `at`; empty for any other length. */
export function addressText(bytes: Uint8Array, at: number, length: number): string {
  return length === 4 ? ipv4Text(bytes, at) : length === 16 ? ipv6Text(bytes, at) : '';
}

/** `127.0.0.1:7000`, `[::1]:7101` (RFC 5952 section 6); empty where there is no address. */
export function endpointText(bytes: Uint8Array, at: number, length: number, port: number): string {
  if (length === 0) return '';
  return length === 16 ? `[${ipv6Text(bytes, at)}]:${port}` : `${addressText(bytes, at, length)}:${port}`;
}

/** Six bytes as `00:1b:21:0a:0b:0c`. */
export function macText(bytes: Uint8Array, at: number, length = 6): string {
  let text = '';
  for (let i = 0; i < length; i++) text += (i === 0 ? '' : ':') + bytes[at + i].toString(16).padStart(2, '0');
  return text;
}
