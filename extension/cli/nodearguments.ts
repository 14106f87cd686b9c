/** The call `peerscope node PROTOCOL …`. */
import type { FieldValues } from '../../dissector/codec/index.ts';
import type { HostPort } from '../node/sockets/address.ts';
import { valuesFromText } from '../node/values.ts';
import { parseLimits } from './arguments.ts';
import { parseChoices } from './choice.ts';
import { UsageError } from './errors.ts';
import { distinct, hostPort, positive, wholeSeed } from './nodeforms.ts';
import { parseOptions, refuseOthers } from './options.ts';

const HELP = 'peerscope node --help';

export interface NodeCommand {
  readonly protocol: string;
  readonly listen: HostPort | undefined;
  readonly connect: HostPort | undefined;
  readonly transport: 'udp' | 'tcp' | undefined;
  readonly role: string | undefined;
  readonly identity: string | undefined;
  readonly identityKind: string | undefined;
  readonly choices: Readonly<Record<string, unknown>>;
  readonly record: string | undefined;
  /** The recording holds its keys. */
  readonly secrets: boolean;
  readonly keylog: string | undefined;
  readonly seconds: number | undefined;
  readonly count: number | undefined;
  readonly faults: readonly string[];
  readonly seed: number | undefined;
  readonly limits: Readonly<Record<string, number>>;
  readonly send: readonly Sending[];
  /** Hosts beyond this machine that it may listen on or talk to. */
  readonly allow: readonly string[];
  readonly protocols: readonly string[];
  readonly json: boolean;
}

/** A message to be sent once a link is ready, with the values that are not to be filled in. */
export interface Sending {
  readonly message: string;
  readonly given: FieldValues;
}

/** Undefined when help is asked for. Throws a UsageError. */
export function parseNodeCommand(args: readonly string[]): NodeCommand | undefined {
  const given = parseOptions(args, HELP);
  if (given.has('help')) return undefined;
  refuseOthers('node', given, HELP);
  const [protocol, more] = given.positionals;
  if (protocol === undefined) throw nodeUsage('"node" needs a protocol.');
  if (more !== undefined) throw nodeUsage(`One protocol at a time: "${more}" is one too many.`);
  const [listen, connect] = [hostPort(given.one('listen'), nodeUsage), hostPort(given.one('connect'), nodeUsage)];
  if ((listen === undefined) === (connect === undefined))
    throw nodeUsage('"node" needs either --listen HOST:PORT or --connect HOST:PORT.');
  if (connect?.port === 0) throw nodeUsage(`Nobody can be dialled at port 0: ${given.one('connect')}.`);
  const transport = given.one('transport');
  if (transport !== undefined && transport !== 'udp' && transport !== 'tcp')
    throw nodeUsage(`--transport is udp or tcp, not "${transport}".`);
  const [identity, record, keylog] = [given.one('identity'), given.one('record'), given.one('keylog')];
  distinct({ '--record': record, '--keylog': keylog, '--identity': identity }, nodeUsage);
  return {
    identityKind: given.one('identity-kind'),
    ...{ protocol, transport, role: given.one('role'), identity, record, keylog, listen, connect },
    choices: parseChoices(given.all('choice')),
    secrets: !given.has('without-keys'),
    seconds: positive('--for', given.one('for'), /^\d{1,9}(\.\d{1,3})?$/, nodeUsage),
    count: positive('--count', given.one('count'), /^\d{1,12}$/, nodeUsage),
    faults: given.all('fault'),
    seed: given.has('seed') ? wholeSeed(given.one('seed')!, nodeUsage) : undefined,
    limits: parseLimits(given.all('limit')),
    send: given.all('send').map(sending),
    allow: given.all('allow'),
    protocols: given.all('protocol'),
    json: given.has('json'),
  };
}

/** Something wrong with the call: its own help tells more than that of all commands. */
function nodeUsage(sentence: string): UsageError {
  return new UsageError(sentence, HELP);
}

/** `data {"data": "hex:0102"}`: a message's name, and JSON with the values that are given. */
function sending(text: string): Sending {
  const [, message = '', json] = /^\s*([^\s{]+)\s*(\{.*\})?\s*$/s.exec(text) ?? [];
  try {
    if (message === '') throw new Error('no message is named');
    return { message, given: json === undefined ? {} : valuesFromText(json) };
  } catch (error) {
    throw nodeUsage(
      `--send takes MESSAGE {"field": value}: "${text}" is none (${error instanceof Error ? error.message : error}).`,
    );
  }
}
