import type { Protocol } from '../protocol/index.ts';
import { botd } from './botd/index.ts';
import { p2p } from './p2p/index.ts';
import { p2pke } from './p2pke/index.ts';
import { p2ppacket } from './p2ppacket/index.ts';
import { ptpchat } from './ptpchat/index.ts';

/** The one list of protocols; a further one is its folder and its line here. */
export const protocols: readonly Protocol[] = [p2p, p2ppacket, botd, ptpchat, p2pke];
