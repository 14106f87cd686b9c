import type { Statement } from './tree.ts';

/** A fault as test nodes read it, `flip=3:data#2`, or a relay: `back/flip=3:data#2`. */
export function faultText({ way, fault, amount, message, nth, probability }: Statement & { kind: 'fault' }): string {
  const of = (mark: string, word: { readonly text: string } | undefined): string => (word === undefined ? '' : mark + word.text);
  return (
    (way === undefined ? '' : `${way.text}/`) +
    fault.text +
    of('=', amount) +
    of(':', message) +
    of('#', nth) +
    of('@', probability)
  );
}
