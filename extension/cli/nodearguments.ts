/** The call `peerscope node PROTOCOL …`. */
import { resolve } from 'node:path';
import type { FieldValues } from '../../dissector/codec/index.ts';
import { parseAddress } from '../node/sockets/address.ts';
import { valuesFromText } from '../node/values.ts';
import { parseLimits } from './arguments.ts';
import { parseChoices } from './choice.ts';
import { UsageError } from './errors.ts';
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

export interface HostPort {
  readonly host: string;
  readonly port: number;
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
  const [listen, connect] = [hostPort(given.one('listen')), hostPort(given.one('connect'))];
  if ((listen === undefined) === (connect === undefined))
    throw nodeUsage('"node" needs either --listen HOST:PORT or --connect HOST:PORT.');
  if (connect?.port === 0) throw nodeUsage(`Nobody can be dialled at port 0: ${given.one('connect')}.`);
  const transport = given.one('transport');
  if (transport !== undefined && transport !== 'udp' && transport !== 'tcp')
    throw nodeUsage(`--transport is udp or tcp, not "${transport}".`);
  const [identity, record, keylog] = [given.one('identity'), given.one('record'), given.one('keylog')];
  distinct({ '--record': record, '--keylog': keylog, '--identity': identity });
  return {
    identityKind: given.one('identity-kind'),
    ...{ protocol, transport, role: given.one('role'), identity, record, keylog, listen, connect },
    choices: parseChoices(given.all('choice')),
    secrets: !given.has('without-keys'),
    seconds: positive('--for', given.one('for'), /^\d{1,9}(\.\d{1,3})?$/),
    count: positive('--count', given.one('count'), /^\d{1,12}$/),
    faults: given.all('fault'),
    seed: given.has('seed') ? wholeSeed(given.one('seed')!) : undefined,
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

/** Each is written: the last would take the place of the others. */
function distinct(files: Readonly<Record<string, string | undefined>>): void {
  const options = new Map<string, string>();
  for (const [option, file] of Object.entries(files)) {
    if (file === undefined) continue;
    const path = resolve(file);
    const other = options.get(path);
    if (other !== undefined) throw nodeUsage(`${other} and ${option} are the same file: ${file}.`);
    options.set(path, option);
  }
}

function hostPort(text: string | undefined): HostPort | undefined {
  if (text === undefined) return undefined;
  const parsed = parseAddress(text);
  if (parsed === undefined) throw nodeUsage(`"${text}" is no HOST:PORT: 127.0.0.1:7000, [::1]:7000, localhost:0.`);
  return parsed;
}

function positive(option: string, text: string | undefined, form: RegExp): number | undefined {
  if (text === undefined) return undefined;
  if (!form.test(text) || Number(text) <= 0) throw nodeUsage(`${option} takes a number above 0, not "${text}".`);
  return Number(text);
}

function wholeSeed(text: string): number {
  const seed = Number(text);
  if (!/^\d{1,10}$/.test(text) || seed > 0xffff_ffff) throw nodeUsage(`--seed is a number below 2^32, not "${text}".`);
  return seed;
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
