import type { ObserverContext } from '../../../protocol/index.ts';
import { BoundedMap } from '../boundedmap.ts';
import { rules } from '../rules.ts';
import type { Sighting } from './sighting.ts';

/** 0.5 and 2 seconds with their tolerance. */
const shortest = 0.4;
const longest = 2.5;
/** When neither node said anything for so long, one had left and came back: the clock starts again. */
const parted = 30;

/** HELLO comes at an interval, measured between two HELLOs of one sender to one receiver; no clock runs before the first. */
export class Hellos {
  readonly #context: ObserverContext;
  readonly #last: BoundedMap<number, { time: number; frame: number }>;
  /** By conversation, the time of its last message. */
  readonly #heard: BoundedMap<number, number>;

  constructor(context: ObserverContext) {
    this.#context = context;
    this.#last = new BoundedMap(context.limits.sessions);
    this.#heard = new BoundedMap(context.limits.sessions);
  }

  see(sighting: Sighting): void {
    const { id, frame, time, lane, transport, verb } = sighting;
    const heard = this.#heard.get(lane >>> 1);
    this.#heard.set(lane >>> 1, time);
    if (verb?.name !== 'HELLO') return;
    const last = this.#last.get(lane);
    this.#last.set(lane, { time, frame });
    if (last === undefined || (heard !== undefined && time - heard > parted)) return;
    // A segment can bring two HELLOs that were not written at one time.
    if (transport === 'tcp' && last.frame === frame) return;
    const interval = time - last.time;
    if (interval < shortest) this.#find(id, interval, 'less than 0.5', last.frame);
    else if (interval > longest) this.#find(id, interval, 'more than 2', last.frame);
  }

  /** Bytes of the stream are missing, perhaps with a HELLO in them. */
  lost(lane: number): void {
    this.#last.delete(lane);
  }

  #find(id: number, interval: number, than: string, frame: number): void {
    const text = `${interval.toFixed(2)} s after the HELLO before it, ${than} seconds`;
    this.#context.messages.addFinding(id, rules.helloInterval, text, [frame]);
  }
}
