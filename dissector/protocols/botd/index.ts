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

/** The BOTD peer protocol: a TCP stream of frames, encrypted after an exchange of signed secp256k1 keys. */
export const botd: Protocol = {
  id: 'botd',
  title: 'BOTD peer protocol',
  document: 'botd',
  names,
  keys,
  rules: Object.values(rules),
  messages: forms,
  machines: [machine],
  choices: [keyChoice, cipherChoice],
  recognise,
  observe,
  dissect,
  explain,
  part,
  compute,
  peer,
};
