import type { Port } from './port.ts';

declare const self: {
  onmessage: ((event: { readonly data: unknown }) => void) | null;
  postMessage(message: unknown): void;
};

export const port: Port = {
  post: (message) => self.postMessage(message),
  listen: (received) => {
    self.onmessage = ({ data }) => received(data);
  },
};
