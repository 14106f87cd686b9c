// A timer would wait for milliseconds; a message to oneself comes after those that are there.
declare const MessageChannel: new () => {
  readonly port1: { onmessage: (() => void) | null };
  readonly port2: { postMessage(message: unknown): void };
};
const channel = new MessageChannel();
const calls: (() => void)[] = [];
channel.port1.onmessage = () => calls.shift()?.();

export const yieldToLoop = (call: () => void): void => {
  calls.push(call);
  channel.port2.postMessage(null);
};
