/** Questions to the programs that they answer at once: which interfaces there are, and whether a filter can be used. */
import { execFile } from 'node:child_process';
import { checkArguments, checkHost, checkSource, type LiveSource, listArguments, remoteList, sshArguments } from './calls.ts';
import { type LiveInterface, ownAddresses, readDumpcapList, readTcpdumpList } from './interfaces.ts';
import { findProgram, type Program, programFolders } from './programs.ts';
import { LiveRefusal, missingSentence, refusalOf, rightsAdvice } from './refusal.ts';

/** A program that hangs is ended. */
const ANSWER_MS = 10_000;
/** Over SSH a person may be asked for a password first. */
const REMOTE_ANSWER_MS = 120_000;
const MOST_ANSWER = 1 << 20;

/** A program of this machine that captures, and how. */
export interface Capturer {
  readonly name: 'dumpcap' | 'tcpdump';
  readonly path: string;
}

/**
 * tcpdump comes first: it hands over a packet at once, dumpcap after up to a quarter of a second. Where Wireshark is set up, only dumpcap has the
 * rights. Throws a LiveRefusal where there is none.
 */
function capturers(folders: readonly string[]): readonly [Capturer, ...Capturer[]] {
  const found = (['tcpdump', 'dumpcap'] as const).map((name) => findProgram(name, folders));
  const [first, ...others] = found.filter((program) => program?.isOpen === true) as Capturer[];
  if (first !== undefined) return [first, ...others];
  const closed = found.find((program) => program !== undefined);
  if (closed === undefined) throw new LiveRefusal('missing', missingSentence());
  throw new LiveRefusal(
    'rights',
    `You may not start ${closed.path}. ${rightsAdvice({ program: closed.path }, process.platform)}`,
  );
}

/** Throws a LiveRefusal where this machine has no SSH. */
export function sshProgram(folders: readonly string[]): Program {
  const ssh = findProgram('ssh', folders);
  if (ssh?.isOpen !== true) throw new LiveRefusal('missing', 'A capture on another host needs ssh, and there is none here.');
  return ssh;
}

/** The interfaces of this machine, or of a host that a person named. Throws a LiveRefusal. */
export async function listInterfaces(
  { host, isSilent = false }: Pick<LiveSource, 'host' | 'isSilent'>,
  folders = programFolders(),
): Promise<readonly LiveInterface[]> {
  if (host !== undefined) {
    checkHost(host);
    const { path } = sshProgram(folders);
    const answer = await ask(path, sshArguments(host, remoteList, isSilent), REMOTE_ANSWER_MS);
    if (answer.status !== 0) throw refusalOf(answer.stderr, { program: 'tcpdump', interface: '', host }, undefined);
    return readTcpdumpList(answer.stdout, new Map());
  }
  const [{ name, path }] = capturers(folders);
  const answer = await ask(path, listArguments[name]);
  if (answer.status !== 0) throw refusalOf(answer.stderr, { program: path, interface: '' });
  return name === 'dumpcap' ? readDumpcapList(answer.stdout) : readTcpdumpList(answer.stdout, ownAddresses());
}

/**
 * The first program that may capture on the interface, once it has compiled the filter. Throws a LiveRefusal: of the filter, of the interface, or,
 * where no program has the rights, how the last one gets them: that is dumpcap, where it is there.
 */
export async function capturerOf(source: LiveSource, folders = programFolders()): Promise<Capturer> {
  checkSource(source);
  let refused: LiveRefusal | undefined;
  for (const capturer of capturers(folders)) {
    const answer = await ask(capturer.path, checkArguments[capturer.name](source));
    // dumpcap gives 0 whatever it finds: what was compiled tells.
    if (/^\(000\) /m.test(answer.stdout)) return capturer;
    const refusal = refusalOf(answer.stderr, { program: capturer.path, interface: source.interface });
    // The interface was opened, so it is the filter that the program does not take: it says so in many ways.
    if (refusal.kind === 'other' && source.filter !== '')
      throw new LiveRefusal('filter', refusal.message.replace(`${capturer.path}:`, 'The capture filter cannot be used:'));
    if (refusal.kind !== 'rights') throw refusal;
    refused = refusal;
  }
  throw refused!;
}

/** Why the filter cannot be used on the interface, a sentence; undefined where it can, or where that is not known before it starts. */
export async function filterProblem(source: LiveSource, folders = programFolders()): Promise<string | undefined> {
  try {
    if (source.host === undefined) await capturerOf(source, folders);
    else checkSource(source);
    return undefined;
  } catch (error) {
    if (error instanceof LiveRefusal) return error.kind === 'filter' ? error.message : undefined;
    throw error;
  }
}

interface Answer {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

function ask(path: string, args: readonly string[], timeout = ANSWER_MS): Promise<Answer> {
  return new Promise((resolve) => {
    const options = { timeout, maxBuffer: MOST_ANSWER, windowsHide: true, env: plainEnvironment() };
    const child = execFile(path, args, options, (error, stdout, stderr) => {
      const isLate = error?.killed === true;
      const told = isLate ? `no answer within ${timeout / 1000} seconds` : stderr || (error?.message ?? '');
      resolve({ status: error === null ? 0 : 1, stdout, stderr: told });
    });
    child.stdin?.end();
  });
}

/** What programs say is read here: they say it in English. */
export function plainEnvironment(): NodeJS.ProcessEnv {
  return { ...process.env, LC_ALL: 'C' };
}
