/** Packets of whoever uses a node: it gives them out, and answers none of them itself. */
export const delivered: readonly string[] = ['PAIR_REQ', 'PAIR_RES', 'DATA', 'TUNNEL_REQ', 'TUNNEL_DATA', 'TUNNEL_CLOSE'];
