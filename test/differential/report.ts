/** What the driver says: a line a difference, and the totals. */
import { type Comparison, type Difference, type Kind, kinds } from './compare.ts';
import type { Claim, OurReading } from './reading.ts';

const longest = 96;

export interface FileReport {
  readonly file: string;
  /** Neither program reads it. */
  readonly isRefused: boolean;
  readonly differences: readonly Difference[];
  readonly claims: readonly Claim[];
  /** What hung or crashed. */
  readonly broken: readonly string[];
}

export class Totals {
  readonly counts: Record<string, number> = {
    ...{ captures: 0, 'read by one': 0, 'refused by both': 0, frames: 0, 'with addresses': 0, payloads: 0 },
    ...{ 'TCP streams': 0, 'bytes of streams': 0, conversations: 0 },
  };
  readonly differences: Record<string, number> = {};
  readonly known: Record<string, number> = {};
  readonly claims: Record<string, number> = {};
  broken = 0;

  add(report: FileReport, comparison?: Comparison, ours?: OurReading): void {
    const { counts } = this;
    this.broken += report.broken.length;
    if (report.isRefused) counts['refused by both']!++;
    else if (report.differences.some(({ kind }) => kind === 'file')) counts['read by one']!++;
    else counts.captures!++;
    for (const { kind, known } of report.differences) {
      if (known === undefined) this.differences[kind] = (this.differences[kind] ?? 0) + 1;
      else this.known[known] = (this.known[known] ?? 0) + 1;
    }
    for (const { protocol } of report.claims) this.claims[protocol] = (this.claims[protocol] ?? 0) + 1;
    if (comparison === undefined) return;
    const { frames, endpoints, payloads, streams, bytes } = comparison.compared;
    const more = {
      frames,
      'with addresses': endpoints,
      payloads: payloads,
      'TCP streams': streams,
      'bytes of streams': bytes,
    };
    for (const [name, count] of Object.entries({ ...more, conversations: ours?.conversations ?? 0 })) counts[name]! += count;
  }

  get hasDifferences(): boolean {
    return this.broken > 0 || Object.keys(this.differences).length > 0;
  }

  get lines(): string[] {
    const table = (title: string, of: Readonly<Record<string, number>>, order?: readonly string[]) => {
      const names = order?.filter((name) => of[name] !== undefined) ?? Object.keys(of).sort((a, b) => of[b]! - of[a]!);
      return names.length === 0
        ? [`${title}: none`]
        : [`${title}:`, ...names.map((name) => `${String(of[name]).padStart(11)}  ${name}`)];
    };
    return [
      ...table('Compared', this.counts, Object.keys(this.counts)),
      ...table('Differences', this.differences, kinds),
      ...table('Differences with a known reason', this.known),
      ...table('Conversations recognised', this.claims),
      ...table('Hung or crashed', this.broken === 0 ? {} : { 'files, once for each program': this.broken }),
    ];
  }
}

/** At most `limit` lines of one kind; how many more there are is said. */
export function lines({ file, differences, claims, broken }: FileReport, limit: number): string[] {
  const told = differences.filter(({ known }) => known === undefined);
  return [
    ...broken.map((text) => `${file}: ${text}`),
    ...kinds.flatMap((kind) => {
      const all = told.filter((one) => one.kind === kind);
      const more = all.length > limit ? [`${file}: ${all.length - limit} more differences of ${kind}`] : [];
      return [...all.slice(0, limit).map((one) => line(file, one)), ...more];
    }),
    ...claims.map(({ protocol, conversation }) => `${file}: ${conversation} is recognised as ${protocol}`),
  ];
}

function line(file: string, { kind, where, ours, theirs }: Difference): string {
  const place = where === '' ? file : `${file}: ${where}`;
  const [own, other] = isLong(kind) ? around(ours, theirs) : [ours, theirs];
  return `${place}: ${kind}: ours ${own || 'none'}, tshark ${other || 'none'}`;
}

function isLong(kind: Kind): boolean {
  return kind === 'payload' || kind === 'stream';
}

/** Two long texts from a little before where they part, with their lengths. */
function around(ours: string, theirs: string): [string, string] {
  let at = 0;
  while (at < ours.length && ours[at] === theirs[at]) at++;
  const from = Math.max(0, at - 16);
  const part = (text: string) => {
    const shown = text.slice(from, from + longest);
    return `(${text.length >>> 1} bytes) ${from > 0 ? '…' : ''}${shown}${from + longest < text.length ? '…' : ''}`;
  };
  return [part(ours), part(theirs)];
}
