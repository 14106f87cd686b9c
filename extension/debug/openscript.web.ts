import { Refusal } from './requests.ts';

export function openScript(): Promise<never> {
  return Promise.reject(new Refusal('Packet scripts need VS Code on a desktop or a server: a browser has no sockets.'));
}
