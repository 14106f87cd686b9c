/** What `--help` prints, and a usage error after its sentence. */
export const usage = `peerscope decode CAPTURE [--keys KEYLOG]… [--filter FILTER] [--json] [--bytes] [--explain N]   its messages
peerscope check  CAPTURE [--keys KEYLOG]… [--filter FILTER] [--format FORMAT]                  what the specifications would say about them
peerscope info   CAPTURE [--keys KEYLOG]… [--json]                           the capture as a whole
peerscope frames CAPTURE [--json]                                            its frames

CAPTURE is a pcap or pcapng file, also compressed with gzip, or - for standard input.

  --keys KEYLOG           opens what is encrypted; a key log holds one secret a line; may be repeated
  --json                  one JSON object a line
  --bytes                 with decode: each message's bytes after decryption, in hex
  --filter FILTER         only messages that match: "p2p.message == \\"TUNNEL_DATA\\" && ip.src == 10.0.0.0/8"; their numbers stay
  --explain N             with decode: why message N is not decrypted, or how it was; N is "n" of decode --json
  --format FORMAT         with check: text, json (as --json), sarif, or github (workflow commands)
  --decode-as RULE        says what a conversation is: "udp.port == 7000 → p2pke"; may be repeated, the first that matches counts
  --choice ID=CANDIDATE   pins what a specification leaves open: p2p.cipher=aes-256-ctr; a table is name:number,…; may be repeated
  --protocol MODULE       a protocol of your own: an ES module that exports what defineProtocol returned; may be repeated
  --help                  this text
  --version               the version

Exit status: 0 read to the end; 1 findings of severity error (check only); 2 the capture cannot be read; 3 usage.
`;
