/** The part of the library that opens blocks: synchronous, on bits and numbers, no Buffer and no streams. Its errors are thrown. */
declare module '@openpgp/unbzip2-stream/lib/bzip2.js' {
  /** The next bits, the first one highest; `null` skips to the next whole byte. */
  type Bits = (count: number | null) => number;

  const bzip2: {
    /** Reads the 4 bytes that start a stream: its block size in units of 100 000 bytes, 1 to 9. */
    header(bits: Bits): number;
    /**
     * Opens one block, gives its bytes to `take` and checks its CRC; the stream's CRC so far comes back. At the end of the
     * stream it checks that and gives null. `block` has room for `size` numbers.
     */
    decompress(bits: Bits, take: (byte: number) => void, block: Int32Array, size: number, crc: number): number | null;
  };
  export default bzip2;
}
