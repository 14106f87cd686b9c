import type { Protocol } from '../../session/index.ts';
import { compute } from './compute.ts';
import { dissect } from './dissect.ts';
import { explain } from './explain.ts';
import { keys } from './keys.ts';
import { machine } from './machine.ts';
import { forms, names } from './messages.ts';
import { observe } from './observe.ts';
import { part } from './part.ts';
import { peer } from './peer.ts';
import { recognise } from './recognise.ts';
import { rules } from './rules.ts';

/** P2P Key Exchange: Noise NN sessions over any datagram transport. */
export const p2pke: Protocol = {
  id: 'p2pke',
  title: 'P2P Key Exchange',
  document: 'p2pke',
  names,
  keys,
  rules: Object.values(rules),
  messages: forms,
  machines: [machine],
  recognise,
  observe,
  dissect,
  explain,
  part,
  compute,
  peer,
};
