import { orUndefined } from '../crypto/index.ts';
import type { Protocol } from '../protocol/index.ts';
import type { Fault } from '../testnode/index.ts';
import type { RelayFaults } from './faults.ts';
import type { Unit, UnitMessage } from './units.ts';

/** A fault, and the message that it happens to; an empty name for bytes that are none. */
export interface TakenFault {
  readonly fault: Fault;
  readonly name: string;
}

/**
 * The faults that happen to a unit. A message may carry another one, which a fault names: a note in an encrypted frame, say. It happens to what
 * carries it then. `isFirst`: none of this name went before.
 */
export function faultsOn(
  unit: Unit,
  faults: RelayFaults,
  protocol: Protocol,
  isFirst: (name: string) => boolean,
): readonly TakenFault[] {
  if (!faults.hasAny) return [];
  const { way, messages } = unit;
  if (messages.length === 0) return faults.take(way, '', isFirst('')).map((fault) => ({ fault, name: '' }));
  return messages.flatMap((message) => {
    const { name: carrier } = message;
    const first = isFirst(carrier);
    const taken = faults.take(way, carrier, first).map((fault) => ({ fault, name: carrier }));
    const inside = faults.mayNameInside(carrier) ? namesInside(message, unit, protocol) : [];
    return [
      ...taken,
      ...inside.flatMap((name) => faults.takeInside(way, { name, carrier }, first).map((fault) => ({ fault, name }))),
    ];
  });
}

/** Names of the messages that a message carries, as far as keys open them. */
function namesInside({ inside, view: alone }: UnitMessage, { sealed }: Unit, { dissect }: Protocol): readonly string[] {
  const within = orUndefined(() => {
    const view = inside === undefined ? alone() : sealed && inside.view(sealed.clear);
    return view && dissect(view).within;
  });
  return [...new Set((within ?? []).map(({ name }) => name).filter((name) => name !== ''))];
}
