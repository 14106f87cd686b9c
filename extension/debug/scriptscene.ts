/** What can be seen where a running script stands: the stack with its scopes, and the bytes of the message at hand. */
import type { Analysis } from '../../dissector/analysis/index.ts';
import { fromBase64 } from '../../dissector/bytes/index.ts';
import type { FieldValues } from '../../dissector/codec/index.ts';
import { evaluateExpression, parseExpression, type Scope, type Statement, valueAt } from '../../dissector/script/index.ts';
import { CaptureStepper, type Shown, type ShownScope, stackAt } from '../../dissector/stepping/index.ts';
import type { RunView, Stage } from '../node/scripts/stages.ts';
import { bytesAnswer, readMemory } from './memory.ts';
import { type Arguments, integerIn, Refusal, text } from './requests.ts';
import { namesShown, nodesShown, type ValueLook, valuesShown, withoutSecrets } from './scriptvalues.ts';

/** Names the bytes of a message that is not sent yet. */
const DRAFT = 'message that is not sent yet';
/** The name of the message at hand in expressions. */
const MESSAGE = 'message';

/** A level of the stack, and the offset in the script at which it stands. */
export interface ScriptLevel {
  readonly name: string;
  readonly at: number;
  readonly scopes: () => readonly ShownScope[];
}

/** A message of a node's recording. */
interface Recorded {
  readonly analysis: Analysis;
  readonly n: number;
}

export class ScriptScene {
  readonly stage: Stage;
  readonly #view: RunView;
  #recorded: Recorded | undefined | null = null;

  constructor(view: RunView, stage: Stage) {
    this.#view = view;
    this.stage = stage;
  }

  get view(): RunView {
    return this.#view;
  }

