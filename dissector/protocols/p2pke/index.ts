import { defineProtocol } from '../../protocol/index.ts';
import { almost } from './almost.ts';
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
import { recognise } from './recognise.ts';
import { rules } from './rules.ts';
import { seal } from './seal.ts';
import type { Session } from './session.ts';
import { part } from './step.ts';
import { treeFields } from './treefields.ts';

/** P2P Key Exchange: Noise NN sessions over any datagram transport. */
export const p2pke = defineProtocol<Facts, Session>({
  id: 'p2pke',
  title: 'P2P Key Exchange',
  document: 'p2pke',
  names,
  wire,
  endpointIds: [{ field: 'p2pke.payload.auth_claim.key_x509', of: 'sender' }],
  keys,
  limits: ownLimits,
  rules: Object.values(rules),
  messages: forms,
  treeFields,
  machines: [machine],
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
