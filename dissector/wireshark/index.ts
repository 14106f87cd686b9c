/** What Wireshark is given of a protocol. */

export * from './exportedpdu.ts';
export * from './lua.ts';
export * from './openedcapture.ts';
