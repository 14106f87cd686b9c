import type { Protocol } from '../../dissector/index.ts';
import { attempt, type Module } from './attempt.ts';

/**
 * A stream that messages of another protocol carry for this module: what the module throws costs that stream, and the last message
 * says so.
 */
export function guardedCarried(
  module: Module,
  carried: NonNullable<Protocol['carried']>,
  fail: (sentence: string) => void,
): NonNullable<Protocol['carried']> {
  const rule = { id: `${module.id}.module`, severity: 'error', clause: 'the protocol module itself' } as const;
  return {
    ...carried,
    stream(place, hooks) {
      let hasFailed = false;
      const guard = <T>(call: () => T): T | undefined => {
        if (hasFailed) return undefined;
        try {
          return attempt(module, 'conversation', call);
        } catch (error) {
          hasFailed = true;
          const { message } = error as Error;
          fail(message);
          if (place.messages.length > 0) place.messages.addFinding(place.messages.length - 1, rule, message);
          return undefined;
        }
      };
      const stream = guard(() => carried.stream(place, hooks));
      return {
        feed: (...given) => guard(() => stream?.feed(...given)),
        end: (...given) => guard(() => stream?.end(...given)),
      };
    },
  };
}
