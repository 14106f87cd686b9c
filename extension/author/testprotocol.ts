/** What a protocol of one's own is checked for on a capture: the same that the tests of the built-in ones ask of those. */
import { type Field, fromBase64, fromHex, type Tree, toBase64 } from '../../dissector/bytes/index.ts';
import { compileFilter, expressionOf, FieldCatalog, FilterRow } from '../../dissector/filter/index.ts';
import { type MessageForm, type OpenedCapture, openBytes, type Protocol } from '../../dissector/index.ts';
import { failuresOf } from '../capture/guard.ts';
import { mutate, mutatePackets, packetSpans } from './mutate.ts';
import { Random } from './random.ts';
import { checkTree } from './treeranges.ts';

export interface TestedCapture {
  readonly name: string;
  /** Not compressed. */
  readonly bytes: Uint8Array;
  /** Text of a key log. */
  readonly keyLog: string | undefined;
}

export interface TestOptions {
  /** The protocol, guarded, before all others. */
  readonly protocols: readonly Protocol[];
  readonly id: string;
  /** Broken copies of the capture that are decoded. */
  readonly rounds: number;
  readonly seed: number;
  /** Why a line of `decode --json` is none; undefined where it is one. */
  readonly lineProblem: (line: unknown) => string | undefined;
}

export interface TestResult {
  readonly title: string;
  readonly seconds: number;
  /** How much was checked, in words. */
  readonly what: string;
  /** A sentence each, the first few. */
  readonly failures: readonly string[];
}

const MOST_FAILURES = 5;

/** One check after the other; nothing is thrown. */
export function* testCapture(capture: TestedCapture, options: TestOptions): Generator<TestResult> {
  const run = (title: string, check: (fail: (sentence: string) => void) => string): TestResult => {
    const started = performance.now();
    const failures: string[] = [];
    let count = 0;
    const fail = (sentence: string): void => {
      if (++count <= MOST_FAILURES) failures.push(sentence);
    };
    let what = '';
    try {
      what = check(fail);
    } catch (error) {
      fail(reason(error));
    }
    if (count > MOST_FAILURES) failures.push(`… and ${count - MOST_FAILURES} more`);
    return { title, seconds: (performance.now() - started) / 1000, what, failures };
  };
  let opened: OpenedCapture | undefined;
  yield run('recognised', (fail) => {
    opened = open(capture.bytes, options, capture.keyLog);
    const own = messagesOf(opened, options);
    if (own.length === 0) fail(`no message of ${options.id} is in the capture`);
    const broken = own.filter((n) => ['malformed', 'incomplete'].includes(opened!.analysis.message(n).state));
    // A capture may hold a broken message on purpose; a module that reads nothing is another thing.
    if (broken.length * 2 > own.length)
      fail(`${broken.length} of ${own.length} messages cannot be read: ${reasonFor(opened, broken[0]!)}`);
    for (const sentence of failuresOf(protocolOf(options))) fail(sentence);
    for (const problem of opened.problems) fail(problem);
    return `${own.length} messages`;
  });
  if (opened === undefined) return;
  const whole = opened;
  yield run('trees', (fail) => trees(whole, options, fail));
  yield run('encoder', (fail) => encoder(whole, options, fail));
  yield run('json', (fail) => json(whole, options, fail));
  yield run('filters', (fail) => filters(whole, options, fail));
  if (capture.keyLog !== undefined) yield run('keys', (fail) => keys(capture, whole, options, fail));
  yield run('broken bytes', (fail) => broken(capture, whole, options, fail));
}

type Fail = (sentence: string) => void;

function protocolOf({ protocols, id }: TestOptions): Protocol {
  return protocols.find((each) => each.id === id)!;
}

function open(bytes: Uint8Array, { protocols }: TestOptions, keyLog: string | undefined): OpenedCapture {
  const opened = openBytes(bytes, { protocols, ...(keyLog === undefined ? {} : { keys: [keyLog] }) });
  if ('problem' in opened) throw new Error(opened.problem.text);
  return opened;
}

/** Numbers of its messages. */
function messagesOf({ analysis }: OpenedCapture, { id }: TestOptions): number[] {
  const all = Array.from({ length: analysis.messageCount }, (_, n) => n);
  return all.filter((n) => analysis.message(n).protocol.id === id);
}

