import type { LimitTable } from '../bytes/index.ts';
import type { MessageForm, TreeField } from '../codec/index.ts';
import type { NumberTable, OpenChoice } from './choices.ts';
import type { Derivation } from './derivations.ts';
import type { Dissection, MessageView } from './dissection.ts';
import type { Carried } from './dissectortables.ts';
import type { Rule } from './finding.ts';
import type { KeyKind } from './keykind.ts';
import type { KeyRing } from './keyring.ts';
import type { TriedKey } from './keytrials.ts';
import type { Machine } from './machine.ts';
import type { NodeDefinition } from './node.ts';
import type { ConversationSample, Observer, ObserverContext } from './observe.ts';
import type { EditingOf, RunningCipherOf, Seal } from './sealing.ts';
import type { MessageHeader, SessionStep } from './steps.ts';
import type { Wire } from './wire.ts';

/** A layer that messages stand in, or carry. Its Field in a tree has the `id` as its name. */
export interface LayerForm {
  /** A word of lower-case letters and digits, as that of a protocol. */
  readonly id: string;
  readonly title: string;
  /** Its messages; their fields are those of the layer. */
  readonly messages: readonly MessageForm[];
  /** Fields that dissection adds to them. */
  readonly treeFields?: readonly TreeField[];
}

/** A field that names an end of a conversation for as long as it lives: a node id, a long-term public key. */
export interface EndpointId {
  /** As filters name it: `ptpchat.msg_data.node_id`. */
  readonly field: string;
  /** Whose it is: of who sent the message, or of who gets it. */
  readonly of: 'sender' | 'recipient';
  /** The messages in which it is so; all that have the field where left out. */
  readonly messages?: readonly string[];
}

/**
 * `Facts` is what its first pass learns of one message, `Session` what messages belong to: its own types, which nothing else reads.
 * `defineProtocol` lets go of both, so that protocols stand in one list.
 */
export interface Protocol<Facts = unknown, Session = unknown> {
  readonly id: string;
  readonly title: string;
  /** Name of its specification. */
  readonly document: string;
  /** The message names of the specification, at most 256; names that only the wire knows are added to them. */
  readonly names: readonly string[];
  /**
   * Messages that a clock sends again and again (keepalives, announcements): how many a capture has, and what they stand between, is a matter
   * of how long it is. A comparison of two captures does not count them.
   */
  readonly periodic?: readonly string[];
  /** What names the ends of its conversations: shown beside their addresses. */
  readonly endpointIds?: readonly EndpointId[];
  /** Its messages in clear as data: with it there is a dissector for Wireshark. */
  readonly wire?: Wire;
  readonly keys: readonly KeyKind[];
  readonly rules: readonly Rule[];
  /** Its messages both ways and in words: the encoder, the reference and completion come from them. */
  readonly messages?: readonly MessageForm[];
  /**
   * Fields that `dissect` adds to those of the messages: generated ones, of which it may add no others, and what frames a message.
   * Filters, completion, columns and the reference know them from here.
   */
  readonly treeFields?: readonly TreeField[];
  /** Layers of its trees that have a name of their own (`yamux` in libp2p): filters name their fields `yamux.type`. */
  readonly layers?: readonly LayerForm[];
  readonly machines?: readonly Machine[];
  /** What its specification leaves open; from them come the settings. */
  readonly choices?: readonly (OpenChoice | NumberTable)[];
  /** What only this protocol has to bound: a person raises and lowers it by its name, and `valuesOf` reads what is in force. */
  readonly limits?: LimitTable;
  /** Ports that its specification names. They are no evidence: a conversation on one that is not recognised is told of. */
  readonly ports?: readonly { readonly transport: 'udp' | 'tcp'; readonly port: number }[];
  /** 0..100: how sure the bytes make it that this is the protocol. A port makes likely bytes likelier, and counts for nothing alone. */
  readonly recognise: (glance: ConversationSample) => number;
  /**
   * What keeps a conversation that no protocol recognised from being this one, where all else fits: the end of the sentence
   * "looks like p2pke, but …". Asked once a conversation. It has to be as sure of the rest as `recognise` would be.
   */
  readonly almost?: (sample: ConversationSample) => string | undefined;
  readonly observe: (context: ObserverContext<Facts, Session>) => Observer;
  readonly dissect: (message: MessageView<Facts, Session>) => Dissection;
  /** What each given key did for one message, step by step, with public values only. */
  readonly explain?: (message: MessageView<Facts, Session>, keys: KeyRing) => readonly TriedKey[];
  /** The session that a message is a step of; none for one that stands alone. Cheap: asked for every message of a capture. */
  readonly part?: (message: MessageHeader<Facts, Session>) => SessionStep | undefined;
  /** What both sides compute for a message, in the order in which they do, with the values of this one as far as the keys tell them. */
  readonly compute?: (message: MessageView<Facts, Session>, keys: KeyRing) => readonly Derivation[];
  /** What it reads of the payload of other protocols, where they hand it over. */
  readonly carried?: Carried;
  /** Makes the bytes of a message again from its values: without it a relay edits messages in clear that need no frame, and of others the bytes. */
  readonly seal?: Seal<Facts, Session>;
  /** How a relay edits messages that are more than the fields of their form. Where it is left out, they are edited by their form and `seal`. */
  readonly editing?: EditingOf<Facts, Session>;
  /** Of a stream whose cipher runs through a direction: with it a relay seals again what follows an edit. */
  readonly runningCipher?: RunningCipherOf<Facts, Session>;
  /** Its active side: without it there is no test node of this protocol. */
  readonly peer?: NodeDefinition;
}
