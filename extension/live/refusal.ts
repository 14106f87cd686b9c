/** Why a program does not capture: what it wrote to standard error becomes a sentence that says what to do. */

/** `rights`: another program may have them. `filter` and `interface`: whoever asked must mend it. */
export type RefusalKind = 'missing' | 'rights' | 'filter' | 'interface' | 'other';

/** A capture that cannot begin, or that broke off; the message is one sentence or several. */
export class LiveRefusal extends Error {
  readonly kind: RefusalKind;

  constructor(kind: RefusalKind, sentence: string) {
    super(sentence);
    this.kind = kind;
  }
}

const rights = /permission|not permitted|permitted to|not allowed|access denied|must be root|requires root|cannot open BPF/i;
const wrongFilter =
  /isn't a valid capture filter \((?:can't parse filter expression: )?(.+?)\)\.?$|can't parse filter expression: (.+?)\)?\.?$|(?:^|: )(?:syntax error.*|.*\bin filter expression.*)$/im;
const noInterface =
  /no such device|there is no device named|doesn't exist|no such interface|invalid adapter index|Device not configured/i;
/** What programs write though nothing is wrong. */
const usual =
  /listening on|packets? (captured|received|dropped)|received\/dropped|^Capturing on|^File: |^Warning: Permanently added/i;
/** Of ssh itself: its sentence is the best there is. */
const ofSsh = /^ssh: .+|Permission denied \(.+\)|Host key verification failed\.|Connection (?:closed|refused|reset).*/im;

export interface Asked {
  /** `tcpdump`, `/usr/bin/dumpcap`. */
  readonly program: string;
  readonly interface: string;
  readonly host?: string | undefined;
}

/** What `stderr` means; `platform` is that of the machine that captures. */
export function refusalOf(stderr: string, asked: Asked, platform: NodeJS.Platform | undefined = process.platform): LiveRefusal {
  const on = asked.host === undefined ? '' : ` on ${asked.host}`;
  const failedSsh = asked.host === undefined ? null : ofSsh.exec(stderr);
  if (failedSsh !== null) return new LiveRefusal('other', `${asked.host} is not reached by SSH: ${ended(failedSsh[0])}`);
  if (asked.host !== undefined && /tcpdump: (?:command )?not found|not found: tcpdump|tcpdump: No such file/i.test(stderr))
    return new LiveRefusal('missing', `There is no tcpdump on ${asked.host}. Install it there.`);
  const filter = wrongFilter.exec(stderr);
  if (filter !== null) {
    const why = (filter[1] ?? filter[2] ?? filter[0]).replace(/^.*?: (?=syntax error|.*in filter)/, '').trim();
    return new LiveRefusal('filter', `The capture filter cannot be used: ${ended(why)}`);
  }
  if (rights.test(stderr))
    return new LiveRefusal(
      'rights',
      `${asked.program} may not capture on ${asked.interface}${on}. ${rightsAdvice(asked, platform)}`,
    );
  if (noInterface.test(stderr)) return new LiveRefusal('interface', `There is no interface "${asked.interface}"${on}.`);
  const told = lastLine(stderr);
  return new LiveRefusal(
    'other',
    told === '' ? `${asked.program} ended and did not say why.` : `${asked.program}: ${ended(told)}`,
  );
}

/** How a person gets the rights. */
export function rightsAdvice({ program, host }: Pick<Asked, 'program' | 'host'>, platform: NodeJS.Platform | undefined): string {
  if (host !== undefined) return `Log in as a user who may capture there, or run on it: ${setcap('$(command -v tcpdump)')}`;
  switch (platform) {
    case 'linux':
      return /dumpcap/.test(program)
        ? `Join the group wireshark (sudo usermod -aG wireshark "$USER") and log in again; on Debian and Ubuntu run first: sudo dpkg-reconfigure wireshark-common. Or run: ${setcap(program)}`
        : `Run: ${setcap(program)} Or install dumpcap and join the group wireshark.`;
    case 'darwin':
      return 'Install ChmodBPF, which comes with Wireshark: it lets the group access_bpf capture.';
    case 'win32':
      return 'Install Npcap, and do not restrict it to administrators.';
    default:
      return 'The administrator of this machine can allow it.';
  }
}

function setcap(program: string): string {
  return `sudo setcap cap_net_raw,cap_net_admin=eip ${program}`;
}

/** What to install where no program captures. */
export function missingSentence(platform: NodeJS.Platform = process.platform): string {
  const how: Partial<Record<NodeJS.Platform, string>> = {
    linux: 'Install one of them, on Debian and Ubuntu: sudo apt install tcpdump',
    darwin: 'macOS has /usr/sbin/tcpdump; dumpcap comes with Wireshark.',
    win32: 'Install Wireshark with Npcap; dumpcap comes with it.',
  };
  return `Live captures need dumpcap or tcpdump, and neither is on this machine. ${how[platform] ?? 'Install one of them.'}`;
}

function lastLine(stderr: string): string {
  const lines = stderr.split(/\r?\n/).filter((line) => /\S/.test(line) && !usual.test(line));
  return (lines.at(-1) ?? '').replace(/^[\w./-]*(?:tcpdump|dumpcap): /, '').trim();
}

function ended(text: string): string {
  return /[.!?]$/.test(text.trim()) ? text.trim() : `${text.trim()}.`;
}
