/** The thread of the test nodes: sockets stay off the extension host's own. */
import { rmSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';
import { referencePage } from '../../dissector/reference/page.ts';
import { withoutSecrets } from '../../dissector/script/index.ts';
import type { Held } from '../../dissector/testnode/index.ts';
import { luaDissector } from '../../dissector/wireshark/index.ts';
import { writeProtocol } from '../author/newprotocol.ts';
import type { Done, NodeCalls, NodeThreadEvents, TextFailure } from '../wire/node.ts';
import { Connection } from '../wire/rpc.ts';
import type { Driven } from './driven.ts';
import { heard } from './heard.ts';
import { heldText, newText } from './messagetext.ts';
import { packetLine, suggestFault, suggestions } from './packetline.ts';
import { pending } from './pending.ts';
import { removeRecordings } from './previous.ts';
import { protocolsOf, spokenProtocols } from './protocols.ts';
import { faultWordsOf } from './readfault.ts';
import { startRelay } from './relaying.ts';
import { startNode } from './running.ts';
import { saveRecording } from './saving.ts';
import { sendPacket } from './scripts/packet.ts';
import { ScriptSections } from './scripts/section.ts';
import { TextFault, writtenHeld } from './scripts/written.ts';
import { WindowRecording } from './windowrecording.ts';

type Params<M extends keyof NodeCalls> = NodeCalls[M]['params'];

if (parentPort === null) throw new Error('This is a worker: it runs in a thread of its own.');
const port = parentPort;
const TOLD_MS = 100;
const RATE_MS = 1000;
const FLUSH_MS = 50;

const nodes = new Map<number, Driven>();
/** How each was started. */
const started = new Map<number, Params<'start'>>();
let nextNode = 1;
let timer: NodeJS.Timeout | undefined;
/** The debug session for which all stand still. */
let stillFor: string | undefined;

/** The page learns of changes a few times a second, however many there are. */
function changed(): void {
  if (timer !== undefined) return;
  timer = setTimeout(() => {
    timer = undefined;
    const cut = together?.cut;
    connection.tell('nodes', { nodes: [...nodes.values()].map((node) => node.state()), ...(cut === undefined ? {} : { cut }) });
  }, TOLD_MS);
}
/** All nodes in one recording, from when the first one begins until the last one is forgotten. */
let together: WindowRecording | undefined;
setInterval(() => together?.flush(), FLUSH_MS);

function forgetTogether(): void {
  together?.close();
  // It holds keys, and nothing shows it any more.
  if (together !== undefined) rmSync(together.path, { force: true });
  together = undefined;
}

// The rate falls while nothing happens.
setInterval(() => {
  if (nodes.size > 0) changed();
}, RATE_MS);

function existing(id: number): Driven {
  const node = nodes.get(id);
  if (node === undefined) throw new Error(`There is no node ${id}.`);
  return node;
}

/** A node, or a new run of one that is stopped. Throws an Error with a sentence. */
async function begin(id: number, wish: Params<'start'>): Promise<void> {
  const { allow, tree, recording, modules } = wish;
  const start = wish.wish.direction === 'relay' ? startRelay : startNode;
  const knowledge = { tree, protocols: await protocolsOf(modules), allow };
  together ??= new WindowRecording(wish.together, () => Math.max(0, ...[...nodes.values()].map(({ stoodStill }) => stoodStill)));
  const node = await start(id, wish.wish, knowledge, recording, changed, (event) =>
    together?.record(id, wish.wish.transport, event),
  );
  nodes.set(id, node);
  started.set(id, wish);
  node.standStill(stillFor);
  changed();
}

const sections = new ScriptSections({
  recording: (run) => connection.tell('recording', { run }),
  opened: (open) =>
    connection.tell('openScripts', { open: open.map(({ title, nodes, recording }) => ({ title, nodes, recording })) }),
});

/** A command on one node, after which the page looks again. */
function command<M extends keyof NodeCalls>(
  run: (node: Driven, params: Params<M>) => void | Promise<void>,
): (params: unknown) => Promise<Done> {
  return async (params) => {
    await run(existing((params as { node: number }).node), params as Params<M>);
    changed();
    return {};
  };
}

/** Throws an Error with a sentence where it waits no more. */
function waiting({ controls }: Driven, held: number): Held {
  const found = controls.held.find(({ id }) => id === held);
  if (found === undefined) throw new Error('The message is no longer held.');
  return found;
}

/** What is wrong with a text is told at its place. */
async function withText(act: () => Promise<void>): Promise<{ readonly failure?: TextFailure }> {
  try {
    await act();
  } catch (error) {
    if (!(error instanceof TextFault)) throw error;
    const { start, end, message: text } = error;
    return { failure: { start, end, text } };
  } finally {
    changed();
  }
  return {};
}

const connection = new Connection<Record<never, never>, NodeThreadEvents, NodeCalls, Record<never, never>>(
  (message) => port.postMessage(message),
  {
    // The host is of the same build and checks what webviews send; here the parameters are what the types say.
    protocols: async (params: unknown) => ({ protocols: await spokenProtocols((params as Params<'protocols'>).modules) }),
    start: async (params: unknown) => {
      const id = nextNode++;
      await begin(id, params as Params<'start'>);
      return { node: id };
    },
    again: async (params: unknown) => {
      const { node: id } = params as Params<'again'>;
      const node = existing(id);
      if (!node.dialAgain()) await begin(id, { ...started.get(id)!, wish: node.wishAgain });
      return {};
    },
    newProtocol: async (params: unknown) => {
      const { plan, folder, types } = params as Params<'newProtocol'>;
      await writeProtocol(plan, folder, types);
      return {};
    },
    references: async (params: unknown) => {
      const protocols = await protocolsOf((params as Params<'references'>).modules);
      return { pages: protocols.map((each) => ({ id: each.id, title: each.title, text: referencePage(each) })) };
    },
    wiresharkDissectors: async (params: unknown) => {
      const protocols = await protocolsOf((params as Params<'wiresharkDissectors'>).modules);
      const dissectors = protocols.flatMap((protocol) => {
        const made = luaDissector(protocol);
        return 'lua' in made ? [{ id: protocol.id, title: protocol.title, lua: made.lua }] : [];
      });
      return { dissectors };
    },
    runSection: (params: unknown) => sections.run(params as Params<'runSection'>),
    standStill: async (params: unknown) => {
      ({ session: stillFor } = params as Params<'standStill'>);
      for (const node of nodes.values()) node.standStill(stillFor);
      sections.standStill(stillFor !== undefined);
      changed();
      return {};
    },
    stopSection: async (params: unknown) => {
      sections.stop((params as Params<'stopSection'>).run);
      return {};
    },
    closeScripts: async () => {
      await sections.closeAll();
      return {};
    },
    stop: command<'stop'>((node) => node.stop()),
    forget: command<'forget'>(async (node) => {
      await node.stop();
      removeRecordings(node.recording);
      nodes.delete(node.id);
      started.delete(node.id);
      if (nodes.size === 0) forgetTogether();
    }),
    mode: command<'mode'>(({ controls }, { mode }) => {
      controls.mode = mode;
    }),
    pause: command<'pause'>(({ controls }, { paused }) => controls.pause(paused)),
    heldText: async (params: unknown) => {
      const { node, held } = params as Params<'heldText'>;
      const message = waiting(existing(node), held);
      return { message: message.message ?? 'bytes', text: heldText(existing(node).protocol, message) };
    },
    newText: async (params: unknown) => {
      const { node, ...wanted } = params as Params<'newText'>;
      return { text: newText(existing(node).speaker, wanted) };
    },
    actOnHeld: (params: unknown) => {
      const { node, held, action, text, modules } = params as Params<'actOnHeld'>;
      return withText(async () => {
        const driven = existing(node);
        const message = waiting(driven, held);
        if (text === undefined) return driven.act(held, action, undefined);
        const written = writtenHeld({ text, folder: undefined, protocols: await protocolsOf(modules) }, driven.protocol, message);
        try {
          withoutSecrets(message.message ?? '', written.secrets, () => driven.act(held, action, written.said));
        } catch (error) {
          throw new TextFault(error instanceof Error ? error.message : String(error), written);
        }
      });
    },
    sendPacket: async (params: unknown) => {
      const { node: id, ...wish } = params as Params<'sendPacket'>;
      const { speaker } = existing(id);
      const mark = speaker.recorded();
      return { mark, ...(await withText(() => sendPacket(speaker, wish))) };
    },
    pending: async (params: unknown) => {
      const { node, modules, ...asked } = params as Params<'pending'>;
      return pending(existing(node), asked, await protocolsOf(modules));
    },
    packetLine: (params: unknown) => {
      const { node, link, message } = params as Params<'packetLine'>;
      return { text: packetLine(existing(node).speaker, { link, message }) };
    },
    suggest: (params: unknown) => suggestions(existing((params as Params<'suggest'>).node).speaker, params as Params<'suggest'>),
    heard: (params: unknown) => heard(existing((params as Params<'heard'>).node).speaker, params as Params<'heard'>),
    drop: command<'drop'>(({ controls }, { held }) => controls.drop(held)),
    disconnect: command<'disconnect'>(({ controls }, { link }) => controls.disconnect(link)),
    fault: command<'fault'>((node, { spec }) => node.fault(spec)),
    removeFault: command<'removeFault'>((node, { fault }) => node.removeFault(fault)),
    suggestFault: (params: unknown) => suggestFault(params as Params<'suggestFault'>, params as Params<'suggestFault'>),
    faultWords: async (params: unknown) => {
      const { text, modules, ...of } = params as Params<'faultWords'>;
      return { text: faultWordsOf(text, of, await protocolsOf(modules)) };
    },
    save: command<'save'>((node, { path, keys }) => {
      node.flush();
      saveRecording(node.recording, path, keys);
    }),
  },
  {},
);
port.on('message', (message) => connection.receive(message));
