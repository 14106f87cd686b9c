/** `describe_protocol`: the reference page of a protocol. */
import type { Protocol } from '../../../dissector/protocol/index.ts';
import { referencePage } from '../../../dissector/reference/page.ts';
import { page, Refusal } from '../answer.ts';
import { type Input, numberOf, textOf } from '../input.ts';
import { bounded, quoted } from '../quoting.ts';
import type { Tooling } from '../tooling.ts';

/** Tokens of one line of a page: rows with long descriptions are cut. */
const LINE_TOKENS = 400;

export async function describeProtocol(input: Input, { decoding: { protocols } }: Tooling): Promise<string> {
  const id = textOf(input, 'id');
  const from = numberOf(input, 'from') ?? 0;
  if (id === undefined)
    return page({
      head: ['The protocols, those of protocol modules first:'],
      items: protocols.slice(from).map(protocolLine),
      rest: (shown) => `More protocols: call describe_protocol with "from": ${from + shown}.`,
      end: () => 'End. Give the id of one of them.',
    });
  const protocol = protocols.find((each) => each.id === id);
  if (protocol === undefined)
    throw new Refusal(`There is no protocol ${quoted(id)}: ${protocols.map((each) => each.id).join(', ')}.`);
  const lines = partOf(referencePage(protocol).split('\n'), textOf(input, 'part'));
  return page({
    head: [],
    items: lines.slice(from).map((line) => bounded(line, LINE_TOKENS)),
    rest: (shown) =>
      `More lines: call describe_protocol with the same input and "from": ${from + shown}, or choose a heading by "part".`,
    end: () => 'End.',
  });
}

function protocolLine({ id, title, document, names, keys, peer, ports = [] }: Protocol): string {
  const over = ports.map(({ transport, port }) => `${transport} ${port}`);
  return quoted({
    id,
    title,
    document,
    ports: over,
    messages: names,
    keys: keys.map(({ label }) => label),
    node: peer !== undefined,
  });
}

/** The lines below a heading, up to the next one of its level. */
function partOf(lines: readonly string[], part: string | undefined): readonly string[] {
  if (part === undefined) return lines;
  const headings = lines.flatMap((line, at) => {
    const [, signs, title] = /^(#+) (.*)$/.exec(line) ?? [];
    return signs === undefined ? [] : [{ at, level: signs.length, title: title! }];
  });
  const found = headings.find(({ title }) => title.toLowerCase() === part.toLowerCase());
  if (found === undefined)
    throw new Refusal(`The page has no heading ${quoted(part)}. It has ${quoted(headings.map(({ title }) => title))}.`);
  const next = headings.find(({ at, level }) => at > found.at && level <= found.level);
  return lines.slice(found.at, next?.at);
}
