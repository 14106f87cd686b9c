/** What a script says that its protocols do not know: names, and references to what is not there. */
import { type MessageForm, nearest } from '../../codec/index.ts';
import { editedForm, type Protocol } from '../../protocol/index.ts';
import { parseRelayFault } from '../../relay/index.ts';
import { faultKinds, parseFault } from '../../testnode/index.ts';
import { listed, shortened, type ValueType } from '../run/function.ts';
import { faultText } from '../syntax/faults.ts';
import {
  expectedStates,
  type FieldNode,
  type ScriptProblem,
  type Statement,
  scriptLimits,
  type ValueNode,
  type Word,
} from '../syntax/tree.ts';
import { checkFields, checkValue, type Place, typeOfNode } from './checkfields.ts';
import { isName, type Names, noNames, over } from './scopes.ts';

/** What is wrong with the statements of a script beyond its grammar, in the order of its text; never throws. */
export function checkScript(statements: readonly Statement[], protocols: readonly Protocol[]): ScriptProblem[] {
  const first = statements.findIndex(({ kind }) => kind === 'section');
  const prelude = new Checker(protocols);
  for (const statement of first < 0 ? statements : statements.slice(0, first)) prelude.check(statement);
  const problems = [...prelude.problems];
  let section = prelude;
  for (const statement of first < 0 ? [] : statements.slice(first)) {
    if (statement.kind === 'section') section = new Checker(protocols, prelude.names, problems);
    section.check(statement);
  }
  return problems.slice(0, scriptLimits.problems);
}

/** Checks statements one after the other, and knows what has a name by then. */
export class Checker {
  readonly names: Names;
  readonly problems: ScriptProblem[];
  readonly #protocols: readonly Protocol[];
  /** Blocks that are open. */
  #blocks = 0;

  /** `before`: what stands before the first section is there in each. */
  constructor(protocols: readonly Protocol[], before: Names = noNames(), problems: ScriptProblem[] = []) {
    this.#protocols = protocols;
    this.names = over(before);
    this.problems = problems;
  }

