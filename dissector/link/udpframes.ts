import { type Endpoint, ETHERNET_HEADER, udpFrame } from './build.ts';
import { addWords, complement } from './checksum.ts';

const UDP = 8;

/** Frames of one address to another, as `udpFrame` makes them: what all of them have is made once. For who writes many. */
export class UdpFrames {
  readonly #empty: Uint8Array;
  readonly #view: DataView;
  readonly #isV4: boolean;
  /** Bytes in front of the UDP header. */
  readonly #header: number;
  /** Of the IPv4 header without length and identification, and of pseudo-header and ports; not folded. */
  readonly #ipSum: number;
  readonly #udpSum: number;

  /** Throws RangeError for addresses of two families. */
  constructor(from: Endpoint, to: Endpoint) {
    const empty = udpFrame(from, to, new Uint8Array(0));
    this.#empty = empty;
    this.#view = new DataView(empty.buffer);
    this.#header = empty.length - UDP;
    this.#isV4 = this.#header === ETHERNET_HEADER + 20;
    for (const at of this.#isV4 ? [ETHERNET_HEADER + 2, ETHERNET_HEADER + 10] : [ETHERNET_HEADER + 4])
      this.#view.setUint16(at, 0);
    for (const at of [4, 6]) this.#view.setUint16(this.#header + at, 0);
    const addresses = ETHERNET_HEADER + (this.#isV4 ? 12 : 8);
    this.#ipSum = addWords(empty, ETHERNET_HEADER, this.#header);
    this.#udpSum = addWords(empty, addresses, this.#header + UDP, 17);
  }

  /** Bytes of a frame with so many of payload. Throws RangeError for more than an IP packet holds. */
  lengthOf(payload: number): number {
    if (this.#header + UDP + payload - ETHERNET_HEADER - (this.#isV4 ? 0 : 40) > 0xffff)
      throw new RangeError(`a payload of ${UDP + payload} bytes does not fit an IP packet`);
    return this.#header + UDP + payload;
  }

  /** Writes a frame at `at`, where there are as many bytes as `lengthOf` says. `identification`: that of IPv4, 16 bits. */
  write(into: Uint8Array, at: number, payload: Uint8Array, identification: number): void {
    into.set(this.#empty, at);
    const udp = at + this.#header;
    into.set(payload, udp + UDP);
    const length = UDP + payload.length;
    if (this.#isV4) {
      const total = this.#header - ETHERNET_HEADER + length;
      put(into, at + ETHERNET_HEADER + 2, total);
      put(into, at + ETHERNET_HEADER + 4, identification);
      put(into, at + ETHERNET_HEADER + 10, complement(this.#ipSum + total + identification));
    } else put(into, at + ETHERNET_HEADER + 4, length);
    put(into, udp + 4, length);
    // The length counts twice: in the header, and in the pseudo-header.
    const sum = complement(addWords(payload, 0, payload.length, this.#udpSum + 2 * length));
    // A sum of 0 says that UDP has none (RFC 768).
    put(into, udp + 6, sum === 0 ? 0xffff : sum);
  }
}

function put(into: Uint8Array, at: number, value: number): void {
  into[at] = value >> 8;
  into[at + 1] = value;
}
