/** The call `peerscope node PROTOCOL …`. */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Items } from '../../dissector/codec/index.ts';
import { parseAddress } from '../node/address.ts';
import { valuesFromText } from '../node/values.ts';
import { parseChoices } from './choice.ts';
import { UsageError } from './errors.ts';

export interface NodeCommand {
  readonly protocol: string;
  readonly listen: HostPort | undefined;
  readonly connect: HostPort | undefined;
  readonly transport: 'udp' | 'tcp' | undefined;
  readonly role: string | undefined;
  readonly identity: string | undefined;
  readonly choices: Readonly<Record<string, unknown>>;
  readonly record: string | undefined;
  /** The recording holds its keys. */
  readonly secrets: boolean;
  readonly keylog: string | undefined;
  readonly seconds: number | undefined;
  readonly count: number | undefined;
  readonly faults: readonly string[];
  readonly seed: number | undefined;
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
  readonly given: Items;
}

const options = {
  listen: { type: 'string' },
  connect: { type: 'string' },
  transport: { type: 'string' },
  role: { type: 'string' },
  identity: { type: 'string' },
  choice: { type: 'string', multiple: true },
  record: { type: 'string' },
  'without-keys': { type: 'boolean' },
  keylog: { type: 'string' },
  for: { type: 'string' },
  count: { type: 'string' },
  fault: { type: 'string', multiple: true },
  seed: { type: 'string' },
  send: { type: 'string', multiple: true },
  allow: { type: 'string', multiple: true },
  protocol: { type: 'string', multiple: true },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** Undefined when help is asked for. Throws a UsageError. */
export function parseNodeCommand(args: readonly string[]): NodeCommand | undefined {
  const { values, positionals } = parse(args);
  if (values.help) return undefined;
  const [protocol, more] = positionals;
  if (protocol === undefined) throw nodeUsage('"node" needs a protocol.');
  if (more !== undefined) throw nodeUsage(`One protocol at a time: "${more}" is one too many.`);
  if ((values.listen === undefined) === (values.connect === undefined))
    throw nodeUsage('"node" needs either --listen HOST:PORT or --connect HOST:PORT.');
  if (hostPort(values.connect)?.port === 0) throw nodeUsage(`Nobody can be dialled at port 0: ${values.connect}.`);
  const { transport } = values;
  if (transport !== undefined && transport !== 'udp' && transport !== 'tcp')
    throw nodeUsage(`--transport is udp or tcp, not "${transport}".`);
  distinct({ '--record': values.record, '--keylog': values.keylog, '--identity': values.identity });
  return {
    ...{ protocol, transport, role: values.role, identity: values.identity, record: values.record, keylog: values.keylog },
    listen: hostPort(values.listen),
    connect: hostPort(values.connect),
    choices: parseChoices(values.choice ?? []),
    secrets: values['without-keys'] !== true,
    seconds: positive('--for', values.for, /^\d{1,9}(\.\d{1,3})?$/),
    count: positive('--count', values.count, /^\d{1,12}$/),
    faults: values.fault ?? [],
    seed: values.seed === undefined ? undefined : wholeSeed(values.seed),
    send: (values.send ?? []).map(sending),
    allow: values.allow ?? [],
    protocols: values.protocol ?? [],
    json: values.json ?? false,
  };
}

/** Something wrong with the call: its own help tells more than that of all commands. */
function nodeUsage(sentence: string): UsageError {
  return new UsageError(sentence, 'peerscope node --help');
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    const told = error instanceof Error ? error.message.split(/\.\s/)[0]! : String(error);
    throw nodeUsage(`${told.replace(/[.\s]+$/, '')}.`);
  }
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
