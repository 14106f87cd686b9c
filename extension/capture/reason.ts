/** Why a file could not be read or written, as a sentence without the system call. */
export function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'ENOENT':
      return 'There is no such file.';
    case 'EACCES':
    case 'EPERM':
      return 'The system does not allow it.';
    case 'EISDIR':
      return 'It is a folder.';
    case 'ENOSPC':
      return 'There is no space left.';
    case 'EDQUOT':
      return 'There is no space left for this user.';
    case 'EFBIG':
      return 'It would be longer than a file may be here.';
    case 'EROFS':
      return 'The disk can only be read.';
    case 'EIO':
      return 'The disk has failed.';
    default:
      return error instanceof Error ? error.message : String(error);
  }
}
