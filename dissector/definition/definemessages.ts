import { bytesIn, type Field, type Limits, malformed, movedField } from '../bytes/index.ts';
import { type FieldValues, fieldToJson, generatedFields, type MessageForm, type TreeField, undecoded } from '../codec/index.ts';
import {
  aboutOrder,
  type Dissection,
  defineProtocol,
  type KeyKind,
  type KeyRing,
  LazyDissection,
  type Members,
  type MessageView,
  type Observer,
  type ObserverContext,
  type Protocol,
  type Rule,
  rulesOf,
  type Severity,
  unknownMember,
} from '../protocol/index.ts';
import { sealedEditing } from './editing.ts';
import { type Exchange, OpenQuestions } from './exchanges.ts';
import { readMessage, valuesOfLayer } from './layer.ts';
import { type MessagePeer, messageNode } from './node/messagepeer.ts';
import { rangesOf } from './readmessage.ts';
import { ofDatagrams } from './recognise.ts';
import { heldField, heldFields, heldValues, opened, type SealedFields, sealedProblem, triedOn } from './sealedmessages.ts';
import { invalidPart } from './verdicts.ts';

/** A rule about one message. */
export interface MessageRule {
  readonly id: string;
  readonly severity: Severity;
  /** The clause of the specification. */
  readonly clause: string;
  /**
   * What is wrong with a message, in a sentence; anything else where nothing is. `values`: all of its fields. `question`: the one that it
   * answers, where there is an `exchange`; undefined also where the capture began behind it. Asked only of whole messages.
   */
  readonly check: (
    values: FieldValues,
    name: string,
    before: SentBefore | undefined,
    question: SentBefore | undefined,
  ) => string | false | undefined;
  /** It speaks of `before`: it is silent where the times of a capture leave the order open. */
  readonly isAboutOrder?: true;
}

/** The message that the same side sent before, with all of its fields. */
export interface SentBefore {
  readonly name: string;
  readonly values: FieldValues;
}

/** A protocol over UDP, each datagram one message. */
export interface MessagesDefinition {
  readonly id: string;
  readonly title: string;
  /** Name of its specification. */
  readonly document: string;
  /** Reads a message whose name is not known yet: what `name`, `looksLike` and `exchange` are given. */
  readonly head: MessageForm;
  readonly messages: readonly MessageForm[];
  /** The name of a message, one of `messages`; `question` is the name of the one that it answers. */
  readonly name: (values: FieldValues, question: string | undefined) => string;
  /** Whether what `head` read is a message of this protocol. It has to be sure: any datagram is asked about. */
  readonly looksLike: (values: FieldValues) => boolean;
  readonly ports?: Protocol['ports'];
  /** Messages that a clock sends again and again. */
  readonly periodic?: Protocol['periodic'];
  /** What names the ends of its conversations. */
  readonly endpointIds?: Protocol['endpointIds'];
  /** Its messages in clear as data, for Wireshark. */
  readonly wire?: Protocol['wire'];
  readonly keys?: readonly KeyKind[];
  /** The fields that are encrypted, by the name of their message. */
  readonly sealed?: SealedFields;
  readonly exchange?: Exchange;
  readonly rules?: readonly MessageRule[];
  /** The active side: with it there is a test node. */
  readonly peer?: MessagePeer;
  /** A line for the list. `values`: all of its fields, as far as they could be read. */
  readonly info?: (values: FieldValues, name: string) => string;
}

/** What is known of a question that waits. */
interface Question {
  readonly row: number;
  readonly frame: number;
  readonly name: string;
  /** Seconds since 1970. */
  readonly time: number;
  /** Where it is whole. */
  readonly asked: SentBefore | undefined;
}

interface Facts {
  /** Frame of the question that it answers. */
  answers?: number;
  /** Frame of its answer. */
  answeredIn?: number;
  /** The key that opens its encrypted field. */
  secret?: Uint8Array;
}

