/** The end of the thread that the host talks to, in Node. In a browser port.web.ts stands in its place. */
import { parentPort } from 'node:worker_threads';

export interface Port {
  post(message: unknown): void;
  listen(received: (message: unknown) => void): void;
}

if (parentPort === null) throw new Error('This is a worker: it runs in a thread of its own.');
const own = parentPort;

export const port: Port = {
  post: (message) => own.postMessage(message),
  listen: (received) => void own.on('message', received),
};
