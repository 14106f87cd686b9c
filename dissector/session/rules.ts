import type { Rule, Severity } from './protocol.ts';

/** Makes the rules of one protocol, whose names all begin with it: `const rule = rulesOf('p2p')`. */
export function rulesOf(protocol: string): (name: string, severity: Severity, clause: string) => Rule {
  return (name, severity, clause) => ({ id: `${protocol}.${name}`, severity, clause });
}
