import { explanation } from '../analysis/explanation.ts';
import type { Analysis } from '../analysis/index.ts';
import { type Field, fieldText, originText, type Source, type Tree } from '../bytes/index.ts';
import { timeText } from '../capture/index.ts';
import { type FieldCatalog, fieldAt } from '../filter/index.ts';
import { allowed, type Finding, type TriedKey } from '../protocol/index.ts';
import type { CaptureStepper, Position } from './capturestepper.ts';
import { quantityText, type ShownComputation, type ShownQuantity, shownComputations } from './computations.ts';
import { steppingLimits } from './limits.ts';
import { memoryText } from './memoryplace.ts';
import type { WalkedStep } from './sessionwalk.ts';
import type { Watch } from './watch.ts';

/** A line of a debugger's variables, as plain text; what is inside it is made when it is opened. */
export interface Shown {
  readonly name: string;
  readonly value: string;
  readonly doc?: string;
  readonly children?: () => readonly Shown[];
  /** An expression that gives the same value. */
  readonly expression?: string;
  /** What a data breakpoint on it watches. */
  readonly watch?: Watch;
  /** The name of its bytes in a Source, see `memoryText`. */
  readonly memory?: string;
  /** Takes another value, as a person writes it. Throws an Error with a sentence for one that does not fit. */
  readonly set?: (text: string) => void;
  /** A value of a computation: its place, by which its origin and its uses are found. */
  readonly quantity?: {
    readonly n: number;
    readonly computation: number;
    readonly of: 'inputs' | 'results';
    readonly index: number;
  };
}

/** A group of variables. */
export interface ShownScope {
  readonly name: string;
  readonly hint?: 'locals' | 'arguments';
  /** It takes work that nobody may have asked for. */
  readonly isExpensive?: true;
  readonly variables: () => readonly Shown[];
}

/** A level of the stack at a message: the innermost first, from the computation down to the frame. */
export interface StackLevel {
  readonly kind: 'computation' | 'inside' | 'message' | 'session' | 'below';
  readonly name: string;
  readonly scopes: () => readonly ShownScope[];
}

/** The levels at a position; secrets stand in them only with `reveal`. */
export function stackAt(stepper: CaptureStepper, { n, computation }: Position, reveal: boolean): readonly StackLevel[] {
  const { analysis, walk, evaluator } = stepper;
  const info = analysis.message(n);
  const { tree, dissection } = analysis.dissect(n);
  const layers = new Layers(tree, n, evaluator.catalog, info.conversation.id, info.direction);
  const inside = dissection.inside ?? [];
  const at = tree.layers.indexOf(dissection.layer);
  const below = tree.layers.slice(0, at).filter(({ name }) => name !== 'trailer');
  const step = walk.step(n);
  const by = step === undefined ? '' : ` (${step.by})`;
  const [from, to] = info.direction === 0 ? [0, 1] : [1, 0];
  const { endpoints } = info.conversation;
  const shared: ShownScope[] = [
    { name: 'Message', hint: 'locals', variables: () => messageVariables(analysis, layers, dissection.layer, n) },
    ...(step === undefined ? [] : [{ name: 'Session', variables: () => sessionVariables(analysis, step) }]),
    {
      name: 'Computed Values',
      isExpensive: true,
      variables: () => shownComputations(analysis, n, reveal).map((each, index) => computed(each, n, index)),
    },
    { name: 'Keys', isExpensive: true, variables: () => keyVariables(analysis, n) },
    { name: 'Bytes', variables: () => tree.sources.map((source) => sourceVariable(source, tree, n)) },
  ];
  return [
    ...(computation < 0 ? [] : [computationLevel(stepper, { n, computation }, reveal, shared)]),
    ...inside.map((layer) => layers.level(layer, 'inside', shared)).reverse(),
    {
      kind: 'message',
      name: `${info.protocol.id} ${info.name}: ${endpoints[from!]} → ${endpoints[to!]}${by}`,
      scopes: () => shared,
    },
    ...(step === undefined
      ? []
      : [{ kind: 'session', name: sessionName(step), scopes: () => shared.filter(({ name }) => name === 'Session') } as const]),
    ...below.map((layer) => layers.level(layer, 'below')).reverse(),
    {
      kind: 'below',
      name: `frame ${info.frame}`,
      scopes: () => [{ name: 'Frame', variables: () => frameVariables(analysis, info.frame) }],
    },
  ];
}

