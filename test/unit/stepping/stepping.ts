/** A capture under the debugger's engine, driven without a client. */

import { readFileSync } from 'node:fs';
import { CaptureStepper, type Shown, stackAt } from '../../../dissector/stepping/index.ts';
import { analyse, goldenKeys, goldenPath } from '../../golden/open.ts';

/** Takes all turns of a movement at once. */
export function finished<T>(movement: Generator<void, T>): T {
  for (;;) {
    const { done, value } = movement.next();
    if (done) return value;
  }
}

export function stepperOf(
  capture: string,
  options: Parameters<typeof CaptureStepper.open>[1] & { readonly keys?: boolean } = {},
) {
  const { keys = true, ...rest } = options;
  const bytes = readFileSync(goldenPath(`${capture}.${capture === 'p2ppacket_a' ? 'pcap' : 'pcapng'}`));
  const stepper = finished(CaptureStepper.open(analyse(bytes, keys ? goldenKeys(capture) : ''), rest));
  if ('problem' in stepper) throw new Error(stepper.problem);
  return stepper;
}

/** All that a person can see at the position, opened to the last level. */
export function seenAt(stepper: CaptureStepper, reveal = false): string {
  const line = (shown: Shown, depth: number): string[] => [
    `${' '.repeat(depth)}${shown.name} = ${shown.value}`,
    ...(shown.children?.() ?? []).flatMap((child) => line(child, depth + 1)),
  ];
  const levels = stackAt(stepper, stepper.position, reveal).flatMap((level) => [
    level.name,
    ...level.scopes().flatMap((scope) => [scope.name, ...scope.variables().flatMap((shown) => line(shown, 1))]),
  ]);
  return levels.join('\n');
}
