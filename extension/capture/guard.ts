/**
 * A protocol of the user's own is a program that nobody has tested against hostile bytes. What it throws is told as its own
 * failure: in the tree of the message where it fails to dissect one, else as a ProtocolFailure.
 */
import { type Dissection, type KeyKind, malformed, type Observer, type Protocol } from '../../dissector/index.ts';
import { reasonOf } from './reason.ts';

/** The message is a sentence for a person. */
export class ProtocolFailure extends Error {}

export function guarded(protocol: Protocol): Protocol {
  const { id } = protocol;
  const explain = protocol.explain?.bind(protocol);
  const part = protocol.part?.bind(protocol);
  const compute = protocol.compute?.bind(protocol);
  return {
    ...protocol,
    keys: protocol.keys.map(keyKind),
    recognise: (glance) => attempt(id, 'recognise', () => protocol.recognise(glance)),
    observe: (bench) =>
      observer(
        id,
        attempt(id, 'observe', () => protocol.observe(bench)),
      ),
    dissect: (message) => {
      try {
        const dissection = protocol.dissect(message);
        if (isDissection(dissection)) return dissection;
        return failed(id, message, 'it gave no layer, fields, whole, info and missing');
      } catch (error) {
        return failed(id, message, reasonOf(error));
      }
    },
    ...(explain === undefined ? {} : { explain: (message, keys) => attempt(id, 'explain', () => explain(message, keys)) }),
    ...(part === undefined ? {} : { part: (message) => attempt(id, 'part', () => part(message)) }),
    ...(compute === undefined ? {} : { compute: (...given) => attempt(id, 'compute', () => compute(...given)) }),
  };
}

/** A line that it fails to read is one that does not parse. What it throws is not told: it may hold the key. */
function keyKind(kind: KeyKind): KeyKind {
  return {
    ...kind,
    parse(fields) {
      try {
        const parsed = kind.parse(fields);
        return typeof parsed === 'string' || typeof parsed?.index === 'string' ? parsed : 'its protocol gave no index for it';
      } catch {
        return 'its protocol failed to read it';
      }
    },
  };
}

function attempt<T>(id: string, hook: string, call: () => T, frame?: number): T {
  try {
    return call();
  } catch (error) {
    const where = frame === undefined ? '' : ` at frame ${frame}`;
    throw new ProtocolFailure(`The protocol ${id} failed in "${hook}"${where}: ${reasonOf(error)}`, { cause: error });
  }
}

function observer(id: string, own: Observer): Observer {
  return {
    conversation: (conversation) => {
      const one = attempt(id, 'conversation', () => own.conversation(conversation));
      const { datagram, stream, gap } = one;
      return {
        ...(datagram === undefined
          ? {}
          : {
              datagram: (direction, bytes, frame, cut, pieces) =>
                attempt(id, 'datagram', () => datagram.call(one, direction, bytes, frame, cut, pieces), frame),
            }),
        ...(stream === undefined
          ? {}
          : {
              stream: (direction, buffer, frame, ended, why) =>
                attempt(id, 'stream', () => stream.call(one, direction, buffer, frame, ended, why), frame),
            }),
        ...(gap === undefined
          ? {}
          : { gap: (direction, buffer, length) => attempt(id, 'gap', () => gap.call(one, direction, buffer, length)) }),
      };
    },
    end: () => attempt(id, 'end', () => own.end()),
  };
}

function isDissection(given: Dissection | undefined): given is Dissection {
  return (
    typeof given?.layer === 'object' &&
    given.layer !== null &&
    typeof given.fields === 'object' &&
    given.whole instanceof Uint8Array &&
    typeof given.info === 'string' &&
    Array.isArray(given.missing)
  );
}

/** The message as bytes, and why it is no more than that. */
function failed(id: string, { bytes, source, start, end }: Parameters<Protocol['dissect']>[0], reason: string): Dissection {
  const text = `The protocol ${id} failed in "dissect": ${reason}`;
  const value = bytes.slice(start, end);
  const problem = malformed(text, start, id);
  return {
    layer: { name: id, kind: 'value', value, source, start, end, problem },
    fields: {},
    whole: value,
    info: text,
    missing: [],
  };
}
