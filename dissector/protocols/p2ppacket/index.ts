import type { Protocol } from '../../session/index.ts';
import { dataForm, helloCoverage, introductionCoverage } from './choices.ts';
import { compute } from './compute.ts';
import { dissect } from './dissect.ts';
import { explain } from './explain.ts';
import { keys } from './keys.ts';
import { machine } from './machine.ts';
import { entryTypes, forms, names, packetTypes } from './messages.ts';
import { observe } from './observe.ts';
import { part } from './part.ts';
import { peer } from './peer.ts';
import { recognise } from './recognise.ts';
import { rules } from './rules.ts';

/** The p2p packet protocol: hellos with cookies, data channels and introductions over UDP. */
export const p2ppacket: Protocol = {
  id: 'p2ppacket',
  title: 'p2p packet',
  document: 'p2p packet',
  names,
  keys,
  rules: Object.values(rules),
  messages: forms,
  machines: [machine],
  choices: [dataForm, helloCoverage, introductionCoverage, packetTypes, entryTypes],
  recognise,
  observe,
  dissect,
  explain,
  part,
  compute,
  peer,
};
