/** Protocols written by what they say, the passes derived from it. */
export { type ConversationDefinition, defineConversation } from './defineconversation.ts';
export { defineMessages, type MessageRule, type MessagesDefinition } from './definemessages.ts';
export type { Exchange } from './exchanges.ts';
export { Layer, type LayerDefinition } from './layer.ts';
export type { MuxOptions } from './mux.ts';
export type { ConversationPeer } from './node/conversationpeer.ts';
export type { Identity } from './node/identity.ts';
export type { MessagePeer } from './node/messagepeer.ts';
export type { FramePlace, NodeMuxOptions } from './node/nodemux.ts';
export type { NodeNoiseOptions } from './node/nodenoise.ts';
export { NodeTalk } from './node/nodetalk.ts';
export type { Speaking } from './node/waiting.ts';
export { type NoiseOptions, noiseLayer } from './noise.ts';
export type { MessageFacts, ReadMessage } from './readmessage.ts';
export type { Reading } from './stage.ts';
export { Talk } from './talk.ts';
