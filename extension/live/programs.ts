/** The programs that capture. They are started from the folders of the system and of PATH, and from no other place: a workspace is none. */
import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';

export type ProgramName = 'dumpcap' | 'tcpdump' | 'ssh';

/** A program that may be there and closed to this user: Debian lets only the group `wireshark` start its dumpcap. */
export interface Program {
  readonly name: ProgramName;
  readonly path: string;
  readonly isOpen: boolean;
}

/** Where these programs lie without being on the PATH of a user. */
const systemFolders: Partial<Readonly<Record<NodeJS.Platform, readonly string[]>>> = {
  linux: ['/usr/sbin', '/usr/bin', '/sbin', '/usr/local/sbin'],
  darwin: ['/usr/sbin', '/usr/local/sbin', '/opt/homebrew/bin', '/Applications/Wireshark.app/Contents/MacOS'],
  freebsd: ['/usr/sbin', '/usr/local/bin', '/usr/local/sbin'],
  win32: ['C:\\Program Files\\Wireshark', 'C:\\Windows\\System32\\OpenSSH'],
};

/** Absolute folders: a relative one on PATH means whatever folder this process is in. */
export function programFolders(path = process.env.PATH ?? ''): readonly string[] {
  return [...new Set([...path.split(delimiter).filter(isAbsolute), ...(systemFolders[process.platform] ?? [])])];
}

/** The first of that name that this user may start, else the first that is closed to this user; undefined where there is none. */
export function findProgram(name: ProgramName, folders: readonly string[]): Program | undefined {
  const file = process.platform === 'win32' ? `${name}.exe` : name;
  const found = folders
    .map((folder) => join(folder, file))
    .filter((path) => existsSync(path) && statSync(path).isFile())
    .map((path) => ({ name, path, isOpen: isOpen(path) }));
  return found.find((program) => program.isOpen) ?? found[0];
}

function isOpen(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
