import { defineProtocol } from '../../protocol/index.ts';
import { almost } from './almost.ts';
import { dataForm, helloCoverage, introductionCoverage } from './choices.ts';
import { compute } from './derivations.ts';
import { dissect } from './dissect.ts';
import type { Facts } from './facts.ts';
import { keys } from './keys.ts';
import { explain } from './keytrials.ts';
import { ownLimits } from './limits.ts';
import { machine } from './machine.ts';
import { entryTypes, forms, names, packetTypes, wire } from './messages.ts';
import { peer } from './node/definition.ts';
import { observe } from './observe.ts';
import { recognise } from './recognise.ts';
import { rules } from './rules.ts';
import { seal } from './seal.ts';
import type { Session } from './session.ts';
import { part } from './step.ts';
import { treeFields } from './treefields.ts';

/** The p2p packet protocol: hellos with cookies, data channels and introductions over UDP. */
export const p2ppacket = defineProtocol<Facts, Session>({
  id: 'p2ppacket',
  title: 'p2p packet',
  document: 'p2p packet',
  names,
  wire,
  periodic: ['ping'],
  endpointIds: [{ field: 'p2ppacket.ed25519_public', of: 'sender' }],
  keys,
  limits: ownLimits,
  rules: Object.values(rules),
  messages: forms,
  treeFields,
  machines: [machine],
  choices: [dataForm, helloCoverage, introductionCoverage, packetTypes, entryTypes],
  recognise,
  almost,
  observe,
  dissect,
  explain,
  part,
  compute,
  seal,
  peer,
});
