import type { Protocol } from '../../session/index.ts';
import { cipher, framing, wrapping } from './choices.ts';
import { compute } from './compute.ts';
import { dissect } from './dissect.ts';
import { explain } from './explain.ts';
import { forms } from './forms.ts';
import { keys } from './keys.ts';
import { connectMachine, exchangeMachine, neighbourMachine } from './machine.ts';
import { undecodableName, verbs } from './messages.ts';
import { observe } from './observe.ts';
import { part } from './part.ts';
import { peer } from './peer.ts';
import { recognise } from './recognise.ts';
import { rules } from './rules.ts';

/** ptpchat: JSON messages over UDP or TCP. */
export const ptpchat: Protocol = {
  id: 'ptpchat',
  title: 'ptpchat',
  document: 'ptpchat',
  names: [...verbs.map((verb) => verb.name), undecodableName],
  keys,
  rules: Object.values(rules),
  messages: forms,
  machines: [neighbourMachine, exchangeMachine, connectMachine],
  choices: [wrapping, cipher, framing],
  recognise,
  observe,
  dissect,
  explain,
  part,
  compute,
  peer,
};
