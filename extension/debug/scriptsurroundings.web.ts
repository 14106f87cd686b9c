import { Refusal } from './requests.ts';

export function scriptSurroundings(): never {
  throw new Refusal('Packet scripts need VS Code on a desktop or a server: a browser has no sockets.');
}
