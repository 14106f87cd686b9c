import type { Protocol } from '../../session/index.ts';
import { cipherChoice, keyChoice } from './ciphers.ts';
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

/** The P2P protocol: a TCP stream of packets, encrypted after a Diffie-Hellman handshake. */
export const p2p: Protocol = {
  id: 'p2p',
  title: 'The P2P protocol',
  document: 'p2p',
  names,
  keys,
  rules: Object.values(rules),
  messages: forms,
  machines: [machine],
  choices: [cipherChoice, keyChoice],
  recognise,
  observe,
  dissect,
  explain,
  part,
  compute,
  peer,
};
