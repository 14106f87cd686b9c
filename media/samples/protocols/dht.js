/**
 * BitTorrent Mainline DHT (BEP 5, with get and put of BEP 44), over UDP.
 *
 *   peerscope decode dht.pcap --protocol dht.js
 *
 * Each datagram is one bencoded dictionary: "q" asks, "r" answers, "e" refuses, and "t" says what belongs together. The capture is of
 * four nodes of bittorrent-dht 11; three datagrams at its end were made by hand.
 */
export default ({ bencode, bencodeForm, bytes, defineMessages, fresh, struct, toHex, uint }) => {
  const { dict, entry, int, list, packed, packedOne, text } = bencode;
  // `fresh` says what is new in each run, so that `peerscope diff` does not ask for the same value.
  const id = fresh('id', entry('id', 'Node id of the sender, 20 bytes.', bencode.bytes(20)));
  const token = fresh('id', entry('token', 'Lets the asking node announce itself.', bencode.bytes()));
  const value = entry('v', 'The value that is stored.', bencode.any);
  const target = fresh('id', entry('target', 'The id whose closest nodes are wanted.', bencode.bytes(20)));
  const hash = fresh('id', entry('info_hash', 'Hash of the torrent.', bencode.bytes(20)));
  const address = [bytes('ip', 4, 'IPv4 address.', 'address'), uint(2, 'port', 'UDP port.')].map((item) => fresh('id', item));
  const contact = struct('contact', 'A node.', [fresh('id', bytes('id', 20, 'Its id.')), ...address]);
  const nodes = entry('nodes', 'The closest nodes that are known.', packed(contact));
  const peers = entry('values', 'Peers of the torrent.', list(packedOne(struct('peer', 'A peer.', address))));
  const key = fresh('key', entry('k', 'Public key.', bencode.bytes(32)));
  const signature = fresh('signature', entry('sig', 'Signature.', bencode.bytes(64)));
  const seq = entry('seq', 'Sequence number of a mutable value.', int);

  const asks = {
    ping: [id],
    find_node: [id, target],
    get_peers: [id, hash],
    announce_peer: [id, hash, entry('port', 'TCP port.', int), entry('implied_port', '1: the source port.', int), token],
    get: [id, target, seq],
    put: [id, token, value, seq, key, signature],
    other_query: [id],
  };
  const answers = {
    ...{ ping: [id], find_node: [id, nodes], get_peers: [id, token, nodes, peers], announce_peer: [id] },
    ...{ get: [id, token, nodes, value, seq], put: [id], other: [id, token, nodes, peers, value, seq] },
  };

  const common = [
    fresh('id', entry('t', 'Transaction: an answer has that of its query.', bencode.bytes())),
    entry('y', 'q, r or e.', text),
    entry('v', 'Version of the client.', bencode.bytes()),
  ];
  const message = (name, doc, more) => bencodeForm(name, doc, dict([...common, ...more]));
  const method = entry('q', 'Method.', text);
  const query = (name) => message(name, `The query ${name}.`, [method, entry('a', 'Arguments.', dict(asks[name]))]);
  const answer = (name) => message(`${name}_response`, `An answer to ${name}.`, [entry('r', 'Values.', dict(answers[name]))]);
  const error = message('error', 'A query is refused.', [entry('e', 'Code and reason.', list(text))]);
  const parts = [...['a', 'r'].map((name) => entry(name, '', dict([id]))), entry('e', '', list(text))];
  const short = (bytes) => (bytes instanceof Uint8Array ? `${toHex(bytes.subarray(0, 4))}…` : '');
  const rule = (id, severity, clause, check) => ({ id, severity, clause: `BEP 5, ${clause}`, check });
  const wrongId = (id) => id !== undefined && id.length !== 20 && `the id has ${id.length ?? 'no'} bytes, not 20`;
  // What a node fills in: its own id, anything for an id that is looked for, and no other nodes.
  const filled = (entries, me, random) => {
    const all = { id: me.id, target: random(20), info_hash: random(20), token: random(4), nodes: [] };
    return Object.fromEntries(entries.filter(({ name }) => name in all).map(({ name }) => [name, all[name]]));
  };

  return defineMessages({
    id: 'dht',
    title: 'Mainline DHT',
    document: 'BEP 5',
    ports: [{ transport: 'udp', port: 6881 }],
    endpointIds: ['a', 'r'].map((part) => ({ field: `dht.${part}.id`, of: 'sender' })),
    head: message('head', 'Any message.', [method, ...parts]),
    messages: [...Object.keys(asks).map(query), ...Object.keys(answers).map(answer), error],
    looksLike: ({ t, y, q, r, e }) =>
      t instanceof Uint8Array && ((y === 'q' && typeof q === 'string') || (y === 'r' && r) || (y === 'e' && e)),
    name: ({ y, q }, question) => {
      if (y === 'q') return Object.hasOwn(asks, q) ? q : 'other_query';
      return y === 'e' ? 'error' : `${question in answers ? question : 'other'}_response`;
    },
    exchange: { key: ({ t }) => t, asks: ({ y }) => y === 'q' },
    rules: [
      rule('id', 'error', 'DHT Queries', ({ a, r }) => wrongId((a ?? r)?.id)),
      rule('error', 'warning', 'Errors', ({ e }) => Array.isArray(e) && e.join(' ')),
      rule('method', 'warning', 'DHT Queries', ({ q }, name) => name === 'other_query' && `the method ${q} is not known`),
    ],
    info: ({ a, r }) => short(a?.target ?? a?.info_hash) || (r?.nodes ? `${r.nodes.length} nodes` : ''),
    // A test node: what it fills in, and what it answers.
    peer: {
      identity: { id: 20 },
      fill: (name, me, random) => {
        if (name === 'error') return { t: random(2), y: 'e', e: [202, 'Server Error'] };
        if (name in asks) return { t: random(2), y: 'q', q: name, a: filled(asks[name], me, random) };
        return { t: random(2), y: 'r', r: filled(answers[name.replace('_response', '')], me, random) };
      },
      answer: (name, { t, y }) => (y === 'q' && name in answers ? [`${name}_response`, { t }] : undefined),
    },
  });
};
