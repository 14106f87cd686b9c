/** `list_findings`. */
import type { Analysis } from '../../../dissector/analysis/index.ts';
import { type Filter, FilterRow } from '../../../dissector/filter/index.ts';
import { page } from '../answer.ts';
import { type Input, numberOf, textOf } from '../input.ts';
import { quoted } from '../quoting.ts';
import { endsOf, filterIn, openedFor, type Tooling } from '../tooling.ts';

const severities = ['error', 'warning', 'note'];
/** Rules that are counted by name. */
const RULES = 30;

export async function listFindings(input: Input, tooling: Tooling, signal: AbortSignal | undefined): Promise<string> {
  const filter = filterIn(input, tooling);
  const { analysis } = await openedFor(input, tooling, signal);
  const from = numberOf(input, 'from') ?? 0;
  const least = severities.indexOf(textOf(input, 'severity') ?? 'note');
  const rule = textOf(input, 'rule');
  const isWanted = (finding: { readonly severity: string; readonly rule: string }): boolean =>
    severities.indexOf(finding.severity) <= least && (rule === undefined || finding.rule === rule);
  const counts = new Map<string, number>();
  let total = 0;
  for (const { rule: of, severity } of findings(analysis, filter, isWanted)) {
    total++;
    counts.set(`${severity} ${of}`, (counts.get(`${severity} ${of}`) ?? 0) + 1);
  }
  const lines = function* (): Generator<string> {
    let at = 0;
    for (const finding of findings(analysis, filter, isWanted)) if (at++ >= from) yield quoted(finding);
  };
  return page({
    head: [
      `${total} ${total === 1 ? 'finding' : 'findings'} in ${analysis.messageCount} messages.`,
      ...(from > 0 ? [] : [...counts].slice(0, RULES).map(([each, count]) => quoted({ rule: each, count }))),
    ],
    items: lines(),
    rest: (shown) => `More findings: call list_findings with the same input and "from": ${from + shown}.`,
    end: () => 'End. decode_message shows the message of a finding; describe_protocol with "part": "Rules" lists all rules.',
  });
}

function* findings(
  analysis: Analysis,
  filter: Filter | undefined,
  isWanted: (finding: { readonly severity: string; readonly rule: string }) => boolean,
) {
  const row = new FilterRow(analysis);
  for (let n = 0; n < analysis.messageCount; n++) {
    const wanted = analysis.findingsOf(n).filter(isWanted);
    if (wanted.length === 0) continue;
    const message = analysis.message(n);
    if (filter?.matches(row.at(message.frame, n)) === false) continue;
    for (const { severity, rule, clause, text, frames } of wanted) {
      const place = { n, frame: message.frame, ...endsOf(message), protocol: message.protocol.id, message: message.name };
      yield { severity, rule, clause, text, ...place, ...(frames === undefined ? {} : { frames }) };
    }
  }
}