function computationLevel(
  { analysis }: CaptureStepper,
  { n, computation }: Position,
  reveal: boolean,
  shared: readonly ShownScope[],
): StackLevel {
  const all = shownComputations(analysis, n, reveal);
  const one = all[computation]!;
  const own: ShownScope = { name: 'Computation', hint: 'locals', variables: () => computationVariables(one, n, computation) };
  return { kind: 'computation', name: `${computation + 1} of ${all.length}: ${one.formula}`, scopes: () => [own, ...shared] };
}

/** The layers of one message as variables. */
class Layers {
  readonly #tree: Tree;
  readonly #n: number;
  readonly #catalog: FieldCatalog;
  readonly #conversation: number;
  readonly #direction: 0 | 1;

  constructor(tree: Tree, n: number, catalog: FieldCatalog, conversation: number, direction: 0 | 1) {
    this.#tree = tree;
    this.#n = n;
    this.#catalog = catalog;
    this.#conversation = conversation;
    this.#direction = direction;
  }

  level(layer: Field, kind: 'inside' | 'below', shared: readonly ShownScope[] = []): StackLevel {
    const text = fieldText(layer);
    const own: ShownScope = { name: 'Layer', hint: 'locals', variables: () => this.children(layer, layer.name, []) };
    return { kind, name: text === '' ? layer.name : text, scopes: () => [own, ...shared] };
  }

  /** What a field holds; `path` are the names from its layer inwards, items of lists left out. */
  children(field: Field, layer: string, path: readonly string[]): readonly Shown[] {
    const { kind, children = [] } = field;
    const names = new Map<string, number>();
    const shown = children.slice(0, steppingLimits.variables).map((child): Shown => {
      // A client tells variables apart by their names.
      const count = names.get(child.name) ?? 0;
      names.set(child.name, count + 1);
      const name = count === 0 ? child.name : `${child.name} (${count + 1})`;
      return this.#field(child, kind === 'list' ? path : [...path, child.name], layer, name);
    });
    const left = children.length - shown.length;
    return left === 0 ? shown : [...shown, { name: '…', value: `${left} more are left out (limit variables)` }];
  }

