export const exitStatus = Object.freeze({ read: 0, findings: 1, unreadable: 2, usage: 3 });

/** Something that the caller of the command must mend: told on standard error, exit status 3. */
export class UsageError extends Error {
  /** The usage text is of no help where a file is at fault. */
  readonly showUsage: boolean;

  constructor(message: string, showUsage = true) {
    super(message);
    this.showUsage = showUsage;
  }
}