const members: Members<MessagesDefinition> = {
  ...{
    id: true,
    title: true,
    document: true,
    head: true,
    messages: true,
    name: true,
    looksLike: true,
    ports: true,
    exchange: true,
  },
  ...{ keys: true, sealed: true, rules: true, peer: true, info: true, periodic: true, endpointIds: true, wire: true },
};
const exchangeMembers: Members<Exchange> = { key: true, asks: true, seconds: true };
const ruleMembers: Members<MessageRule> = { id: true, severity: true, clause: true, check: true, isAboutOrder: true };
const peerMembers: Members<MessagePeer> = { identity: true, fill: true, answer: true };

/** A question waits so long, where its protocol does not say how long. */
const SECONDS = 10;

const treeFields = [
  { name: 'answers', kind: { type: 'frame' }, doc: 'Frame of the question that it answers.' },
  { name: 'answered_in', kind: { type: 'frame' }, doc: 'Frame of its answer.' },
] as const satisfies readonly TreeField[];
const generated = generatedFields(treeFields);

/**
 * Makes a protocol of messages that are told by what they hold: trees, JSON, fields of filters, the pairing of questions and answers
 * and findings follow from it. Throws a TypeError for a definition that cannot be.
 */
export function defineMessages(definition: MessagesDefinition): Protocol {
  const {
    id,
    title,
    document,
    messages,
    ports,
    periodic,
    endpointIds,
    wire,
    rules = [],
    exchange,
    keys = [],
    sealed = {},
  } = definition;
  const unknown =
    unknownMember(definition, members, 'a definition of messages') ??
    (exchange && unknownMember(exchange, exchangeMembers, '"exchange"')) ??
    (definition.peer && unknownMember(definition.peer, peerMembers, '"peer"')) ??
    rules.map((each) => unknownMember(each, ruleMembers, `the rule ${each.id}`)).find((found) => found !== undefined);
  if (unknown !== undefined) throw new TypeError(`${id}: ${unknown}`);
  for (const name of ['name', 'looksLike'] as const)
    if (typeof definition[name] !== 'function') throw new TypeError(`${id}: "${name}" is a function.`);
  if (typeof definition.head?.decode !== 'function') throw new TypeError(`${id}: "head" is the form of a message.`);
  for (const { id: name, check } of rules)
    if (typeof check !== 'function') throw new TypeError(`${id}: "check" of the rule ${name} is a function.`);
  const problem = sealedProblem(sealed, messages, keys);
  if (problem !== undefined) throw new TypeError(`${id}: ${problem}.`);
  const rule = rulesOf(id);
  const own = {
    message: rule('message', 'error', document),
    unanswered: rule('unanswered', 'note', document),
    rules: rules.map(({ id: name, severity, clause, check, isAboutOrder }) => {
      const made = rule(name, severity, clause);
      return { rule: isAboutOrder === true ? aboutOrder(made) : made, check };
    }),
  };
  return defineProtocol<Facts, unknown>({
    ...{ id, title, document, messages, names: messages.map(({ name }) => name), keys },
    ...(ports === undefined ? {} : { ports }),
    ...(periodic === undefined ? {} : { periodic }),
    ...(endpointIds === undefined ? {} : { endpointIds }),
    ...(wire === undefined ? {} : { wire }),
    treeFields: [...(exchange === undefined ? [] : treeFields), ...heldFields(sealed)],
    ...(definition.peer === undefined ? {} : { peer: messageNode(definition, definition.peer, ports?.[0]?.port) }),
    rules: [own.message, ...(exchange === undefined ? [] : [own.unanswered]), ...own.rules.map((each) => each.rule)],
    recognise: ({ datagrams, limits }) => ofDatagrams(datagrams, (bytes) => isMessage(bytes, limits, definition)),
    observe: (context) => observer(context, definition, own),
    dissect: (message) => dissect(message, definition),
    // An encrypted field is bytes among the others.
    seal: (_message, clear) => clear,
    editing: (message) => editing(message, definition),
    ...(Object.keys(sealed).length === 0 ? {} : { explain: (message, ring) => explain(message, definition, ring) }),
  });
}

function isMessage(bytes: Uint8Array, limits: Limits, { head, looksLike }: MessagesDefinition): boolean {
  const { values, problem } = readMessage(head, bytes, limits);
  return problem === undefined && looksLike(values);
}

