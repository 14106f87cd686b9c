/** The interfaces that can be captured on, with their addresses. */
import { networkInterfaces } from 'node:os';

export interface LiveInterface {
  readonly name: string;
  /** What the program says of it: `Loopback`, `Up, Running`. */
  readonly description: string;
  readonly addresses: readonly string[];
}

/** `dumpcap -D -M`: number and name, model, vendor, kind, addresses, loopback, in columns. */
export function readDumpcapList(text: string): LiveInterface[] {
  return linesOf(text).flatMap((line) => {
    const [numbered = '', model = '', description = '', , addresses = ''] = line.split('\t');
    const name = /^\d+\. (.+)$/.exec(numbered.trim())?.[1];
    if (name === undefined) return [];
    const told = [description, model].map((each) => each.trim()).find((each) => each !== '') ?? '';
    return [{ name, description: told, addresses: addresses.split(',').filter((each) => each !== '') }];
  });
}

/** `tcpdump -D`: `3.lo [Up, Running, Loopback]`, `2.any (Pseudo-device …) [Up, Running]`. `addresses` of them come from elsewhere. */
export function readTcpdumpList(text: string, addresses: ReadonlyMap<string, readonly string[]>): LiveInterface[] {
  return linesOf(text).flatMap((line) => {
    const found = /^\d+\.(\S+)(?: \((.*?)\))?(?: \[(.*)\])?$/.exec(line.trim());
    if (found === null) return [];
    const [, name = '', about = '', state = ''] = found;
    const description = [about, state === 'none' ? '' : state].filter((each) => each !== '').join('; ');
    return [{ name, description, addresses: addresses.get(name) ?? [] }];
  });
}

/** Those of this machine, by interface. */
export function ownAddresses(): ReadonlyMap<string, readonly string[]> {
  return new Map(Object.entries(networkInterfaces()).map(([name, all = []]) => [name, all.map(({ address }) => address)]));
}

function linesOf(text: string): string[] {
  return text.split(/\r?\n/);
}
