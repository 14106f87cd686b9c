/** The call `peerscope capture …`. */
import type { LiveSource } from '../live/calls.ts';
import type { Stops } from '../live/livecapture.ts';
import { MOST_FILES, type Ring } from '../live/ring.ts';
import { type Command, readCommand } from './arguments.ts';
import { UsageError } from './errors.ts';
import { positive } from './nodeforms.ts';
import { parseOptions, refuseOthers } from './options.ts';

const HELP = 'peerscope capture --help';
const FILE_BYTES = 16 * 2 ** 20;
/** What fits into a number with the digits that may be given. */
const whole = /^\d{1,12}$/;

export interface LiveCommand {
  readonly source: LiveSource;
  readonly stops: Stops;
  readonly output: string | undefined;
  readonly ring: Ring | undefined;
  /** How what comes is decoded and printed: as `decode -` does it. */
  readonly decoding: Command;
}

/** The interfaces of this machine, or of a host. */
export interface ListCommand {
  readonly list: { readonly host: string | undefined };
}

/** Undefined when help is asked for. Throws a UsageError. */
export function parseCaptureCommand(args: readonly string[]): LiveCommand | ListCommand | undefined {
  const given = parseOptions(args, HELP);
  if (given.has('help')) return undefined;
  refuseOthers('capture', given, HELP);
  const [more] = given.positionals;
  if (more !== undefined) throw usage(`"capture" takes options alone: "${more}" is one word too many.`);
  const host = given.one('ssh');
  if (given.has('list')) return { list: { host } };
  const name = given.one('interface');
  if (name === undefined) throw usage('"capture" needs --interface; --list shows the interfaces.');
  const output = given.one('output');
  return {
    source: { interface: name, filter: given.one('filter')?.trim() ?? '', host },
    stops: {
      seconds: positive('--for', given.one('for'), /^\d{1,6}(\.\d{1,3})?$/, usage),
      packets: positive('--packets', given.one('packets'), whole, usage),
      bytes: positive('--size', given.one('size'), whole, usage),
    },
    output,
    ring: ringOf(
      positive('--ring', given.one('ring'), /^\d{1,6}$/, usage),
      positive('--file-size', given.one('file-size'), whole, usage),
      output,
    ),
    decoding: readCommand('decode', ['-'], given, given.one('display-filter')),
  };
}

function ringOf(files: number | undefined, fileBytes: number | undefined, output: string | undefined): Ring | undefined {
  if (files === undefined) {
    if (fileBytes !== undefined) throw usage('--file-size is of the files of a --ring.');
    return undefined;
  }
  if (output === undefined) throw usage('--ring needs --output: the name of its files.');
  if (files > MOST_FILES) throw usage(`--ring keeps ${MOST_FILES} files at most.`);
  return { files, fileBytes: fileBytes ?? FILE_BYTES };
}

/** Something wrong with the call: its own help tells more than that of all commands. */
function usage(sentence: string): UsageError {
  return new UsageError(sentence, HELP);
}