function observer(
  { messages, limits, time, keys, budget }: ObserverContext<Facts, unknown>,
  { head, name: nameOf, exchange, messages: forms, sealed = {} }: MessagesDefinition,
  own: {
    readonly message: Rule;
    readonly unanswered: Rule;
    readonly rules: readonly { rule: Rule; check: MessageRule['check'] }[];
  },
): Observer {
  const numbers = new Map(forms.map(({ name }, at) => [name, at]));
  const judge = (
    row: number,
    { name, values }: SentBefore,
    tree: Field | undefined,
    { before, question }: { readonly before: Earlier | undefined; readonly question: Question | undefined },
  ): void => {
    const invalid = tree && invalidPart(tree);
    if (invalid !== undefined) messages.addFinding(row, own.message, invalid);
    for (const { rule, check } of own.rules) {
      const text = check(values, name, before, question?.asked);
      if (typeof text === 'string') messages.addFinding(row, rule, text, before === undefined ? [] : [before.frame]);
    }
  };
  /** The values of a message with those that its encrypted field holds, where a key opens that. */
  const decrypted = (row: number, name: string, values: FieldValues, tree: Field | undefined): FieldValues => {
    const field = sealed[name];
    if (field === undefined || tree === undefined) return values;
    messages.setEncrypted(row);
    const found = opened(field, tree, values, keys, budget);
    if (found === undefined) {
      messages.setState(row, 'encrypted');
      return values;
    }
    messages.facts.set(row, { ...messages.facts.get(row), secret: found.secret });
    return { ...values, ...heldValues(field, found.plaintext, limits) };
  };
  const conversations: { readonly questions: OpenQuestions<Question>; last: number }[] = [];
  return {
    conversation: ({ id: conversation }) => {
      const state = { questions: new OpenQuestions<Question>(limits.sessions), last: Number.NaN };
      conversations.push(state);
      const sent: [Earlier | undefined, Earlier | undefined] = [undefined, undefined];
      return {
        datagram(direction, bytes, frame, cut, pieces) {
          state.last = time(frame);
          const begun = readMessage(head, bytes, limits);
          const key = exchange?.key(begun.values);
          const isQuestion = exchange?.asks(begun.values) === true;
          const isAnswer = begun.problem === undefined && exchange !== undefined && !isQuestion;
          const question = isAnswer ? state.questions.answer(direction, key) : undefined;
          const name = nameOf(begun.values, question?.name);
          const at = numbers.get(name);
          if (at === undefined) throw new Error(`"name" gave ${JSON.stringify(name)}, which is the name of none of its messages`);
          // The head tells what it is; whether it is whole, and what it says, its own form.
          const { values, problem = begun.problem } = readMessage(forms[at]!, bytes, limits);
          const row = messages.add({
            ...{ conversation, direction, frame, name: at, encrypted: false },
            // What the capture cut off may be why it cannot be read.
            state: problem === undefined ? 'decoded' : problem.kind === 'incomplete' || cut > 0 ? 'incomplete' : 'malformed',
            ...(pieces === undefined ? {} : { pieces }),
          });
          if (problem !== undefined && cut === 0) messages.addFinding(row, own.message, problem.text);
          if (begun.problem !== undefined) return;
          let asked: SentBefore | undefined;
          if (problem === undefined) {
            const tree = forms[at]!.tree?.(bytes, limits);
            const message = { name, values: decrypted(row, name, values, tree) };
            judge(row, message, tree, { before: sent[direction], question });
            if (isQuestion) asked = message;
            sent[direction] = { ...message, frame };
          }
          if (isQuestion) state.questions.ask(direction, key, { row, frame, name, time: state.last, asked });
          if (question === undefined) return;
          messages.facts.set(row, { ...messages.facts.get(row), answers: question.frame });
          messages.facts.set(question.row, { ...messages.facts.get(question.row), answeredIn: frame });
        },
      };
    },
    end() {
      const seconds = exchange?.seconds ?? SECONDS;
      // Only where the capture went on for long enough can it show that no answer came.
      for (const { questions, last } of conversations)
        for (const { row, name, time: asked } of questions.all)
          if (last - asked >= seconds) messages.addFinding(row, own.unanswered, `no answer to ${name} within ${seconds} s`);
    },
  };
}

