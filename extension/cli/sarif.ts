import { createHash } from 'node:crypto';
import { isAbsolute } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Analysis } from '../../dissector/analysis/index.ts';
import type { Protocol } from '../../dissector/protocol/index.ts';
import { readStatus } from './capture.ts';
import { exitStatus } from './errors.ts';
import type { Located, Notice } from './located.ts';
import type { Task } from './task.ts';

/** Findings as one SARIF 2.1.0 document, the format that code scanning reads. */
export class SarifLog {
  readonly #version: string;
  readonly #rules: readonly SarifRule[];
  readonly #places: ReadonlyMap<string, number>;
  readonly #results: object[] = [];
  readonly #notifications: object[] = [];
  #isSuccessful: boolean;
  /** How often a finding of the same words was there before. */
  readonly #again = new Map<string, number>();

  /** Its rules are those of the protocols that have messages in the capture. */
  constructor(task: Task, analysis: Analysis) {
    this.#version = task.version();
    this.#isSuccessful = readStatus(task) === exitStatus.read;
    const spoken = new Set<Protocol>();
    for (let n = 0; n < analysis.messageCount; n++) spoken.add(analysis.message(n).protocol);
    this.#rules = rulesOf(task.setup.protocols.filter((protocol) => spoken.has(protocol)));
    this.#places = new Map(this.#rules.map(({ id }, index) => [id, index]));
  }

  add(finding: Located): undefined {
    const { file, n, frame, rule, severity, text, clause, frames } = finding;
    const ruleIndex = this.#places.get(rule);
    const location = {
      // A capture has no lines; code scanning shows nothing that has no region.
      physicalLocation: { artifactLocation: { uri: uriOf(file) }, region: { startLine: 1 } },
      logicalLocations: [{ name: `frame ${frame}`, fullyQualifiedName: `${file}:${frame}` }],
    };
    this.#results.push({
      ruleId: rule,
      ...(ruleIndex === undefined ? {} : { ruleIndex }),
      level: severity,
      message: { text: `frame ${frame}, message ${n}: ${text}${clause === '' ? '' : ` (${clause})`}` },
      locations: [location],
      partialFingerprints: { primaryLocationLineHash: this.#fingerprint(finding) },
      properties: { n, frame, frames, clause },
    });
  }

  notify({ level, text }: Notice): undefined {
    if (level === 'error') this.#isSuccessful = false;
    this.#notifications.push({ level, message: { text } });
  }

  text(): string {
    const invocation = { executionSuccessful: this.#isSuccessful, toolExecutionNotifications: this.#notifications };
    return sarifText(this.#version, this.#rules, this.#results, invocation);
  }

  /**
   * The same for the same finding in another run, so that code scanning knows it again: without message and frame numbers, which
   * shift. It hashes a line of source text where it is not given one, and a capture has none.
   */
  #fingerprint({ file, rule, text }: Located): string {
    const words = [uriOf(file), rule, text].join('\n');
    const count = (this.#again.get(words) ?? 0) + 1;
    this.#again.set(words, count);
    return `${createHash('sha256').update(words).digest('hex').slice(0, 16)}:${count}`;
  }
}

/** One run of this program as a SARIF document. */
export function sarifText(version: string, rules: readonly object[], results: readonly object[], invocation: object): string {
  const driver = { name: 'Peerscope', version, rules };
  const runs = [{ tool: { driver }, invocations: [invocation], results }];
  return JSON.stringify({ $schema: 'https://json.schemastore.org/sarif-2.1.0.json', version: '2.1.0', runs }, null, 2);
}

interface SarifRule {
  readonly id: string;
  readonly shortDescription: { readonly text: string };
  readonly fullDescription: { readonly text: string };
  readonly help: { readonly text: string };
  readonly defaultConfiguration: { readonly level: 'error' | 'warning' | 'note' };
}

/** A rule that has two severities is one rule; its results say their own level. */
function rulesOf(protocols: readonly Protocol[]): SarifRule[] {
  const rules = new Map<string, SarifRule>();
  for (const { id: protocol, title, document, rules: own } of protocols)
    for (const { id, severity, clause } of own) {
      if (rules.has(id)) continue;
      const words = id.slice(protocol.length + 1).replaceAll('-', ' ');
      const about = `${title} (${protocol}): ${words}`;
      rules.set(id, {
        id,
        shortDescription: { text: about },
        fullDescription: { text: clause === '' ? about : clause },
        help: { text: `See ${clause === '' ? document : clause}. The messages: decode --filter 'finding.rule == "${id}"'.` },
        defaultConfiguration: { level: severity },
      });
    }
  return [...rules.values()];
}

/** A relative path stays relative to where the command runs, as code scanning wants it. */
export function uriOf(file: string): string {
  if (file === '-') return 'stdin';
  if (isAbsolute(file)) return pathToFileURL(file).href;
  return file.replaceAll('\\', '/').split('/').map(encodeURIComponent).join('/');
}
