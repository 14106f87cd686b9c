/** Runs a packet script, section by section: nodes over real sockets, what they send, and what has to come. */
import { setTimeout as pause, setImmediate as turn } from 'node:timers/promises';
import type { FieldValues, MessageForm } from '../../../dissector/codec/index.ts';
import type { Address, Protocol } from '../../../dissector/protocol/index.ts';
import { parseRelayFault } from '../../../dissector/relay/index.ts';
import {
  checkScript,
  encodable,
  type FieldNode,
  faultText,
  firstDifference,
  type Hides,
  isSecret,
  ownValueOf,
  type Section,
  type Statement,
  StatementOrder,
  secretFields,
  valuesOf,
  valuesToSend,
  withoutSecrets,
} from '../../../dissector/script/index.ts';
import { type NodeLimits, parseFault } from '../../../dissector/testnode/index.ts';
import { addressText, parseAddress, resolveAllowed } from '../sockets/address.ts';
import { socketReason } from '../sockets/socketsentences.ts';
import { ScriptClock } from './clock.ts';
import { Draft } from './draft.ts';
import { type Expected, formOf, type Hearing, isTaken, ms } from './expectation.ts';
import type { Mended, SectionFailure } from './failure.ts';
import { ScriptNode } from './node.ts';
import type { ReceivedMessage } from './receivedmessages.ts';
import { JoinedRecording } from './recording.ts';
import { ScriptRelay } from './relay.ts';
import { ScriptScope, type Surroundings } from './scope.ts';
import type { Onlooker, RunView, Stage } from './stages.ts';

/** Between two looks at what has come, at most; the first ones follow each other closely. */
const LOOK_MS = 20;
const STATEMENTS_A_TURN = 64;
/** How long a link or a session may take to be there when something is to be sent on it. */
const READY_MS = 5_000;

export interface ScriptOptions {
  readonly protocols: readonly Protocol[];
  readonly pins: Readonly<Record<string, unknown>>;
  readonly limits: NodeLimits;
  /** Hosts beyond this machine that it may use. */
  readonly allow: readonly string[];
  readonly around: Surroundings;
  readonly onlooker?: Onlooker;
  /** Stops it wherever it is. */
  readonly signal?: AbortSignal;
  /** Called with each block of the recording as it comes (pcapng), and whether it is a frame. */
  readonly recorded?: (bytes: Uint8Array, isFrame: boolean) => void;
}

export interface SectionResult {
  readonly title: string;
  readonly seconds: number;
  readonly failure?: SectionFailure;
  /** Where in the script it was stopped, as an offset: what comes after that was not asked. */
  readonly stopped?: number;
  /** All that its nodes sent and received, with their keys (pcapng); absent where that is nothing. */
  readonly recording?: Uint8Array<ArrayBuffer>;
}

/** A statement that did not hold; the message is a sentence without its full stop. */
class Failure extends Error {
  readonly mended: Mended | undefined;

  constructor(message: string, mended?: Mended) {
    super(message);
    this.mended = mended;
  }
}

/** A section in which something is wrongly named, or does not fit its field, fails at once: none of it is run. */
export async function runSection(section: Section, options: ScriptOptions): Promise<SectionResult> {
  const { result, run } = await carryOut(section, options);
  await run?.end();
  const recording = run?.recording;
  return { ...result, ...(recording === undefined ? {} : { recording }) };
}

/** What has run, and its nodes, which go on: what they record comes by `recorded`. */
export interface OpenSection {
  readonly result: SectionResult;
  /** Names of the nodes, in the order in which they began. */
  readonly nodes: readonly string[];
  end(): Promise<void>;
}

/** As `runSection`, and leaves the nodes open afterwards. */
export async function openSection(section: Section, options: ScriptOptions): Promise<OpenSection> {
  const { result, run } = await carryOut(section, options);
  return { result, nodes: [...(run?.nodes.keys() ?? [])], end: async () => run?.end() };
}

async function carryOut(
  { title, statements }: Section,
  options: ScriptOptions,
): Promise<{ readonly result: SectionResult; readonly run: Run | undefined }> {
  const started = performance.now();
  const wrong = checkScript(statements, options.protocols).find(({ severity }) => severity === undefined);
  if (wrong !== undefined)
    return { result: { title, seconds: 0, failure: { at: wrong.start, text: wrong.text } }, run: undefined };
  const run = new Run(options);
  options.onlooker?.started(run);
  const outcome = await run.all(statements);
  return { result: { ...{ title, seconds: (performance.now() - started) / 1000 }, ...outcome }, run };
}