  check(statement: Statement): void {
    switch (statement.kind) {
      case 'node':
        this.#node(statement);
        break;
      case 'send':
        if (this.#isRelay(statement.node))
          this.#wrong(statement.node, 'a relay passes on what others say, and sends nothing of its own');
        this.#fields('send', this.#message(statement.node, statement.message), statement.fields);
        break;
      case 'expect': {
        const form = this.#message(statement.node, statement.message);
        this.#fields('expect', form, statement.fields);
        if (statement.state !== undefined) this.#state(statement.state);
        if (statement.as !== undefined) this.#answer(statement.as, form?.message);
        break;
      }
      case 'edit':
        if (this.#known(statement.node) !== undefined && !this.#isRelay(statement.node))
          this.#wrong(statement.node, `"edit" changes what passes a relay, and ${shortened(statement.node.text)} is none`);
        this.#fields('edit', edited(this.#message(statement.node, statement.message), this.#protocols), statement.fields);
        break;
      case 'packet': {
        const { protocol, message, fields } = statement.packet;
        const known = this.#protocol(protocol);
        this.#fields('packet', known && this.#form(known, message), fields);
        break;
      }
      case 'define':
        this.#define(statement);
        break;
      case 'fault':
        this.#fault(statement);
        break;
      case 'silence':
        if (statement.message === undefined) this.#known(statement.node);
        else this.#message(statement.node, statement.message);
        break;
      case 'close':
        this.#known(statement.node);
        break;
      case 'repeat':
        this.#blocks++;
        this.#value(statement.count, 'integer', 'a block is repeated a number of times');
        break;
      case 'for':
        this.#blocks++;
        this.#value(statement.values, 'any', '"for" takes a list: [1, 2], range(10)');
        this.#valueName(statement.name);
        // In each round it is another one.
        this.names.values.set(statement.name.text, undefined);
        break;
      case 'end':
        this.#blocks--;
        break;
      case 'section':
      case 'wait':
    }
  }

  #node({ name, protocol: id, address, role, direction, forward, terminated }: Statement & { kind: 'node' }): void {
    const { nodes, relays } = this.names;
    if (this.#blocks > 0) this.#wrong(name, 'a node starts once: outside of "repeat" and "for"');
    if (nodes.has(name.text)) this.#wrong(name, `there is a node "${shortened(name.text)}" already`);
    const protocol = this.#protocol(id);
    if (protocol !== undefined && protocol.peer === undefined && (direction !== 'relay' || terminated))
      this.#wrong(id, `there is no test node of "${id.text}"`);
    const roles = protocol?.peer?.roles.map((each) => each.id);
    if (role !== undefined && roles?.includes(role.text) === false)
      this.#unknown(
        role,
        roles.length === 0 ? `${id.text} has no roles` : `${id.text} has no role "${shortened(role.text)}"`,
        roles,
      );
    this.#address(address, protocol);
    if (forward !== undefined) this.#address(forward, protocol);
    nodes.set(name.text, protocol);
    if (direction === 'relay') relays.set(name.text, true);
  }

  #address(address: Word, protocol: Protocol | undefined): void {
    const { nodes } = this.names;
    const [, port] = /:([^:\]]*)$/.exec(address.text) ?? [];
    if (port !== undefined && !(/^\d{1,5}$/.test(port) && Number(port) <= 65_535))
      this.#wrong(address, `"${shortened(port)}" is no port: 0 to 65535`);
    const other = nodes.get(address.text);
    if (other !== undefined && protocol !== undefined && other !== protocol)
      this.#wrong(address, `${shortened(address.text)} speaks ${other.id}, and not ${protocol.id}`);
    if (!address.text.includes(':') && !nodes.has(address.text))
      this.#unknown(address, `"${shortened(address.text)}" is neither an address like 127.0.0.1:7000 nor a node`, nodes.keys());
  }

  #define({ name, value }: Statement & { kind: 'define' }): void {
    this.#valueName(name);
    this.#value(value, 'any');
    this.names.values.set(name.text, value);
  }

  #valueName(name: Word): void {
    if (!isName(name.text)) this.#wrong(name, `"${shortened(name.text)}" cannot name a value: it reads as one`);
    if (this.names.answers.has(name.text)) this.#wrong(name, `there is an answer "${shortened(name.text)}" already`);
  }

  /** A value that is of no message. `otherwise`: what is said of one that is not of the type; `any` with it is a list. */
  #value(value: ValueNode | undefined, type: ValueType, otherwise?: string): void {
    if (value === undefined) return;
    const { values, answers } = this.names;
    for (const problem of checkValue(value, { place: 'define', answers, values }, scriptLimits.problems)) this.#tell(problem);
    const found = otherwise === undefined ? undefined : typeOfNode(value, values);
    if (otherwise !== undefined && found !== undefined && found !== 'any' && found !== type)
      this.#tell({ text: otherwise, start: value.start, end: value.end });
  }

  #answer(name: Word, message: MessageForm | undefined): void {
    const { values, answers } = this.names;
    if (!isName(name.text)) this.#wrong(name, `"${shortened(name.text)}" cannot name an answer: it reads as a value`);
    if (values.has(name.text)) this.#wrong(name, `there is a value "${shortened(name.text)}" already`);
    answers.set(name.text, message);
  }

  #fault(statement: Statement & { kind: 'fault' }): void {
    const protocol = this.#known(statement.node);
    if (protocol === undefined) return;
    const { fault, message, way } = statement;
    const { id, names, peer = noParts } = protocol;
    const isRelay = this.#isRelay(statement.node);
    if (way !== undefined && !isRelay)
      this.#wrong(way, `"${way.text}" is a way through a relay, and ${shortened(statement.node.text)} is none`);
    if (!Object.hasOwn(faultKinds, fault.text)) {
      this.#unknown(fault, `there is no fault "${shortened(fault.text)}"`, Object.keys(faultKinds));
    } else if (message !== undefined && !names.includes(message.text)) {
      this.#unknown(message, `${id} has no message "${shortened(message.text)}"`, names);
    } else {
      const read = (isRelay ? parseRelayFault : parseFault)(
        faultText({ ...statement, way: undefined }),
        names,
        peer.transports[0] ?? 'udp',
        peer,
      );
      if (typeof read === 'string') this.#wrong({ ...fault, end: statement.end }, read);
    }
  }

  #isRelay({ text }: Word): boolean {
    return this.names.relays.has(text);
  }

  #protocol(word: Word): Protocol | undefined {
    const found = this.#protocols.find(({ id }) => id === word.text);
    const ids = this.#protocols.map(({ id }) => id);
    if (found === undefined) this.#unknown(word, `there is no protocol "${shortened(word.text)}"`, ids);
    return found;
  }

  #state({ text, start, end }: Word): void {
    if ((expectedStates as readonly string[]).includes(text)) return;
    const meant = nearest(text, expectedStates);
    const more = meant === undefined ? `the states are ${expectedStates.join(', ')}` : `did you mean ${meant}?`;
    this.problems.push({ text: `a message has no state "${text}": ${more}`, start, end });
  }

  #known(word: Word): Protocol | undefined {
    const { nodes } = this.names;
    if (!nodes.has(word.text)) this.#unknown(word, `there is no node "${shortened(word.text)}" here`, nodes.keys());
    return nodes.get(word.text);
  }

  #message(node: Word, message: Word): Formed | undefined {
    const protocol = this.#known(node);
    return protocol && this.#form(protocol, message);
  }

  /** A protocol may keep its messages to itself: there is nothing to compare with then. */
  #form(protocol: Protocol, word: Word): Formed | undefined {
    if (protocol.messages === undefined) return undefined;
    const message = protocol.messages.find(({ name }) => name === word.text);
    const names = protocol.messages.map(({ name }) => name);
    if (message === undefined) this.#unknown(word, `${protocol.id} has no message "${shortened(word.text)}"`, names);
    return message && { protocol, message };
  }

  #fields(place: Place, formed: Formed | undefined, fields: readonly FieldNode[]): void {
    const signature = formed?.protocol.peer?.signatures[formed.message.name];
    const left = scriptLimits.problems - this.problems.length;
    for (const problem of checkFields(fields, { place, message: formed?.message, signature, ...this.names }, left))
      this.#tell(problem);
  }

  #wrong({ start, end }: Word, text: string): void {
    this.#tell({ text, start, end });
  }

  #tell(problem: ScriptProblem): void {
    if (this.problems.length < scriptLimits.problems) this.problems.push(problem);
  }

  #unknown({ text: word, start, end }: Word, text: string, known: Iterable<string>): void {
    if (this.problems.length >= scriptLimits.problems) return;
    const all = [...known];
    const meant = nearest(word, all);
    const more = meant === undefined ? listed(all) || 'none at all' : `did you mean ${meant}?`;
    this.#tell({ text: `${text}: ${more}`, start, end, ...(meant === undefined ? {} : { meant }) });
  }
}

/** What keys have opened inside of a message is edited with it. */
function edited(formed: Formed | undefined, protocols: readonly Protocol[]): Formed | undefined {
  return formed && { ...formed, message: editedForm(formed.protocol, formed.message, protocols) };
}

/** Of a protocol without a test node. */
const noParts = { transports: [], signatures: {}, nonces: {}, sealed: [] } as const;

interface Formed {
  readonly protocol: Protocol;
  readonly message: MessageForm;
}
