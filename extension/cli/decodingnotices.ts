import { type Analysis, coverageNotices, ruleNotices } from '../../dissector/analysis/index.ts';

/** What a command says of a capture beside what it was asked for, a sentence each. */
export function decodingNotices(analysis: Analysis): string[] {
  return [...coverageNotices(analysis, 'try --decode-as or --protocol'), ...analysis.passedLimits, ...ruleNotices(analysis)];
}