function trees(opened: OpenedCapture, options: TestOptions, fail: Fail): string {
  const own = messagesOf(opened, options);
  for (const n of own) {
    try {
      const { tree, dissection } = opened.analysis.dissect(n);
      checkTree(tree);
      if (dissection.layer.problem?.text.includes('failed in "dissect"')) throw new Error(dissection.layer.problem.text);
    } catch (error) {
      fail(`message ${n}: ${reason(error)}`);
    }
  }
  return `the ranges of ${own.length} messages`;
}

/** The bytes of every message, encoded again from its values, are the same. */
function encoder(opened: OpenedCapture, options: TestOptions, fail: Fail): string {
  const protocol = protocolOf(options);
  let count = 0;
  for (const n of messagesOf(opened, options)) {
    const { name, state } = opened.analysis.message(n);
    if (state === 'malformed' || state === 'incomplete') continue;
    for (const { forms, bytes } of encodedIn(opened.tree(n), protocol, name)) {
      const tries = forms.map((form) => againOf(form, bytes)).filter((each) => each !== undefined);
      if (tries.length === 0) continue;
      count++;
      const [first] = tries;
      if (!tries.includes('')) fail(`message ${n}, ${forms[0]!.name}: ${first}`);
    }
  }
  return `${count} messages and layers`;
}

/** What is wrong with bytes that are decoded and encoded again; nothing where they are the same, undefined where they are no such message. */
function againOf(form: MessageForm, bytes: Uint8Array): string | undefined {
  const { values, problem } = form.decode(bytes);
  if (problem !== undefined) return undefined;
  const again = attempted(() => form.encode(values));
  if (typeof again === 'string') return `it cannot be encoded again: ${again}`;
  return equal(again, bytes) ? '' : `encoded again, it differs ${difference(again, bytes)}`;
}

interface Encoded {
  /** The forms that it may have: a layer has one of each of its names. */
  readonly forms: readonly MessageForm[];
  readonly bytes: Uint8Array;
}

/** The layers of a tree that have a form, with their bytes. */
function encodedIn({ layers, sources }: Tree, { id, messages = [], layers: own = [] }: Protocol, name: string): Encoded[] {
  return layers.flatMap((layer): Encoded[] => {
    const forms =
      layer.name === id
        ? messages.filter((each) => each.name === name && each.layer === undefined)
        : (own.find((each) => each.id === layer.name)?.messages ?? []);
    const bytes = sources[layer.source]?.bytes.slice(layer.start, layer.end);
    return forms.length === 0 || bytes === undefined || layer.problem !== undefined ? [] : [{ forms, bytes }];
  });
}

function json(opened: OpenedCapture, options: TestOptions, fail: Fail): string {
  const own = new Set(messagesOf(opened, options));
  for (const line of opened.messages()) {
    if (!own.has(line.n)) continue;
    const problem = attempted(() => options.lineProblem(JSON.parse(JSON.stringify(line))));
    if (problem !== undefined) fail(`message ${line.n}: ${problem}`);
  }
  return `${own.size} lines of decode --json`;
}

/** Each field of each tree, as a filter by its value, finds its message. */
function filters({ analysis }: OpenedCapture, options: TestOptions, fail: Fail): string {
  const catalog = new FieldCatalog(options.protocols);
  const row = new FilterRow(analysis);
  const unknown = new Set<string>();
  const names = new Set<string>();
  for (let n = 0; n < analysis.messageCount; n++) {
    const message = analysis.message(n);
    if (message.protocol.id !== options.id) continue;
    row.at(message.frame, n);
    const known = [options.id, ...(protocolOf(options).layers ?? []).map(({ id }) => id)];
    for (const layer of analysis.layersAlone(message).filter(({ name }) => known.includes(name)))
      for (const [field, path] of fieldsIn(layer)) {
        const name = [layer.name, ...path].join('.');
        names.add(name);
        if (catalog.find(name) === undefined) {
          unknown.add(name);
          continue;
        }
        const filter = expressionOf(catalog, layer.name, path, field) ?? name;
        const compiled = compileFilter(filter, catalog);
        if (!('filter' in compiled)) fail(`message ${n}: "${filter}" cannot be compiled: ${compiled.problem.text}`);
        else if (!compiled.filter.matches(row)) fail(`message ${n}: "${filter}" does not find it`);
      }
  }
  for (const name of unknown)
    fail(`no filter knows the field ${name}: declare it among the fields of its message, or in "treeFields"`);
  return `${names.size} fields`;
}

