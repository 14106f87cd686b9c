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
import { seal } from './seal.ts';
import type { Session } from './session.ts';
import { part } from './step.ts';
import { treeFields } from './treefields.ts';

/** The BOTD peer protocol: a TCP stream of frames, encrypted after an exchange of signed secp256k1 keys. */
export const botd = defineProtocol<Facts, Session>({
  id: 'botd',
  title: 'BOTD peer protocol',
  document: 'botd',
  names,
  wire,
  periodic: ['Ping', 'Pong'],
  endpointIds: [
    { field: 'botd.sender_pubkey', of: 'sender', messages: ['Init'] },
    { field: 'botd.recipient_pubkey', of: 'recipient', messages: ['Init'] },
  ],
  keys,
  limits: ownLimits,
  rules: Object.values(rules),
  messages: forms,
  treeFields,
  machines: [machine],
  choices: [keyChoice, cipherChoice],
  ports: [{ transport: 'tcp', port }],
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
