import { defineProtocol } from '../../protocol/index.ts';
import { almost } from './almost.ts';
import { cipherChoice, keyChoice } from './choices.ts';
import { compute } from './derivations.ts';
import { dissect } from './dissect.ts';
import type { Facts } from './facts.ts';
import { keys } from './keys.ts';
import { explain } from './keytrials.ts';
import { ownLimits } from './limits.ts';
import { machine } from './machine.ts';
import { forms, names, wire } from './messages.ts';
import { peer } from './node/definition.ts';
import { observe } from './observe.ts';
import { port, recognise } from './recognise.ts';
import { rules } from './rules.ts';
import { runningCipher, seal } from './seal.ts';
import type { Session } from './session.ts';
import { part } from './step.ts';
import { treeFields } from './treefields.ts';

/** The P2P protocol: a TCP stream of packets, encrypted after a Diffie-Hellman handshake. */
export const p2p = defineProtocol<Facts, Session>({
  id: 'p2p',
  title: 'The P2P protocol',
  document: 'p2p',
  names,
  wire,
  periodic: ['KEEP_ALIVE'],
  keys,
  limits: ownLimits,
  rules: Object.values(rules),
  messages: forms,
  treeFields,
  machines: [machine],
  choices: [cipherChoice, keyChoice],
  ports: [{ transport: 'tcp', port }],
  recognise,
  almost,
  observe,
  dissect,
  explain,
  part,
  compute,
  seal,
  runningCipher,
  peer,
});
