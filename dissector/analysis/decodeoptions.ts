import { defaultLimits, type Limits } from '../bytes/index.ts';
import { Choices, limitsOf, type Pins, type Protocol, pinProblem, readLimits } from '../protocol/index.ts';
import { type DecodeAs, parseDecodeAs } from './decodeas.ts';
import { type FrameOrder, frameOrders } from './timeorder.ts';

/** What a person wants of a capture's protocols, as it was written: nothing of it is checked yet. */
export interface WrittenDecodeOptions {
  /** By the id of an open choice: a candidate's id, or a table of numbers. */
  readonly choices?: Readonly<Record<string, unknown>>;
  /** Rules like `udp.port == 7000 -> p2pke`. */
  readonly decodeAs?: readonly unknown[];
  /** Limits by their names: `{ findings: 500000 }`; the others are what they always are. */
  readonly limits?: unknown;
  /** The order in which frames are observed, `time` or `file`; without it `time`. */
  readonly order?: unknown;
}

/** What of it can be used, as an Analysis takes it, and a sentence for everything else. */
export interface DecodeOptions {
  readonly choices: Choices;
  readonly decodeAs: readonly DecodeAs[];
  readonly limits: Limits;
  readonly order: FrameOrder;
  readonly problems: readonly string[];
}

export function readDecodeOptions(
  { choices = {}, decodeAs = [], limits = {}, order = 'time' }: WrittenDecodeOptions,
  protocols: readonly Protocol[],
): DecodeOptions {
  const known = protocols.flatMap((protocol) => protocol.choices ?? []);
  const problems: string[] = [];
  const pins: Record<string, Pins[string]> = {};
  for (const [id, pin] of Object.entries(choices)) {
    const problem = isPin(pin) ? pinProblem(id, pin, known) : `${id} is neither a candidate's name nor a table of numbers`;
    if (problem === undefined) pins[id] = pin as Pins[string];
    else problems.push(`${problem}.`);
  }
  const rules: DecodeAs[] = [];
  for (const text of decodeAs) {
    const rule = typeof text === 'string' ? parseDecodeAs(text, protocols) : 'A rule of decode as is a text';
    if (typeof rule === 'string') problems.push(`${rule}.`);
    else rules.push(rule);
  }
  const chosen = readLimits(limits, limitsOf(protocols));
  problems.push(...chosen.problems);
  const frameOrder = frameOrders.find((one) => one === order);
  if (frameOrder === undefined)
    problems.push(`The order of frames is ${frameOrders.join(' or ')}, not ${JSON.stringify(order)}.`);
  return {
    choices: new Choices(pins),
    decodeAs: rules,
    limits: { ...defaultLimits, ...chosen.limits },
    problems,
    order: frameOrder ?? 'time',
  };
}

function isPin(value: unknown): value is Pins[string] {
  return typeof value === 'string' || (typeof value === 'object' && value !== null && !Array.isArray(value));
}

/**
 * What a tree of settings says about the open choices: `p2p.cipher` stands at `cipher` below `p2p`, or under this name in `choices`; `auto`
 * says nothing. In `choices` every name has to be one: nobody else would miss a slip of the pen.
 */
export function pinsIn(tree: Readonly<Record<string, unknown>>, all: readonly Protocol[]): Record<string, unknown> {
  const own = tree.choices;
  const pins: Record<string, unknown> = typeof own === 'object' && own !== null && !Array.isArray(own) ? { ...own } : {};
  for (const [id, value] of Object.entries(pins)) if (value === 'auto') delete pins[id];
  for (const { id } of all.flatMap((protocol) => protocol.choices ?? [])) {
    const value = id.split('.').reduce<unknown>(below, tree);
    if (value !== undefined && value !== null && value !== 'auto') pins[id] = value;
  }
  return pins;
}

function below(tree: unknown, name: string): unknown {
  return typeof tree === 'object' && tree !== null && Object.hasOwn(tree, name)
    ? (tree as Record<string, unknown>)[name]
    : undefined;
}
