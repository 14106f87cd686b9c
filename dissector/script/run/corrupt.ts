/** The lowest bits of so many bytes flipped, spread over all of them; fewer where there are fewer bytes. */
export function bitFlipped(bytes: Uint8Array, count: number): Uint8Array {
  const out = bytes.slice();
  const most = Math.min(count, out.length);
  for (let index = 0; index < most; index++) out[Math.floor((index * out.length) / most)]! ^= 1;
  return out;
}
