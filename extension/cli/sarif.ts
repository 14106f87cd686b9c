import { isAbsolute } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Protocol } from '../../dissector/session/index.ts';
import type { Located } from './report.ts';

/** Findings as one SARIF 2.1.0 document, the format that code scanning reads. */
export class SarifLog {
  readonly #version: string;
  readonly #rules: readonly SarifRule[];
  readonly #places: ReadonlyMap<string, number>;
  readonly #results: object[] = [];

  constructor(protocols: readonly Protocol[], version: string) {
    this.#version = version;
    this.#rules = rulesOf(protocols);
    this.#places = new Map(this.#rules.map(({ id }, index) => [id, index]));
  }

  add({ file, frame, rule, severity, text, clause, frames }: Located): undefined {
    const ruleIndex = this.#places.get(rule);
    const location = {
      physicalLocation: { artifactLocation: { uri: uriOf(file) } },
      logicalLocations: [{ name: `frame ${frame}`, fullyQualifiedName: `${file}:${frame}` }],
    };
    this.#results.push({
      ruleId: rule,
      ...(ruleIndex === undefined ? {} : { ruleIndex }),
      level: severity,
      message: { text: `frame ${frame}: ${text}` },
      locations: [location],
      properties: { frame, frames, clause },
    });
  }

  text(): string {
    const driver = { name: 'Peerscope', version: this.#version, rules: this.#rules };
    const runs = [{ tool: { driver }, results: this.#results }];
    return JSON.stringify({ $schema: 'https://json.schemastore.org/sarif-2.1.0.json', version: '2.1.0', runs }, null, 2);
  }
}

interface SarifRule {
  readonly id: string;
  readonly shortDescription: { readonly text: string };
  readonly defaultConfiguration: { readonly level: 'error' | 'warning' | 'note' };
}

/** A rule that has two severities is one rule; its results say their own level. */
function rulesOf(protocols: readonly Protocol[]): SarifRule[] {
  const rules = new Map<string, SarifRule>();
  for (const { id, severity, clause } of protocols.flatMap((protocol) => protocol.rules)) {
    const rule = { id, shortDescription: { text: clause === '' ? id : clause }, defaultConfiguration: { level: severity } };
    if (!rules.has(id)) rules.set(id, rule);
  }
  return [...rules.values()];
}

/** A relative path stays relative to where the command runs, as code scanning wants it. */
function uriOf(file: string): string {
  if (file === '-') return 'stdin';
  if (isAbsolute(file)) return pathToFileURL(file).href;
  return file.replaceAll('\\', '/').split('/').map(encodeURIComponent).join('/');
}