class Run implements RunView {
  readonly nodes = new Map<string, ScriptNode>();
  readonly relays = new Map<string, ScriptRelay>();
  /** Lines of the key logs of all nodes. */
  readonly #keys: string[] = [];
  readonly scope: ScriptScope;
  readonly #options: ScriptOptions;
  readonly #clock = new ScriptClock();
  readonly #recording: JoinedRecording;
  #isFrozen = false;

  constructor(options: ScriptOptions) {
    this.#options = options;
    this.#recording = new JoinedRecording(options.recorded);
    this.scope = new ScriptScope(options.protocols, options.around);
  }

  async end(): Promise<void> {
    for (const node of this.nodes.values()) await node.end();
    for (const relay of this.relays.values()) await relay.end();
  }

  get recording(): Uint8Array<ArrayBuffer> | undefined {
    return this.#recording.bytes;
  }

  /** One statement after the other, up to the first that does not hold. */
  async all(statements: readonly Statement[]): Promise<Pick<SectionResult, 'failure' | 'stopped'>> {
    const { onlooker, signal } = this.#options;
    const order = new StatementOrder(statements, (name, value, secret) => this.scope.define(name, value, secret));
    let statement: Statement | undefined;
    for (;;) {
      try {
        statement = order.next();
        const unedited = this.#unedited(statement === undefined);
        if (unedited !== undefined) return { failure: unedited };
        if (statement === undefined) return {};
        await onlooker?.at?.({ kind: 'statement', statement, depth: order.depth, rounds: order.rounds });
        if (signal?.aborted) return { stopped: statement.start };
        await this.#carryOut(statement, order);
        // Rounds that wait for nothing leave others their turn, too.
        if (order.count % STATEMENTS_A_TURN === 0) await turn();
      } catch (error) {
        if (!(error instanceof Error)) throw error;
        const at = statement?.start ?? 0;
        if (signal?.aborted) return { stopped: at };
        const failure = this.#failed(at, error, order.rounds);
        await onlooker?.failed?.(failure, statement);
        return signal?.aborted ? { stopped: at } : { failure };
      }
    }
  }

