/** Protocols written by what they say, the passes derived from it. */
export { type ConversationDefinition, defineConversation } from './defineconversation.ts';
export { defineMessages, type MessageRule, type MessagesDefinition } from './definemessages.ts';
export type { Exchange } from './exchanges.ts';
export type { Handshake, OpenedTransport, TransportOptions } from './handshake.ts';
export type { HandshakeOptions } from './handshakereader.ts';
export { ipPacketLayer } from './ippacket.ts';
export { Layer, type LayerDefinition } from './layer.ts';
export type { Identity, MessagePeer } from './messagepeer.ts';
export type { MuxOptions } from './mux.ts';
export { type NoiseOptions, noiseLayer } from './noise.ts';
export type { MessageFacts, ReadMessage } from './readmessage.ts';
export type { SessionKey, SessionTable } from './sessiontable.ts';
export type { Reading } from './stage.ts';
export { Talk } from './talk.ts';
