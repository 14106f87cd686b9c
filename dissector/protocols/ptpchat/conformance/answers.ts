import type { ObserverContext } from '../../../protocol/index.ts';
import { BoundedMap } from '../boundedmap.ts';
import type { Facts } from '../facts.ts';
import { rules } from '../rules.ts';
import type { Identity } from './ids.ts';
import { link } from './links.ts';
import { elementKey, type Sighting } from './sighting.ts';

/** A request with all its copies in one lane. */
interface Request {
  readonly lane: number;
  readonly id: number;
  readonly node: string | undefined;
  answered?: number;
}

interface Doubtful {
  readonly id: number;
  readonly request: Request;
}

/** Requests of one lane among which an answer with another id looks for its own. */
const mostOpen = 64;

/**
 * CERTIFICATE answers GETCERTIFICATE with its msg_id, or comes in advance with one of its own. One that comes while a request
 * of its recipient is open may be either, for the two can cross on their way: at the capture's end it answered when
 * nothing else did. KEY answers GETKEY, found by channel and recipient; whether it comes is its sender's choice.
 */
export class Answers {
  readonly #context: ObserverContext<Facts>;
  readonly #requests: BoundedMap<string, Request>;
  readonly #anywhere: BoundedMap<string, Request>;
  readonly #open: BoundedMap<number, Request[]>;
  readonly #keyRequests: BoundedMap<string, Request>;
  readonly #doubtful: Doubtful[] = [];

  constructor(context: ObserverContext<Facts>) {
    this.#context = context;
    const { sessions } = context.limits;
    this.#requests = new BoundedMap(sessions);
    this.#anywhere = new BoundedMap(sessions);
    this.#open = new BoundedMap(sessions, (open) => open.length);
    this.#keyRequests = new BoundedMap(sessions);
  }

  see(sighting: Sighting, identity: Identity | undefined): void {
    const { msgId, isSound, verb } = sighting;
    if (msgId === undefined || !isSound) return;
    if (verb?.name === 'GETCERTIFICATE') this.#request(sighting, msgId);
    else if (verb?.name === 'CERTIFICATE') this.#certificate(sighting, msgId, identity);
    else if (verb?.name === 'GETKEY') this.#keyRequest(sighting);
    else if (verb?.name === 'KEY') this.#key(sighting);
  }

  end(): void {
    for (const { id, request } of this.#doubtful) {
      if (request.answered !== undefined) continue;
      const { messages } = this.#context;
      const asked = messages.frame(request.id);
      messages.addFinding(id, rules.certificateId, `the GETCERTIFICATE in frame ${asked} has another msg_id`, [asked]);
    }
  }

  #request(sighting: Sighting, msgId: string): void {
    const { id, lane } = sighting;
    const key = `${lane}\n${msgId}`;
    if (this.#requests.get(key) !== undefined) return;
    const request: Request = { lane, id, node: elementKey(sighting, 'node_id') };
    this.#requests.set(key, request);
    this.#anywhere.set(msgId, request);
    this.#open.set(lane, [...(this.#open.get(lane) ?? []), request].slice(-mostOpen));
  }

  #certificate(sighting: Sighting, msgId: string, identity: Identity | undefined): void {
    const { id, back } = sighting;
    const request = this.#requests.get(`${back}\n${msgId}`) ?? this.#anywhere.get(msgId);
    if (request !== undefined) {
      this.#answer(request, sighting);
      return;
    }
    // A copy of one that was sent in advance stays in advance.
    if (identity !== undefined && identity.known.id !== id) return;
    const recipient = elementKey(sighting, 'recipient_id');
    const open = this.#open.get(back)?.find(({ node }) => node === undefined || node === recipient);
    if (open !== undefined && this.#doubtful.length < this.#context.limits.sessions) this.#doubtful.push({ id, request: open });
  }

  #keyRequest(sighting: Sighting): void {
    const node = elementKey(sighting, 'node_id');
    const key = keyOf(sighting.lane, sighting, node);
    this.#keyRequests.set(key, { lane: sighting.lane, id: sighting.id, node });
  }

  #key(sighting: Sighting): void {
    const request = this.#keyRequests.get(keyOf(sighting.back, sighting, elementKey(sighting, 'recipient_id')));
    if (request !== undefined) this.#answer(request, sighting);
  }

  #answer(request: Request, { id, frame }: Sighting): void {
    const { messages } = this.#context;
    link(messages, id, 'answers', messages.frame(request.id));
    if (request.answered !== undefined) return;
    request.answered = frame;
    link(messages, request.id, 'answered_in', frame);
    const open = this.#open.get(request.lane)?.filter((one) => one !== request);
    if (open !== undefined) this.#open.set(request.lane, open);
  }
}

function keyOf(lane: number, sighting: Sighting, node: string | undefined): string {
  return `${lane}\n${elementKey(sighting, 'channel_id') ?? ''}\n${node ?? ''}`;
}
