/** What Wireshark is given of a protocol. */
export * from './lua.ts';
