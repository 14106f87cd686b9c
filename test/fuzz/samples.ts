/** The sample modules: a user's own protocols meet what the built-in ones meet. */
import { readFileSync } from 'node:fs';
import type { Protocol } from '../../dissector/index.ts';
import * as library from '../../dissector/index.ts';

/** Each capture of a sample lies beside its module, under the same name; so does its key log, where it has one. */
const captures = ['crow.pcapng', 'dht.pcap', 'knock.pcapng', 'libp2p.pcap', 'wireguard.pcapng'] as const;

const folder = new URL('../../media/samples/protocols/', import.meta.url);

export interface Sample {
  readonly capture: string;
  readonly protocol: Protocol;
  readonly bytes: Uint8Array;
  readonly keyLog: string;
}

export const samples: readonly Sample[] = await Promise.all(
  captures.map(async (capture) => {
    const name = capture.slice(0, capture.indexOf('.'));
    const module: { readonly default: (given: typeof library) => Protocol } = await import(new URL(`${name}.js`, folder).href);
    const keyLog = name === 'dht' ? '' : readFileSync(new URL(`${name}.keys`, folder), 'utf8');
    return { capture, protocol: module.default(library), bytes: new Uint8Array(readFileSync(new URL(capture, folder))), keyLog };
  }),
);
