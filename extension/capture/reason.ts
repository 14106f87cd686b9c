/** Why a file could not be read or written, as a sentence without the system call. */
export function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'ENOENT':
      return 'There is no such file.';
    case 'EACCES':
    case 'EPERM':
      return 'It may not be read.';
    case 'EISDIR':
      return 'It is a folder.';
    case 'ENOSPC':
      return 'There is no space left.';
    default:
      return error instanceof Error ? error.message : String(error);
  }
}