  #field(field: Field, path: readonly string[], layer: string, name: string): Shown {
    const { source, start, children, doc, problem, check, generated, kind } = field;
    const known = fieldAt(this.#catalog, layer, path)?.name;
    const verdict = check === undefined ? '' : ` (${check.state}: ${check.why})`;
    const broken = problem === undefined ? '' : ` (${problem.text})`;
    return {
      name: generated ? `[${name}]` : name,
      value: `${fieldText(field)}${verdict}${broken}`,
      ...(doc === undefined ? {} : { doc }),
      ...(known === undefined ? {} : { expression: known }),
      ...(known === undefined || kind !== 'value'
        ? {}
        : { watch: { kind: 'field', field: known, conversation: this.#conversation, direction: this.#direction } as const }),
      ...(generated || source >= this.#tree.sources.length ? {} : { memory: memoryText({ n: this.#n, source, start }) }),
      ...(children === undefined || children.length === 0 ? {} : { children: () => this.children(field, layer, path) }),
    };
  }
}

function messageVariables(analysis: Analysis, layers: Layers, layer: Field, n: number): readonly Shown[] {
  const { state, findings, frames, decrypted, encrypted } = analysis.message(n);
  const travelled = encrypted
    ? `encrypted, ${decrypted === true ? 'decrypted' : decrypted === 'partly' ? 'partly decrypted' : 'not decrypted'}`
    : 'clear';
  return [
    ...layers.children(layer, layer.name, []),
    { name: '(state)', value: state, expression: 'state' },
    { name: '(travelled)', value: travelled },
    ...(frames.length > 1 ? [{ name: '(frames)', value: frames.slice(0, 20).join(', ') }] : []),
    ...(findings.length === 0
      ? []
      : [{ name: '(findings)', value: countText(findings.length, 'finding'), children: () => findings.map(finding) }]),
  ];
}

function finding({ rule, severity, text, clause }: Finding, index: number): Shown {
  return { name: `${index + 1}`, value: `${severity}, ${rule}: ${text} (${clause})` };
}

function sessionName({ session: { part } }: WalkedStep): string {
  return part.title;
}

function sessionVariables(
  analysis: Analysis,
  { session, before, after, by, allowed: isAllowed, n }: WalkedStep,
): readonly Shown[] {
  const { part, first } = session;
  const { machine, opener } = part;
  const { endpoints } = analysis.message(n).conversation;
  const side = (name: 'opener' | 'answerer', direction: number): Shown[] => [{ name, value: endpoints[direction]! }];
  const state = (name: 'before' | 'after', id: string): Shown => {
    const [ofOpener, ofAnswerer] = machine.sides?.[id] ?? [];
    const words = machine.states[id] ?? '';
    const sides =
      ofOpener === undefined || ofAnswerer === undefined
        ? []
        : [
            { name: 'opener', value: ofOpener },
            { name: 'answerer', value: ofAnswerer },
          ];
    return {
      ...{
        name,
        value: words === '' ? id : `${id}: ${words}`,
        expression: `session.${name}`,
        watch: { kind: 'state', session: first } as const,
      },
      ...(sides.length === 0 ? {} : { children: () => sides }),
    };
  };
  const next = (['opener', 'answerer'] as const).map(
    (who) => `${who}: ${[...new Set(allowed(machine, after, who))].join(', ') || 'nothing'}`,
  );
  return [
    { name: 'title', value: part.title, expression: 'session.title' },
    ...(opener === undefined ? [] : [...side('opener', opener), ...side('answerer', 1 - opener)]),
    { name: 'sent by', value: by, expression: 'session.by' },
    state('before', before),
    state('after', after),
    {
      name: 'allowed',
      value: isAllowed ? 'yes' : 'no: the state machine does not allow this message here',
      expression: 'session.allowed',
    },
    { name: 'may be sent next', value: next.join('; ') },
  ];
}

function computed(one: ShownComputation, n: number, index: number): Shown {
  const value = one.results
    .map(quantityText)
    .filter((text) => text !== '')
    .join('; ');
  return { name: `${index + 1}. ${one.formula}`, value, doc: one.clause, children: () => computationVariables(one, n, index) };
}

function computationVariables(
  { formula, clause, inputs, results, check }: ShownComputation,
  n: number,
  computation: number,
): readonly Shown[] {
  const shown =
    (of: 'inputs' | 'results') =>
    (each: ShownQuantity, index: number): Shown => ({
      name: of === 'inputs' ? each.name : `→ ${each.name}`,
      value: quantityText(each),
      quantity: { n, computation, of, index },
    });
  return [
    { name: 'formula', value: formula },
    { name: 'clause', value: clause },
    ...inputs.map(shown('inputs')),
    ...results.map(shown('results')),
    ...(check === undefined ? [] : [{ name: 'check', value: `${check.state}: ${check.why}` }]),
  ];
}

/** What each key did for the message, as `--explain` prints it, and which key is missing. */
function keyVariables(analysis: Analysis, n: number): readonly Shown[] {
  const { keys_tried, missing } = explanation(analysis, n);
  const none = { name: 'keys', value: 'no key was tried' };
  return [
    ...(keys_tried.length === 0 ? [none] : keys_tried.map(triedKey)),
    ...missing.map((sentence, index) => ({ name: `missing ${index + 1}`, value: sentence })),
  ];
}

function triedKey({ label, fingerprint, steps }: TriedKey, index: number): Shown {
  const failed = steps.find(({ ok }) => !ok);
  return {
    name: `${index + 1}. ${label}`,
    value: `${fingerprint}${failed === undefined ? '' : ` failed: ${failed.name}`}`,
    children: () =>
      steps.map(({ name, inputs, result, ok }, at) => ({
        name: `${at + 1}. ${name}`,
        value: `${ok ? 'ok' : 'failed'}: ${result}`,
        ...(Object.keys(inputs).length === 0
          ? {}
          : { children: () => Object.entries(inputs).map(([input, value]) => ({ name: input, value })) }),
      })),
  };
}

function sourceVariable({ id, name, bytes, origin }: Source, tree: Tree, n: number): Shown {
  const value = `${countText(bytes.length, 'byte')}, ${originText(origin, tree.sources)}`;
  return { name: `${id + 1}. ${name}`, value, memory: memoryText({ n, source: id, start: 0 }) };
}

function frameVariables({ reader }: Analysis, frame: number): readonly Shown[] {
  const { frames } = reader;
  return [
    { name: 'number', value: String(frame), expression: 'frame.number' },
    ...(frames.hasTime(frame - 1)
      ? [{ name: 'time', value: timeText(reader, frame - 1), doc: 'seconds since 1970-01-01 UTC' }]
      : []),
    { name: 'captured_length', value: String(frames.captured(frame - 1)), expression: 'frame.cap_len' },
    { name: 'original_length', value: String(frames.original(frame - 1)), expression: 'frame.len' },
    ...reader.comments(frame - 1).map((value, index) => ({ name: `comment ${index + 1}`, value })),
  ];
}

function countText(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
