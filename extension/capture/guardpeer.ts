/** The active side of a user's module: what it throws is told as its own failure, at its place, and ends no node. */
import type { LinkStatus, NodeContext, NodeDefinition, NodeSession } from '../../dissector/protocol/index.ts';

/** Calls a hook; throws an Error whose message is a sentence that names protocol, hook and place. */
export type Attempt = <T>(hook: string, call: () => T) => T;

export function guardedPeer(peer: NodeDefinition, attempt: Attempt): NodeDefinition {
  const createIdentity = peer.createIdentity.bind(peer);
  return {
    ...peer,
    createIdentity: (random) => attempt('peer.createIdentity', () => createIdentity(random)),
    start(context, identity, role) {
      const started = attempt('peer.start', () => {
        const given = peer.start(context, identity, role);
        if (typeof given !== 'string' && (typeof given !== 'object' || given === null)) throw new Error('it gave no session');
        return given;
      });
      return typeof started === 'string' ? started : guardedSession(started, context, attempt);
    },
  };
}

function guardedSession(own: NodeSession, context: NodeContext, attempt: Attempt): NodeSession {
  /** What nobody asked for has nobody to be thrown at: the node tells it. */
  const told = (link: number, hook: string, call: () => void): void => {
    try {
      attempt(`peer.${hook}`, call);
    } catch (error) {
      context.tell(link, `${(error as Error).message}.`, true);
    }
  };
  return {
    opened: (link) => told(link.id, 'opened', () => own.opened(link)),
    received: (link, bytes) => told(link, 'received', () => own.received(link, bytes)),
    timer: (link, name) => told(link, 'timer', () => own.timer(link, name)),
    waits: (link) => told(link, 'waits', () => own.waits?.(link)),
    closed: (link) => told(link, 'closed', () => own.closed(link)),
    shutdown: (link) => told(link, 'shutdown', () => own.shutdown(link)),
    status: (link) => statusOf(() => attempt('peer.status', () => own.status(link))),
    allowedMessages: (link) => {
      try {
        return attempt('peer.allowedMessages', () => own.allowedMessages(link));
      } catch {
        return [];
      }
    },
    fill: (link, message, given) => asked(attempt, 'fill', () => own.fill(link, message, given)),
    emit: (link, message, values, spoiling) => asked(attempt, 'emit', () => own.emit(link, message, values, spoiling)),
  };
}

function statusOf(status: () => LinkStatus): LinkStatus {
  try {
    return status();
  } catch (error) {
    return { state: 'failed', doc: `${(error as Error).message}.`, ready: false, isProven: false };
  }
}

/** An Error of these hooks is a sentence for whoever asked for the message; only one of another class is a mistake. */
function asked<T>(attempt: Attempt, hook: string, call: () => T): T {
  let sentence: Error | undefined;
  const found = attempt(`peer.${hook}`, () => {
    try {
      return call();
    } catch (error) {
      if (!(error instanceof Error) || error.constructor !== Error) throw error;
      sentence = error;
      return undefined;
    }
  });
  if (sentence !== undefined) throw sentence;
  return found as T;
}