  /** What expressions refer to: the names of the script, and `message`, the one at hand. */
  get scope(): Scope {
    const own = this.#view.scope.with();
    const isHand = (path: readonly string[]): boolean => path[0] === MESSAGE && !this.#view.scope.names.has(MESSAGE);
    return {
      ...own,
      answer: (path) => (isHand(path) ? valueAt(this.#values, path.slice(1)) : own.answer(path)),
      isSecret: (path) =>
        isHand(path) ? this.#hides(path.slice(1), valueAt(this.#values, path.slice(1)) ?? null) : own.isSecret(path),
    };
  }

  /** The values of the message at hand; none where there is no message. */
  get #values(): FieldValues {
    const { stage } = this;
    switch (stage.kind) {
      case 'field':
        return stage.values();
      case 'values':
      case 'encoding':
        return stage.draft.values;
      case 'arrival':
        return stage.heard.values;
      default:
        return {};
    }
  }

  /** Whether the message that was sent last travelled encrypted. */
  get isEncrypted(): boolean {
    const recorded = this.#message();
    return recorded?.analysis.message(recorded.n).encrypted === true;
  }

  levels(isRevealed: boolean, section: string): readonly ScriptLevel[] {
    const { statement } = this.stage;
    const shared = (): ShownScope[] => [
      { name: 'Names', variables: () => (isRevealed ? this.#names() : namesShown(this.#view.scope)) },
      { name: 'Nodes', variables: () => nodesShown(this.#view) },
    ];
    const of = { name: statementName(statement), at: statement.start, scopes: shared };
    const rounds = this.stage.kind === 'statement' && this.stage.rounds !== '' ? [{ ...of, name: this.stage.rounds }] : [];
    const whole = { ...of, name: section === '' ? 'script' : section };
    if (this.stage.kind === 'statement') return [of, ...rounds, whole];
    const at = this.stage.kind === 'field' ? this.stage.field.start : statement.start;
    return [{ name: this.#title(), at, scopes: () => [...this.#own(isRevealed), ...shared()] }, of, whole];
  }

  readMemory(given: Arguments): Readonly<Record<string, unknown>> {
    if (text(given, 'memoryReference') !== DRAFT) return readMemory(this.#message()?.analysis, given);
    return bytesAnswer(this.#draftBytes(), 0, given);
  }

  /** Other bytes in a message that is not sent yet; how many were written. */
  writeMemory(given: Arguments): number {
    if (text(given, 'memoryReference') !== DRAFT || !('draft' in this.stage))
      throw new Refusal('Only a message that is not sent yet can be changed.');
    const [bytes, offset] = [this.#draftBytes().slice(), integerIn(given, 'offset') ?? 0];
    const data = fromBase64(text(given, 'data'));
    if (data === undefined) throw new Refusal('"data" is no base64.');
    if (offset < 0 || offset + data.length > bytes.length) throw new Refusal('The message has no bytes there.');
    bytes.set(data, offset);
    this.stage.draft.replace(bytes);
    return data.length;
  }

  #draftBytes(): Uint8Array {
    const bytes = 'draft' in this.stage ? this.stage.draft.bytes : undefined;
    if (bytes === undefined) throw new Refusal('There is no such memory.');
    return bytes;
  }

  /** In a few words, for the stack. */
  #title(): string {
    const { stage } = this;
    switch (stage.kind) {
      case 'field':
        return `${stage.field.name.text} is about to be encoded`;
      case 'values':
        return `values of ${stage.draft.message}`;
      case 'encoding':
        return `${stage.draft.message} encoded, ${stage.draft.bytes?.length ?? 0} bytes`;
      case 'encryption':
        return `${stage.message} encrypted`;
      case 'wire':
        return stage.frame === undefined
          ? `${stage.message}: nothing is written yet`
          : `${stage.message} on the wire, ${this.#size()} bytes`;
      case 'arrival':
        return `${stage.heard.message} ${stage.verdict}`;
      default:
        return '';
    }
  }

  #size(): number {
    const recorded = this.#message();
    return recorded === undefined ? 0 : recorded.analysis.messageBytes(recorded.analysis.message(recorded.n)).length;
  }

  /** The scopes of the message at hand. */
  #own(isRevealed: boolean): ShownScope[] {
    const { stage } = this;
    switch (stage.kind) {
      case 'field':
        return [{ name: 'Values so far', hint: 'locals', variables: () => this.#shown(isRevealed) }];
      case 'values':
        return [{ name: 'Message', hint: 'locals', variables: () => this.#shown(isRevealed) }];
      case 'encoding':
        return [{ name: 'Message', hint: 'locals', variables: () => [this.#bytes(), ...this.#shown(isRevealed)] }];
      case 'arrival': {
        const verdict = { name: '(comparison)', value: stage.verdict };
        const own: ShownScope = { name: 'Comparison', hint: 'locals', variables: () => [verdict, ...this.#shown(isRevealed)] };
        return [own, ...this.#ofRecording(isRevealed)];
      }
      default:
        return this.#ofRecording(isRevealed);
    }
  }

  #bytes(): Shown {
    const length = 'draft' in this.stage ? (this.stage.draft.bytes?.length ?? 0) : 0;
    return { name: '(bytes)', value: `${length} bytes before encryption`, memory: DRAFT };
  }

  #shown(isRevealed: boolean): Shown[] {
    const { stage } = this;
    const look: ValueLook = { hides: (path, value) => !isRevealed && this.#hides(path, value) };
    if (!('draft' in stage)) return valuesShown(this.#values, look);
    const set: ValueLook['set'] = (path, typed) => {
      const expression = parseExpression(typed);
      if (typeof expression === 'string') throw new Refusal(expression);
      stage.draft.set(path, evaluateExpression(expression, this.#view.scope.with(stage.draft.values)).value);
    };
    return valuesShown(this.#values, { ...look, set });
  }

  #names(): Shown[] {
    return valuesShown(Object.fromEntries(this.#view.scope.names), { hides: () => false });
  }

  #hides(path: readonly string[], value: Parameters<ValueLook['hides']>[1]): boolean {
    const { secrets, secretMessages } = this.#view.scope;
    const message =
      'draft' in this.stage ? this.stage.draft.message : this.stage.kind === 'arrival' ? this.stage.heard.message : undefined;
    if (path.length !== 1 || message === undefined) return secrets.holds(value);
    return secretMessages.isAny && secretMessages.hides(message, path[0]!, value);
  }

  /** What the inspector shows of it, from the node's recording: tree, session, computed values, keys, bytes. */
  #ofRecording(isRevealed: boolean): ShownScope[] {
    const recorded = this.#message();
    if (recorded === undefined) return [];
    const opening = CaptureStepper.open(recorded.analysis);
    let opened = opening.next();
    while (!opened.done) opened = opening.next();
    const stepper = opened.value;
    if ('problem' in stepper) return [];
    const level = stackAt(stepper, { n: recorded.n, computation: -1 }, isRevealed).find(({ kind }) => kind === 'message');
    const scopes = level?.scopes() ?? [];
    if (isRevealed) return [...scopes];
    return scopes.map((scope) => ({
      ...scope,
      variables: () => scope.variables().map((each) => withoutSecrets(each, this.#view.scope)),
    }));
  }

  /** The message at hand in the recording of its node. */
  #message(): Recorded | undefined {
    if (this.#recorded === null) this.#recorded = this.#find();
    return this.#recorded;
  }

  #find(): Recorded | undefined {
    const { stage } = this;
    if (stage.kind !== 'encryption' && stage.kind !== 'wire' && stage.kind !== 'arrival') return undefined;
    const frame = stage.kind === 'arrival' ? stage.heard.frame : stage.frame;
    const analysis = frame === undefined ? undefined : stage.node.analysis();
    if (frame === undefined || analysis === undefined) return undefined;
    for (let n = analysis.messageCount - 1; n >= 0; n--) if (analysis.message(n).frames.includes(frame)) return { analysis, n };
    return undefined;
  }
}

/** A statement in the words of the script. */
function statementName(statement: Statement): string {
  switch (statement.kind) {
    case 'node':
      return `node ${statement.name.text}`;
    case 'send':
    case 'edit':
    case 'expect':
      return `${statement.kind} ${statement.node.text} ${statement.message.text}`;
    case 'silence':
      return `expect ${statement.node.text} ${statement.message === undefined ? 'nothing' : `no ${statement.message.text}`}`;
    case 'close':
      return `expect ${statement.node.text} close`;
    case 'define':
      return `@${statement.name.text}`;
    case 'fault':
      return `fault ${statement.node.text} ${statement.fault.text}`;
    default:
      return statement.kind;
  }
}
