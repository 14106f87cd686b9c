/** What came on a link of a running node after a place in its recording, decoded. */
import { readFileSync, statSync } from 'node:fs';
import { memoryFile } from '../../dissector/capture/index.ts';
import { packetFields } from '../../dissector/script/index.ts';
import { CaptureKeys } from '../capture/keys.ts';
import { openFile, Pass } from '../capture/open.ts';
import type { HeardMessage, NodeCalls } from '../wire/node.ts';
import type { Speaker } from './driven.ts';
import { protocolsOf } from './protocols.ts';

/** Bytes of a recording that are decoded for an answer: all of it is, since its session begins anywhere. */
const MOST_RECORDED = 0x0100_0000;
/** Messages that are told, the last ones. */
const MOST_HEARD = 20;
const STEP_FRAMES = 4096;

/** Throws an Error with a sentence where the recording cannot be read. */
export async function heard(
  node: Speaker,
  { link, mark, modules }: Omit<NodeCalls['heard']['params'], 'node'>,
): Promise<NodeCalls['heard']['result']> {
  node.flush();
  const remote = node.remoteOf(link);
  if (remote === undefined) return { messages: [] };
  if (statSync(node.recording).size > MOST_RECORDED)
    throw new Error('The recording is too long to be decoded for an answer: the traffic of the node shows what came.');
  const protocols = await protocolsOf(modules);
  const { choices, limits } = node.decoding;
  const keys = new CaptureKeys(protocols, limits);
  // All that the node sends and hears is of its protocol, whatever it looks like.
  const decodeAs = [{ text: 'the test node', protocol: node.protocol, matches: () => true }];
  const file = await openFile(memoryFile(readFileSync(node.recording)), limits);
  const { analysis } = finished(new Pass(file, keys, protocols, { choices, limits, decodeAs }));
  const forms = protocols.find(({ id }) => id === node.protocol)?.messages ?? [];
  const messages: HeardMessage[] = [];
  for (let n = analysis.messageCount - 1; n >= 0 && messages.length < MOST_HEARD; n--) {
    const { frame, name, state, decrypted, conversation, direction } = analysis.message(n);
    if (analysis.reader.frames.offset(frame - 1) < mark) break;
    if (conversation.endpoints[direction] !== remote) continue;
    const form = forms.find((each) => each.name === name);
    const isRead = form !== undefined && (state === 'decoded' || decrypted === 'partly');
    const text = isRead ? packetFields(form.decode(analysis.dissect(n).dissection.whole, limits).values) : '';
    messages.push({ frame, message: name, state, text });
  }
  return { messages };
}

function finished(pass: Pass): Pass {
  while (pass.step(STEP_FRAMES));
  return pass;
}
