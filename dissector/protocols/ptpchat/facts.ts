import type { Check } from '../../bytes/index.ts';
import type { AesMode } from '../../crypto/index.ts';
import type { Direction } from '../../protocol/index.ts';
import type { SignedText } from './signed.ts';
import type { SocketText } from './sockets.ts';

/** What the whole capture tells of a message: of a KEY or a MESSAGE what it holds, of any what it is tied to. */
export interface Facts {
  /** It travelled encrypted: a KEY always, a MESSAGE when it is not readable as it stands. */
  readonly encrypted: boolean;
  /** KEY: the channel key, and how it was wrapped. */
  readonly key?: Uint8Array;
  /** MESSAGE: what the channel key opened, the text in it. */
  readonly plaintext?: Uint8Array;
  readonly signed?: SignedText;
  readonly how?: string;
  /** KEY: the fingerprint of the RSA key that unwrapped it. */
  readonly by?: string;
  /** MESSAGE: what it was opened with. */
  readonly opening?: { readonly secret: Uint8Array; readonly mode: AesMode };
  /** What is acknowledged, and ACK: the exchange that it belongs to. */
  readonly exchange?: Exchange;
  /** CONNECT: which step of which path it is. */
  readonly connect?: ConnectStep;
  /** MESSAGE: the KEYs of its channel that opened, each by the fingerprint of its RSA key. */
  readonly unwrapped?: readonly { readonly by: string; readonly frame: number; readonly how: string }[];
  /** MESSAGE: a key of its channel is proven by its wrapping, whether it decrypts the text or not. */
  readonly hasChannelKey?: true;
  readonly signature?: Check;
  readonly links?: readonly MessageLink[];
  /** Why it was not looked into. */
  readonly note?: string;
}

/** What ties a message to another one: the name of the generated field, and the other's frame. */
export interface MessageLink {
  readonly name: 'acknowledged_in' | 'acknowledges' | 'answers' | 'answered_in' | 'retransmission_of' | 'same_message_as';
  readonly frame: number;
}

export const messageLinkDocs: Readonly<Record<MessageLink['name'], string>> = {
  acknowledged_in: 'The ACK that names the id of this message.',
  acknowledges: 'The message that this ACK is for; the last copy of it.',
  answers: 'The request that this message answers.',
  answered_in: 'The first answer to this request.',
  retransmission_of: 'The first copy of this message between the same sockets.',
  same_message_as: 'The first copy of this message, sent to another node.',
};

/** A message that is acknowledged, or a request with its answer, and their ACKs: one session. */
export interface Exchange {
  readonly verb: string;
  readonly frame: number;
  /** The direction of its first message. */
  readonly opener: Direction;
}

/** A CONNECT as one of the steps 1 to 4 of a path; `breach` is what is wrong with it. */
export interface ConnectStep {
  readonly path: Path;
  readonly step: 1 | 2 | 3 | 4;
  readonly breach?: string;
}

/** One opening of a path: A asks S, S forwards to B, B returns it, S forwards that to A. */
export interface Path {
  /** Endpoints as the capture shows them. */
  readonly a: string | undefined;
  readonly s: string;
  /** What A asked for. */
  readonly target: string;
  /** A's socket as S has to write it; its address is known from the packet of step 1, or from step 2. */
  readonly origin: Full;
  b?: string;
  /** B's new port, of step 3. */
  answer?: Full;
  frame: number;
}

export type Full = NonNullable<SocketText['full']>;
