/** Why bytes of a connection stay as they are. */
export const noHandshake = 'The handshake is not in the capture: without it neither the key nor the packet borders can be known.';
export const noKey = 'No given key opens the connection, so the packet borders are not known.';
export const notComputed = (limit: string): string => `The limit ${limit} of key exchanges is passed: this one was not computed.`;
export const notAllTried = 'A public key of the handshake is missing: exponents over the limit orphanKeys were not tried for it.';
export const notUnpacked = 'The limit unpackedBytes is passed: the node list was not unpacked.';
export const notUnwrapped = (limit: string): string => `The limit ${limit} is passed: not every RSA key was tried on the tunnel.`;
export const notTested = 'Whether param_p is prime was not tested: the limit captureOperations or primeBits is passed.';
export const notOpened = 'The keys given for this connection do not open this direction.';
export const afterGap = 'Bytes before it are missing: where a packet begins cannot be known any more.';
