import type { Bench, Direction } from '../../session/index.ts';
import { BoundedMap } from './bounded.ts';
import { tell } from './links.ts';
import { elementKey, type Sighting } from './sighting.ts';

/** A message that is acknowledged, or a request with its answer, and their ACKs: one session. */
export interface Exchange {
  readonly verb: string;
  readonly frame: number;
  /** The direction of its first message. */
  readonly opener: Direction;
}

/** Requests and the verbs that answer them. */
const answers: Readonly<Record<string, string>> = { CERTIFICATE: 'GETCERTIFICATE', KEY: 'GETKEY' };

/** Which exchange each message belongs to: by msg_id and the way it went; a KEY by channel and node, for it has an id of its own. */
export class Exchanges {
  readonly #bench: Bench;
  readonly #byId: BoundedMap<string, Exchange>;
  readonly #byChannel: BoundedMap<string, Exchange>;

  constructor(bench: Bench) {
    this.#bench = bench;
    this.#byId = new BoundedMap(bench.limits.sessions);
    this.#byChannel = new BoundedMap(bench.limits.sessions);
  }

  see(sighting: Sighting): void {
    const { id, verb, msgId, lane, back } = sighting;
    if (verb === undefined || msgId === undefined) return;
    const exchange =
      verb.name === 'ACK' ? this.#byId.get(`${back}\n${msgId}`) : verb.acknowledged && this.#of(sighting, verb.name);
    if (!exchange) return;
    tell(this.#bench.messages, id, { exchange });
    if (verb.name === 'ACK') return;
    this.#byId.set(`${lane}\n${msgId}`, exchange);
    if (verb.name === 'GETKEY') this.#byChannel.set(channelKey(lane, sighting, 'node_id'), exchange);
  }

  #of(sighting: Sighting, verb: string): Exchange {
    const { msgId, lane, back, frame } = sighting;
    const copied = this.#byId.get(`${lane}\n${msgId}`);
    const asked =
      verb === 'KEY' ? this.#byChannel.get(channelKey(back, sighting, 'recipient_id')) : this.#byId.get(`${back}\n${msgId}`);
    if (copied !== undefined) return copied;
    if (asked !== undefined && asked.verb === answers[verb]) return asked;
    return { verb, frame, opener: (lane & 1) as Direction };
  }
}

function channelKey(lane: number, sighting: Sighting, node: string): string {
  return `${lane}\n${elementKey(sighting, 'channel_id')}\n${elementKey(sighting, node)}`;
}
