/** A program that somebody debugs while it talks with a test node. */
import { dial } from './peer.ts';

const peer = await dial(Number(process.argv[2]), (bytes: Uint8Array) => {
  console.log(`${bytes.length} bytes came`);
});
await peer.ready();
const said: string = 'after the breakpoint';
peer.say(said);
console.log('it is said');
await peer.end();
