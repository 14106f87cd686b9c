/** `decode_message`. */
import type { Analysis } from '../../../dissector/analysis/index.ts';
import { type Field, fieldText, originText, type Tree } from '../../../dissector/bytes/index.ts';
import { timeText } from '../../../dissector/capture/index.ts';
import { page, Refusal } from '../answer.ts';
import { type Input, numberOf, textOf } from '../input.ts';
import { quoted } from '../quoting.ts';
import { type Secrets, secretText } from '../secrets.ts';
import { endsOf, messagesIn, openedFor, type Tooling } from '../tooling.ts';

/** A field with its path: names joined by dots, items of lists by their number in brackets. */
interface Placed {
  readonly path: string;
  readonly layer: string;
  readonly field: Field;
}

export async function decodeMessage(input: Input, tooling: Tooling, signal: AbortSignal | undefined): Promise<string> {
  const { analysis, secrets } = await openedFor(input, tooling, signal);
  const numbers = messagesIn(input, analysis);
  const [n, ...others] = numbers;
  const frame = numberOf(input, 'frame');
  if (n !== undefined) secrets.addComputed(analysis, n);
  const { tree, own } = n === undefined ? frameOf(analysis, frame!) : messageOf(analysis, n);
  const path = textOf(input, 'path');
  const layers = path === undefined ? own : tree.layers;
  const all = [...placed(layers)];
  const chosen = path === undefined ? all : all.filter(({ path: each }) => isAt(each, path));
  if (chosen.length === 0)
    throw new Refusal(`There is no field at ${quoted(path)}. The layers are ${quoted(tree.layers.map(({ name }) => name))}.`);
  const from = numberOf(input, 'from') ?? 0;
  const head = n === undefined ? [`Frame ${frame} completes no message.`] : headOf(analysis, n, tree, own);
  return page({
    head: [
      ...(from === 0 ? head : []),
      ...(others.length === 0 ? [] : [`The frame also completes the messages ${others.slice(0, 20).join(', ')}.`]),
      `Fields${from === 0 ? '' : ` from number ${from}`}:`,
    ],
    items: fieldLines(chosen.slice(from), tooling.secretFields, secrets),
    rest: (shown) =>
      `More fields: call decode_message with the same input and "from": ${from + shown}, or choose a part by "path".`,
    end: () => 'End.',
  });
}

function frameOf(analysis: Analysis, frame: number): { readonly tree: Tree; readonly own: readonly Field[] } {
  const tree = analysis.frameTree(frame - 1);
  return { tree, own: tree.layers };
}

function messageOf(analysis: Analysis, n: number): { readonly tree: Tree; readonly own: readonly Field[] } {
  const { tree, dissection } = analysis.dissect(n);
  return { tree, own: [dissection.layer, ...(dissection.inside ?? [])] };
}

function headOf(analysis: Analysis, n: number, tree: Tree, own: readonly Field[]): string[] {
  const message = analysis.message(n);
  const { frame, frames, protocol, name, state, encrypted, decrypted, findings } = message;
  const { info, signatureValid, missing } = analysis.dissectAlone(message);
  const { reader } = analysis;
  const step = analysis.steps(n)?.steps.find((each) => each.n === n);
  const lower = tree.layers.filter((layer) => !own.includes(layer)).map((layer) => layer.name);
  return [
    'The message:',
    quoted({
      ...{ n, frames, time: reader.frames.hasTime(frame - 1) ? timeText(reader, frame - 1) : null, ...endsOf(message) },
      ...{ protocol: protocol.id, message: name, state, encrypted, decrypted, signature_valid: signatureValid, info },
      session: step && { before: step.before, after: step.after, allowed: step.allowed },
      ...{ other_layers: lower, missing: missing.length === 0 ? undefined : missing },
    }),
    ...(findings.length === 0 ? [] : ['Findings:', ...findings.map((finding) => quoted(finding))]),
    'Sources that byte ranges point into:',
    ...tree.sources.map(({ id, name: source, bytes, origin }) =>
      quoted({ source: id, name: source, bytes: bytes.length, origin: originText(origin, tree.sources) }),
    ),
  ];
}

function* placed(layers: readonly Field[]): Generator<Placed> {
  for (const layer of layers) yield* inside(layer, layer.name, layer.name);
}

function* inside(field: Field, path: string, layer: string): Generator<Placed> {
  yield { path, layer, field };
  const counts = new Map<string, number>();
  for (const [at, child] of (field.children ?? []).entries()) {
    // Several of one name are told apart by their number, as items of a list are.
    const before = counts.get(child.name) ?? 0;
    counts.set(child.name, before + 1);
    const own = field.kind === 'list' ? `[${at}]` : `.${child.name}${before === 0 ? '' : `[${before}]`}`;
    yield* inside(child, `${path}${own}`, layer);
  }
}

function isAt(path: string, wanted: string): boolean {
  return path === wanted || (path.startsWith(wanted) && /^[.[]/.test(path.slice(wanted.length)));
}

/** Of a field that is secret nothing is shown that it holds. */
function* fieldLines(all: readonly Placed[], declared: ReadonlySet<string>, secrets: Secrets): Generator<string> {
  let hidden: string | undefined;
  for (const { path, layer, field } of all) {
    const isInside = hidden !== undefined && isAt(path, hidden) && path !== hidden;
    if (!isInside) hidden = undefined;
    const isSecret = isInside || declared.has(`${layer}.${field.name}`) || secrets.isIn(field.value);
    if (isSecret) hidden ??= path;
    yield isSecret ? secretLine(path, field) : fieldLine(path, field);
  }
}

function secretLine(path: string, { source, start, end, value }: Field): string {
  const length = value instanceof Uint8Array ? value.length : end > start ? end - start : undefined;
  return quoted({ path, at: `${source}:${start}-${end}`, value: secretText(length) });
}

function fieldLine(path: string, field: Field): string {
  const { source, start, end, kind, value, text, generated, check, problem, bits } = field;
  return quoted({
    path,
    at: `${source}:${start}-${end}`,
    ...(bits === undefined ? {} : { bits: `${bits.from}-${bits.from + bits.width}` }),
    ...(kind === 'value' ? { value: value ?? null } : {}),
    ...(text !== undefined ? { text } : kind === 'list' ? { text: fieldText(field) } : {}),
    ...(generated ? { generated } : {}),
    ...(check === undefined ? {} : { verdict: check.state, why: check.why }),
    ...(problem === undefined ? {} : { problem: problem.text }),
  });
}
