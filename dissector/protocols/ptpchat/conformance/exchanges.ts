import type { Direction, ObserverContext } from '../../../protocol/index.ts';
import { BoundedMap } from '../boundedmap.ts';
import type { Exchange, Facts } from '../facts.ts';
import { tell } from './links.ts';
import { elementKey, type Sighting } from './sighting.ts';

/** Requests and the verbs that answer them. */
const answers: Readonly<Record<string, string>> = { CERTIFICATE: 'GETCERTIFICATE', KEY: 'GETKEY' };

/** Which exchange each message belongs to: by msg_id and the way it went; a KEY by channel and node, for it has an id of its own. */
export class Exchanges {
  readonly #context: ObserverContext<Facts>;
  readonly #byId: BoundedMap<string, Exchange>;
  readonly #byChannel: BoundedMap<string, Exchange>;

  constructor(context: ObserverContext<Facts>) {
    this.#context = context;
    this.#byId = new BoundedMap(context.limits.sessions);
    this.#byChannel = new BoundedMap(context.limits.sessions);
  }

  see(sighting: Sighting): void {
    const { id, verb, msgId, lane, back } = sighting;
    if (verb === undefined || msgId === undefined) return;
    const exchange =
      verb.name === 'ACK' ? this.#byId.get(`${back}\n${msgId}`) : verb.acknowledged && this.#of(sighting, verb.name);
    if (!exchange) return;
    tell(this.#context.messages, id, { exchange });
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
