/**
 * js-libp2p for the tests of the sample libp2p, in a process of its own: `listen`, or the port that it dials. A line of JSON for each
 * thing that happens; it ends with its input.
 */
// Node.js 20 has no such function yet, and the packages call it.
Promise.withResolvers ??= () => {
  const out = {};
  out.promise = new Promise((resolve, reject) => Object.assign(out, { resolve, reject }));
  return out;
};
const { createLibp2p } = await import('libp2p');
const { identify } = await import('@libp2p/identify');
const { noise } = await import('@libp2p/noise');
const { ping } = await import('@libp2p/ping');
const { tcp } = await import('@libp2p/tcp');
const { yamux } = await import('@libp2p/yamux');
const { multiaddr } = await import('@multiformats/multiaddr');

const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);
const [what] = process.argv.slice(2);
const node = await createLibp2p({
  addresses: { listen: what === 'listen' ? ['/ip4/127.0.0.1/tcp/0'] : [] },
  transports: [tcp()],
  connectionEncrypters: [noise()],
  streamMuxers: [yamux()],
  services: { ping: ping(), identify: identify() },
});
node.addEventListener('peer:identify', ({ detail }) =>
  say({ identified: detail.agentVersion, protocols: detail.protocols, peer: String(detail.peerId) }),
);
process.stdin.on('end', () => process.exit()).resume();
if (what === 'listen') say({ port: Number(node.getMultiaddrs()[0].toString().split('/')[4]) });
else {
  try {
    const connection = await node.dial(multiaddr(`/ip4/127.0.0.1/tcp/${what}`));
    for (let round = 0; round < 2; round++) say({ pinged: await node.services.ping.ping(connection.remotePeer) });
  } catch (error) {
    say({ failed: error.message });
  }
}
