import type { Rule, Severity } from './finding.ts';

/** A rule about which message was before another: silent where the times of a capture leave that open. */
export function aboutOrder(rule: Rule): Rule {
  return { ...rule, isAboutOrder: true };
}

/** Makes the rules of one protocol, whose names all begin with it: `const rule = rulesOf('p2p')`. */
export function rulesOf(protocol: string): (name: string, severity: Severity, clause: string) => Rule {
  return (name, severity, clause) => ({ id: `${protocol}.${name}`, severity, clause });
}
