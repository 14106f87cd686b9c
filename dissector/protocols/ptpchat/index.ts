import { defineProtocol } from '../../protocol/index.ts';
import { almost } from './almost.ts';
import { cipher, framing, wrapping } from './choices.ts';
import { cmsLayer } from './cmslayer.ts';
import { compute } from './derivations.ts';
import { dissect } from './dissect.ts';
import type { Facts } from './facts.ts';
import { forms } from './forms.ts';
import { keys } from './keys.ts';
import { explain } from './keytrials.ts';
import { ownLimits } from './limits.ts';
import { connectMachine, exchangeMachine, neighbourMachine } from './machine.ts';
import { undecodableName, verbs } from './messages.ts';
import type { Neighbours } from './neighbours.ts';
import { peer } from './node/definition.ts';
import { observe } from './observe.ts';
import { port, recognise } from './recognise.ts';
import { rules } from './rules.ts';
import { editing } from './seal.ts';
import { part } from './step.ts';
import { treeFields } from './treefields.ts';

/** ptpchat: JSON messages over UDP or TCP. */
export const ptpchat = defineProtocol<Facts, Neighbours>({
  id: 'ptpchat',
  title: 'ptpchat',
  document: 'ptpchat',
  names: [...verbs.map((verb) => verb.name), undecodableName],
  // Neighbours say these to each other; what is routed has the id of its origin.
  endpointIds: [{ field: 'ptpchat.msg_data.node_id', of: 'sender', messages: ['HELLO', 'ROUTING'] }],
  keys,
  limits: ownLimits,
  rules: Object.values(rules),
  messages: forms,
  treeFields,
  layers: [cmsLayer],
  machines: [neighbourMachine, exchangeMachine, connectMachine],
  choices: [wrapping, cipher, framing],
  ports: [
    { transport: 'udp', port },
    { transport: 'tcp', port },
  ],
  recognise,
  almost,
  observe,
  dissect,
  explain,
  part,
  compute,
  editing,
  peer,
  // How objects follow one another over TCP is an open choice: this is of datagrams.
  wire: { transport: 'udp', json: 'msg_type', anyCase: true },
});