  /** An edit that could not be made; at the end, one that no message came for. */
  #unedited(isEnd: boolean): SectionFailure | undefined {
    for (const [name, { failure, pending }] of this.relays) {
      if (failure !== undefined) return failure;
      if (isEnd && pending !== undefined)
        return { at: pending.at, text: `${pending.message} did not pass ${name} after it: nothing was edited` };
    }
    return undefined;
  }

  #failed(at: number, error: Error, rounds: string): SectionFailure {
    const { secrets } = this.scope;
    const { mended } = error instanceof Failure ? error : { mended: undefined };
    const text = secrets.without(error.message.replace(/\.$/, ''));
    // What came is not offered where it is what was asked for in secret.
    const offered = mended === undefined || secrets.holds(mended.text) ? {} : { mended };
    return { at, text: rounds === '' ? text : `${text} (${rounds})`, ...offered };
  }

  freeze(isFrozen: boolean): void {
    this.#isFrozen = isFrozen;
    this.#clock.stopped = isFrozen;
    for (const { socket } of this.nodes.values()) socket.node.standStill(isFrozen);
    for (const { socket } of this.relays.values()) socket.relay.standStill(isFrozen);
  }

  async do(statement: Statement): Promise<void> {
    if (statement.kind === 'repeat' || statement.kind === 'for') throw new Failure('a block cannot be run by itself');
    await this.#carryOut(statement, new StatementOrder([], () => {}), false);
  }

  /** `isOfSection`: whoever looks on sees what is inside of it. */
  async #carryOut(statement: Statement, order: StatementOrder, isOfSection = true): Promise<void> {
    const inside = isOfSection && this.#options.onlooker?.at !== undefined ? order.depth + 1 : undefined;
    switch (statement.kind) {
      case 'node':
        return this.#start(statement);
      case 'send':
        return this.#send(statement, inside);
      case 'expect':
        return this.#expect(statement, inside);
      case 'silence':
        return this.#silence(statement);
      case 'close': {
        const node = this.#hearing(statement.node.text);
        if (!(await this.#until(() => node.closes > node.closesSeen, statement.within, statement)))
          throw new Failure(`${statement.node.text} is not closed within ${ms(statement.within)}`);
        node.closesSeen++;
        return;
      }
      case 'define':
        return this.#define(statement);
      case 'fault':
        return this.#fault(statement);
      case 'edit':
        return this.#edit(statement);
      case 'wait':
        return this.#clock.wait(statement.time, this.#options);
      case 'repeat':
      case 'for': {
        const value = ownValueOf(statement);
        if (value !== undefined)
          order.enter(statement, encodable(value, this.scope.with(), []), isSecret(value, this.scope.with()));
        return;
      }
      case 'packet':
      case 'section':
      case 'end':
    }
  }

  #define({ name, value }: Statement & { kind: 'define' }): void {
    if (value === undefined) return;
    const scope = this.scope.with();
    this.scope.define(name.text, encodable(value, scope, [name.text]), isSecret(value, scope));
  }

  #fault(statement: Statement & { kind: 'fault' }): void {
    const relay = this.relays.get(statement.node.text);
    if (relay !== undefined) {
      const parts = relay.protocol.peer ?? { signatures: {}, nonces: {}, sealed: [] };
      const read = parseRelayFault(faultText(statement), relay.protocol.names, relay.transport, parts);
      if (typeof read === 'string') throw new Failure(read);
      return void relay.socket.relay.addFault(read);
    }
    const { protocol, socket, transport } = this.#node(statement.node.text);
    const fault = parseFault(faultText(statement), protocol.names, transport, protocol.peer!);
    if (typeof fault === 'string') throw new Failure(fault);
    socket.node.addFault(fault);
  }

  #edit({ node: name, way, message, fields, start }: Statement & { kind: 'edit' }): void {
    const secrets = secretFields(fields, this.scope.with());
    this.relays.get(name.text)!.edit({
      ...{ at: start, message: message.text, way: way?.text as 'forward' | 'back' | undefined },
      values: (came) => {
        const fill = (given: FieldValues): FieldValues => ({ ...came, ...given });
        const said = fill(valuesToSend(fields, (made) => this.scope.with(made, secrets.length > 0), fill));
        const left = fields.flatMap(({ name: field, value }) => (value?.kind === 'none' ? [field.text] : []));
        return Object.fromEntries(Object.entries(said).filter(([field]) => !left.includes(field)));
      },
    });
  }

  async #start(statement: Statement & { kind: 'node' }): Promise<void> {
    const { name, protocol: id, direction, address, forward, terminated, keys, manual, role } = statement;
    const { protocols, pins, limits, around } = this.#options;
    const protocol = protocols.find((each) => each.id === id.text)!;
    const at = await this.#placeOf(address.text);
    if (forward !== undefined) {
      const to = await this.#placeOf(forward.text);
      const keyLog = keys && this.scope.pathBeside(keys.text, true);
      const both = { listen: at, forward: to, keys: this.#keys, keyLog, seed: around.seed };
      const relay = await ScriptRelay.start({
        ...{ protocol, protocols, pins, limits, terminated, ...both },
        recorded: (block) => this.#recording.take(name.text, block),
      });
      this.#recording.listens(name.text, addressText(relay.socket.local));
      relay.socket.relay.standStill(this.#isFrozen);
      this.relays.set(name.text, relay);
      return;
    }
    const place = direction === 'listen' ? { listen: at, dialled: undefined } : { listen: undefined, dialled: at };
    const started = await ScriptNode.start({
      ...{ protocol, protocols, pins, limits, manual, role: role?.text, seed: around.seed },
      key: (line) => {
        this.#keys.push(line);
        for (const relay of this.relays.values()) relay.key(line);
      },
      ...place,
      recorded: (block) => this.#recording.take(name.text, block),
    });
    started.socket.node.standStill(this.#isFrozen);
    if (direction === 'listen') this.#recording.listens(name.text, addressText(started.socket.local));
    this.nodes.set(name.text, started);
  }

  /** Of a node or a relay by its name, or as it is written. */
  async #placeOf(text: string): Promise<Address> {
    return this.nodes.get(text)?.socket.local ?? this.relays.get(text)?.socket.local ?? (await this.#address(text));
  }

  async #address(text: string): Promise<Address> {
    const parsed = parseAddress(text);
    if (parsed === undefined) throw new Failure(`"${text}" is no address like 127.0.0.1:7000`);
    const address = await resolveAllowed(parsed, this.#options.allow).catch((error) => {
      throw new Failure(socketReason(error, { ip: parsed.host, port: parsed.port }));
    });
    if (address !== undefined) return address;
    throw new Failure(`${parsed.host} is beyond this machine: --allow ${parsed.host} says that this is meant`);
  }

  /** `inside`: the depth of its stages, where somebody looks on. */
  async #send(statement: Statement & { kind: 'send' }, inside: number | undefined): Promise<void> {
    const { node: name, message, fields } = statement;
    const node = this.#node(name.text);
    if (!(await this.#until(() => node.link !== undefined, READY_MS))) throw new Failure(`${name.text} has nobody to send to`);
    const link = node.link!;
    for (const each of [...this.nodes.values(), ...this.relays.values()]) each.mark();
    const { node: own } = node.socket;
    const secrets = secretFields(fields, this.scope.with());
    const named = fields.map((field) => field.name.text);
    if (secrets.length > 0) this.scope.secretMessages.sent(message.text, named, secrets);
    const raw = fields.find((field) => field.name.text === 'raw');
    if (raw !== undefined) {
      await this.#fields([raw], statement, inside);
      const { raw: bytes } = valuesOf([raw], this.scope.with());
      if (!(bytes instanceof Uint8Array)) throw new Failure('raw is bytes');
      own.sendRaw(link, bytes);
      return this.#sent(statement, node, inside);
    }
    // A node that acts of itself may still be shaking hands; one that does not is told when by the script.
    const isTime = (): boolean => own.status(link).ready || own.offers(link).includes(message.text);
    if (!node.manual) await this.#until(isTime, READY_MS);
    const fill = (given: FieldValues): FieldValues =>
      withoutSecrets(message.text, secrets, () => own.made(link, message.text, given));
    await this.#fields(fields, statement, inside);
    const said = valuesToSend(fields, (made) => this.scope.with(made, secrets.length > 0), fill);
    const draft = new Draft(message.text, formOf(node, message.text), said, fill);
    for (const kind of ['values', 'encoding'] as const)
      await this.#at(inside, (depth) => ({ kind, statement, depth, node, draft }));
    const before = node.frames;
    withoutSecrets(message.text, secrets, () => own.send(link, message.text, draft.toSend));
    await this.#sent(statement, node, inside, before);
  }

  async #fields(
    fields: readonly FieldNode[],
    statement: Statement & { kind: 'send' },
    inside: number | undefined,
  ): Promise<void> {
    for (const [index, field] of fields.entries()) {
      // A node is not asked: some of what it fills in, a counter say, it gives once.
      const values = (): FieldValues => Object.assign({}, ...fields.slice(0, index).map((each) => this.#plainly(each)));
      await this.#at(inside, (depth) => ({ kind: 'field', statement, depth, field, values }));
    }
  }

  #plainly(field: FieldNode): FieldValues {
    try {
      return valuesOf([field], this.scope.with());
    } catch {
      return {};
    }
  }

  async #sent(
    statement: Statement & { kind: 'send' },
    node: ScriptNode,
    inside: number | undefined,
    before = node.frames - 1,
  ): Promise<void> {
    const frame = node.frames > before ? node.frames : undefined;
    const message = statement.message.text;
    for (const kind of ['encryption', 'wire'] as const)
      await this.#at(inside, (depth) => ({ kind, statement, depth, node, message, frame }));
  }

  async #at(inside: number | undefined, stage: (depth: number) => Stage): Promise<void> {
    if (inside === undefined) return;
    await this.#options.onlooker!.at!(stage(inside));
    if (this.#options.signal?.aborted) throw new Failure('stopped');
  }

  async #expect(statement: Statement & { kind: 'expect' }, inside: number | undefined): Promise<void> {
    const { node: name, message, state, as, within, fields } = statement;
    const node = this.#hearing(name.text);
    const from = node.seen;
    const form = formOf(node, message.text);
    const isIt = (heard: ReceivedMessage): boolean =>
      heard.message === message.text &&
      isTaken(heard, state?.text, form) &&
      firstDifference(fields, heard.values, this.scope.with(), form?.fields) === undefined;
    const find = (): number => node.heard().findIndex((heard, index) => index >= from && isIt(heard));
    let [at, looked] = [-1, from];
    const look = async (): Promise<boolean> => {
      if (inside !== undefined && node instanceof ScriptNode)
        for (const heard of node.heard().slice(looked)) {
          looked++;
          const fits = isIt(heard);
          const verdict = fits ? 'is what is expected' : this.#verdict(heard, statement, form);
          await this.#at(inside, (depth) => ({ kind: 'arrival', statement, depth, node, heard, fits, verdict }));
          if (fits) break;
        }
      at = find();
      return at >= 0;
    };
    await this.#until(look, within, statement);
    if (at < 0) throw this.#notCome(node, from, { message: message.text, state: state?.text, within, fields });
    node.seen = at + 1;
    if (as !== undefined) this.scope.came(as.text, message.text, node.heard()[at]!.values);
  }

  /** Why a message is not the one that is expected. */
  #verdict(
    heard: ReceivedMessage,
    { message, state, fields }: Statement & { kind: 'expect' },
    form: MessageForm | undefined,
  ): string {
    if (heard.message !== message.text) return `is not ${message.text}`;
    if (!isTaken(heard, state?.text, form)) return `is ${heard.state}`;
    const hides: Hides = (field, value) => this.scope.secretMessages.hides(message.text, field, value);
    const { path, said, came } = firstDifference(fields, heard.values, this.scope.with(), form?.fields, hides)!;
    return `has another ${path}: expected ${said}, ${came === undefined ? 'there is none' : `got ${came}`}`;
  }

  /** What was said, what came instead, and the field that differs. */
  #notCome(node: Hearing, from: number, { message, state, within, fields }: Expected): Failure {
    const came = node.heard().slice(from);
    const named = came.filter((heard) => heard.message === message);
    const alike = named.find((heard) => isTaken(heard, state, formOf(node, message)));
    if (alike === undefined && named[0] !== undefined)
      return new Failure(`${message} came, but it is ${named[0].state} ("state ${named[0].state}" accepts it)`);
    if (alike !== undefined) {
      const hides: Hides = (field, value) => this.scope.secretMessages.hides(message, field, value);
      const {
        path,
        said,
        came: other,
        mended,
      } = firstDifference(fields, alike.values, this.scope.with(), formOf(node, message)?.fields, hides)!;
      const got = other === undefined ? 'there is none' : `got ${other}`;
      return new Failure(`${message} came with another ${path}: expected ${said}, ${got}`, mended);
    }
    const instead = came.length === 0 ? 'nothing came' : `came ${came.map((heard) => heard.message).join(', ')}`;
    const others = [...this.nodes].flatMap(([name, other]) =>
      other === node ? [] : other.grave.slice(-1).map((text) => [name, text]),
    );
    const [[who, told] = []] = [...node.told.slice(-1).map((text) => ['the node', text]), ...others];
    const more = told === undefined ? '' : ` (${who}: ${this.#sentence(told)})`;
    return new Failure(`${message} did not come within ${ms(within)}: ${instead}${more}`);
  }

  /** What a node told, which may be of what came. */
  #sentence(told: string): string {
    const { secrets, secretMessages } = this.scope;
    if (secretMessages.isAny && secrets.holds(told)) return 'what it told may show a secret, and is left out';
    return told.replace(/\.$/, '');
  }

  /** Since the last message that was sent, or since the one that was expected last. */
  async #silence(statement: Statement & { kind: 'silence' }): Promise<void> {
    const { node: name, message, time } = statement;
    const node = this.#hearing(name.text);
    const { marked } = node;
    const from = marked === undefined ? node.heard().length : node.seen;
    const isAbsent = (heard: ReceivedMessage): boolean =>
      heard.frame > (marked ?? 0) && (message === undefined || heard.message === message.text);
    const find = (): ReceivedMessage | undefined => node.heard().slice(from).find(isAbsent);
    if (await this.#until(() => find() !== undefined, time, statement))
      throw new Failure(`${find()!.message} came, and ${message === undefined ? 'nothing' : 'none'} was expected`);
  }

  async #until(holds: () => boolean | Promise<boolean>, milliseconds: number, statement?: Statement): Promise<boolean> {
    const end = this.#clock.now + milliseconds;
    for (let rest = 1; this.#clock.now < end; rest = Math.min(2 * rest, LOOK_MS)) {
      if (await holds()) return true;
      if (statement !== undefined) await this.#options.onlooker?.waits?.(statement);
      await pause(rest, undefined, this.#options);
    }
    // What has come in the meantime is read before the last look.
    await pause(0);
    return holds();
  }

  #hearing(name: string): Hearing {
    return this.relays.get(name) ?? this.#node(name);
  }

  #node(name: string): ScriptNode {
    return this.nodes.get(name)!;
  }
}