/** A message with the frame that brought it. */
interface Earlier extends SentBefore {
  readonly frame: number;
}

function explain(
  { name, bytes, start, end, limits }: MessageView<Facts>,
  { messages, sealed = {} }: MessagesDefinition,
  ring: KeyRing,
) {
  const field = sealed[name];
  const form = messages.find((each) => each.name === name);
  const own = bytes.subarray(start, end);
  const sent = field && form?.tree && bytesIn(form.tree(own, limits), field.field);
  return sent === undefined || form === undefined ? [] : triedOn(field!, sent, readMessage(form, own, limits).values, ring);
}

/** A message whose encrypted field a key has opened; undefined for others. */
function editing({ name, facts, bytes, start, end, limits }: MessageView<Facts>, { messages, sealed = {} }: MessagesDefinition) {
  const form = messages.find((each) => each.name === name);
  const field = sealed[name];
  const secret = facts?.secret;
  const own = bytes.slice(start, end);
  if (form?.tree === undefined || field === undefined || secret === undefined) return undefined;
  const { values } = readMessage(form, own, limits);
  const { holds } = field;
  const ranges = (message: Uint8Array) => {
    const now = form.tree?.(message, limits);
    return now === undefined ? new Map() : rangesOf(now);
  };
  const held = {
    ...{ field: field.field, to: undefined, name: holds.name },
    open: (sent: Uint8Array) => field.open(sent, secret, values),
    holds: 'decode' in holds ? holds : holds.kind.type === 'text' ? ('text' as const) : ('bytes' as const),
  };
  const made = sealedEditing({ name, form, own, limits, ranges }, [held]);
  // What a cipher of its own has opened is edited as it travels: bytes among the other fields.
  return typeof made === 'string' ? undefined : made;
}

function dissect(message: MessageView<Facts>, { id, messages, info, sealed = {}, keys = [] }: MessagesDefinition): Dissection {
  const { bytes, source, start, end, limits, facts, name } = message;
  const form = messages.find((each) => each.name === name)!;
  const own = bytes.subarray(start, end);
  const { problem } = form.decode(own, limits);
  const tree = form.tree?.(own, limits) ?? { name: id, kind: 'struct', source: 0, start: 0, end: 0, children: [] };
  // Of a form that begins with something else than its fields nothing is read.
  const isRead = tree.kind === 'struct';
  const moved: Field = isRead ? movedField(tree, source, start) : { name: id, kind: 'struct', source, start, end: start };
  const children = [...(moved.children ?? [])];
  if (moved.end < end) children.push(undecoded(bytes, source, moved.end, end, 'Bytes that are no part of the message.'));
  const field = sealed[name];
  const missing: string[] = [];
  let inside: FieldValues = {};
  if (field !== undefined && problem === undefined) {
    const sent = bytesIn(moved, field.field);
    const plaintext = facts?.secret && sent && field.open(sent, facts.secret, readMessage(form, own, limits).values);
    const held = plaintext && heldField(message, field, moved, plaintext, limits);
    if (held !== undefined) {
      children.push(held);
      inside = heldValues(field, plaintext!, limits);
    } else missing.push(`${field.key}: ${keys.find(({ label }) => label === field.key)!.doc}`);
  }
  const place = { source, start, end: start };
  if (facts?.answers !== undefined) children.push(generated('answers', facts.answers, place));
  if (facts?.answeredIn !== undefined) children.push(generated('answered_in', facts.answeredIn, place));
  const layer: Field = {
    ...moved,
    ...{ name: id, end, children },
    ...(problem === undefined ? {} : { problem: malformed(problem.text, start + problem.at) }),
  };
  return new LazyDissection(layer, {
    info: () => problem?.text ?? info?.({ ...valuesOfLayer(layer), ...inside }, name) ?? '',
    fields: () => fieldToJson(layer),
    whole: () => bytes.slice(start, end),
    missing: () => missing,
  });
}