/** Each field with the names that lead to it; items of lists have none. */
export function* fieldsIn(field: Field, path: readonly string[] = []): Generator<readonly [Field, readonly string[]]> {
  for (const child of field.children ?? []) {
    const inner = field.kind === 'list' ? path : [...path, child.name];
    if (field.kind !== 'list') yield [child, inner];
    yield* fieldsIn(child, inner);
  }
}

/** Keys of the same form that are not those of the capture open no more than none at all. */
function keys(capture: TestedCapture, opened: OpenedCapture, options: TestOptions, fail: Fail): string {
  const random = new Random(options.seed);
  const decrypted = (from: OpenedCapture): number =>
    messagesOf(from, options).filter((n) => from.analysis.message(n).encrypted && from.analysis.message(n).state === 'decoded')
      .length;
  const own = decrypted(opened);
  const none = decrypted(open(capture.bytes, options, undefined));
  if (own <= none) fail('the key log decrypts no message');
  const hex = (length: number): string => Array.from({ length }, () => random.below(16).toString(16)).join('');
  // Base64 of keys: hex digits have none of its padding.
  const others = capture
    .keyLog!.replace(/[A-Za-z0-9+/]{20,}={1,2}/g, (text) => toBase64(fromHex(hex((fromBase64(text)?.length ?? 32) * 2))!))
    .replace(/\b[0-9a-fA-F]{16,}\b(?!=)/g, (digits) => hex(digits.length));
  if (others === capture.keyLog) return `${own} messages decrypted; no key in it is hex or base64, so wrong ones were not tried`;
  const wrong = decrypted(open(capture.bytes, options, others));
  if (wrong > none) fail(`${wrong} messages are "decrypted" by random keys, ${none} by none`);
  return `${own} messages decrypted, ${wrong} by random keys`;
}

/** Broken copies of the capture: the module throws nothing, and its ranges stay inside. */
function broken({ bytes, keyLog }: TestedCapture, { analysis }: OpenedCapture, options: TestOptions, fail: Fail): string {
  const { frames } = analysis.reader;
  const spans = packetSpans(frames);
  const before = failuresOf(protocolOf(options)).length;
  let messages = 0;
  for (let round = 0; round < options.rounds; round++) {
    const random = new Random(options.seed + round);
    const changed = random.below(4) === 0 ? mutate(bytes, bytes, random) : mutatePackets(bytes, spans, random);
    const opened = attempted(() =>
      openBytes(changed, { protocols: options.protocols, ...(keyLog === undefined ? {} : { keys: [keyLog] }) }),
    );
    if (typeof opened === 'string') {
      fail(`seed ${options.seed + round}: ${opened}`);
      continue;
    }
    if ('problem' in opened) continue;
    for (const n of messagesOf(opened, options)) {
      messages++;
      const problem = attempted(() => {
        const { tree, dissection } = opened.analysis.dissect(n);
        checkTree(tree);
        const text = dissection.layer.problem?.text ?? '';
        return text.includes('failed in "dissect"') ? text : undefined;
      });
      if (problem !== undefined) fail(`seed ${options.seed + round}, message ${n}: ${problem}`);
    }
  }
  for (const sentence of failuresOf(protocolOf(options)).slice(before)) fail(sentence);
  return `${messages} messages in ${options.rounds} broken copies`;
}

/** What it gives; the reason, where it throws. */
function attempted<T>(run: () => T): T | string {
  try {
    return run();
  } catch (error) {
    return reason(error);
  }
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}

function difference(a: Uint8Array, b: Uint8Array): string {
  const at = a.findIndex((byte, index) => byte !== b[index]);
  return at < 0 || at >= b.length ? `in its length: ${a.length} bytes, not ${b.length}` : `from byte ${at} on`;
}

/** Why a message cannot be read. */
function reasonFor({ analysis }: OpenedCapture, n: number): string {
  return `message ${n}: ${analysis.findingsOf(n)[0]?.text ?? analysis.message(n).state}`;
}
