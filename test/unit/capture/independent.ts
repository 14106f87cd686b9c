/** The npm package pcap-parser, which reads classic captures of microseconds: a reader that shares nothing with ours. */
import { createRequire } from 'node:module';

interface Packet {
  header: { timestampSeconds: number; timestampMicroseconds: number; capturedLength: number; originalLength: number };
  data: Buffer;
}

export interface IndependentFrame {
  readonly seconds: number;
  readonly micros: number;
  readonly captured: number;
  readonly original: number;
  /** Hex. */
  readonly data: string;
}

export function independent(path: string): Promise<IndependentFrame[]> {
  const { parse } = createRequire(import.meta.url)('pcap-parser') as {
    parse(path: string): { on(event: string, listener: (packet: Packet) => void): void };
  };
  return new Promise((resolve, reject) => {
    const packets: IndependentFrame[] = [];
    const parser = parse(path);
    parser.on('packet', ({ header, data }) => {
      packets.push({
        seconds: header.timestampSeconds,
        micros: header.timestampMicroseconds,
        captured: header.capturedLength,
        original: header.originalLength,
        data: data.toString('hex'),
      });
    });
    parser.on('end', () => resolve(packets));
    parser.on('error', reject as never);
  });
}
