/** The call `peerscope relay PROTOCOL …`. */
import type { HostPort } from '../node/sockets/address.ts';
import { parseLimits } from './arguments.ts';
import { parseChoices } from './choice.ts';
import { UsageError } from './errors.ts';
import { distinct, hostPort, positive, wholeSeed } from './nodeforms.ts';
import { parseOptions, refuseOthers } from './options.ts';

const HELP = 'peerscope relay --help';

export interface RelayCommand {
  readonly protocol: string;
  readonly listen: HostPort;
  readonly forward: HostPort;
  readonly transport: 'udp' | 'tcp' | undefined;
  readonly choices: Readonly<Record<string, unknown>>;
  /** It is a node towards each side, with the identity of this file where one is named. */
  readonly terminate: boolean;
  readonly identity: string | undefined;
  /** Recordings hold its keys, where it has some. */
  readonly secrets: boolean;
  /** Key logs of the programs at both ends, which may still be written. */
  readonly keys: readonly string[];
  /** Recordings of the side that listens, and of the side to the forward address. */
  readonly record: string | undefined;
  readonly recordForward: string | undefined;
  readonly seconds: number | undefined;
  readonly count: number | undefined;
  readonly faults: readonly string[];
  readonly seed: number | undefined;
  readonly limits: Readonly<Record<string, number>>;
  /** Hosts beyond this machine that it may listen on or talk to. */
  readonly allow: readonly string[];
  readonly protocols: readonly string[];
  readonly json: boolean;
}

/** Undefined when help is asked for. Throws a UsageError. */
export function parseRelayCommand(args: readonly string[]): RelayCommand | undefined {
  const given = parseOptions(args, HELP);
  if (given.has('help')) return undefined;
  refuseOthers('relay', given, HELP);
  const [protocol, more] = given.positionals;
  if (protocol === undefined) throw usage('"relay" needs a protocol.');
  if (more !== undefined) throw usage(`One protocol at a time: "${more}" is one too many.`);
  const [listen, forward] = [hostPort(given.one('listen'), usage), hostPort(given.one('forward'), usage)];
  if (listen === undefined || forward === undefined) throw usage('"relay" needs --listen HOST:PORT and --forward HOST:PORT.');
  if (forward.port === 0) throw usage(`Nobody can be dialled at port 0: ${given.one('forward')}.`);
  const transport = given.one('transport');
  if (transport !== undefined && transport !== 'udp' && transport !== 'tcp')
    throw usage(`--transport is udp or tcp, not "${transport}".`);
  const [record, recordForward] = [given.one('record'), given.one('record-forward')];
  const [terminate, identity] = [given.has('terminate'), given.one('identity')];
  distinct({ '--record': record, '--record-forward': recordForward, '--identity': identity }, usage);
  if (terminate && given.has('keys')) throw usage('With --terminate the sessions are its own: they need no --keys.');
  for (const own of ['identity', 'without-keys'])
    if (!terminate && given.has(own))
      throw usage(`--${own} is for --terminate: without it, a relay has neither identity nor keys.`);
  return {
    ...{ protocol, listen, forward, transport, record, recordForward, terminate, identity },
    secrets: terminate && !given.has('without-keys'),
    choices: parseChoices(given.all('choice')),
    keys: given.all('keys'),
    seconds: positive('--for', given.one('for'), /^\d{1,9}(\.\d{1,3})?$/, usage),
    count: positive('--count', given.one('count'), /^\d{1,12}$/, usage),
    faults: given.all('fault'),
    seed: given.has('seed') ? wholeSeed(given.one('seed')!, usage) : undefined,
    limits: parseLimits(given.all('limit')),
    allow: given.all('allow'),
    protocols: given.all('protocol'),
    json: given.has('json'),
  };
}

/** Something wrong with the call: its own help tells more than that of all commands. */
function usage(sentence: string): UsageError {
  return new UsageError(sentence, HELP);
}
