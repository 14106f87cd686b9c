import { readFileSync } from 'node:fs';

/** Datagrams that the system dropped because the sockets of a port were full; undefined where it does not tell (Linux does). */
export function kernelDrops(port: number): number | undefined {
  let drops = 0;
  for (const table of ['/proc/net/udp', '/proc/net/udp6']) {
    const text = readTable(table);
    if (text === undefined) return undefined;
    for (const line of text.split('\n').slice(1)) {
      const columns = line.trim().split(/\s+/);
      const own = Number.parseInt(columns[1]?.split(':')[1] ?? '', 16);
      if (own === port) drops += Number(columns.at(-1));
    }
  }
  return drops;
}

function readTable(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
