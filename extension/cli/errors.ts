/**
 * 0: read to the end. 1: what `check` was asked to check does not hold. 2: no frame could be read. 3: the call, what it names, or
 * its output is at fault. 4: read in part, because the capture is cut short or its rest cannot be read. 70: this program is at
 * fault (EX_SOFTWARE of sysexits): Node alone would exit 1, which says that there are findings.
 */
export const exitStatus = Object.freeze({ read: 0, findings: 1, unreadable: 2, usage: 3, part: 4, fault: 70 });

/** Something that the caller of the command must mend: told on standard error, exit status 3. */
export class UsageError extends Error {
  /** Help is named where the call is at fault, not where a file is. */
  constructor(sentence: string, help: string | false = 'peerscope --help') {
    super(help === false ? sentence : `${sentence} See ${help}.`);
  }
}
