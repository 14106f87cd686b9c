/** Nodes and scripts of the editor speak the protocols of the user's modules, as they speak the built-in ones. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openBytes, protocols } from '../../../dissector/index.ts';
import { nodeLimitsIn } from '../../../extension/node/limits.ts';
import { spokenProtocols } from '../../../extension/node/protocols.ts';
import { ScriptSections } from '../../../extension/node/scripts/section.ts';
import { quiet } from './start.ts';

const folder = mkdtempSync(join(tmpdir(), 'peerscope-modules-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Asks are answered by the same words; over UDP, first byte the type, the rest text. */
const echo = `
export default ({ bytes, compileStruct, defineProtocol, encodeStruct, fieldToJson, struct, structForm, uint }) => {
  const layout = struct('echo', 'A message.', [uint(1, 'type', '1 ask, 2 answer.'), bytes('words', 'rest', 'Text.', 'utf8')]);
  const read = compileStruct(layout);
  const names = ['ask', 'answer'];
  class Node {
    constructor(context) { this.context = context; }
    opened() {}
    received(link, data) {
      const { words } = fieldToJson(read(data).field);
      if (data[0] === 1) this.context.send(link, 'answer', { words });
    }
    timer() {}
    closed() {}
    shutdown() {}
    status() { return { state: 'open', doc: 'There is one state.', ready: true, isProven: true }; }
    allowedMessages() { return names; }
    fill(_link, message, given) { return { type: names.indexOf(message) + 1, words: 'hello', ...given }; }
    emit(_link, _message, values) { return encodeStruct(layout, values); }
  }
  return defineProtocol({
    id: 'echo', title: 'Echo', document: 'this file', names, keys: [], rules: [],
    messages: names.map((name) => structForm(name, layout)),
    recognise: () => 0,
    observe: ({ messages }) => ({
      conversation: ({ id: conversation }) => ({
        datagram: (direction, data, frame, _cut, pieces) =>
          void messages.add({ conversation, direction, frame, name: data[0] - 1, state: 'decoded', encrypted: false, pieces }),
      }),
      end: () => {},
    }),
    dissect: ({ bytes, source, start, end, limits }) => {
      const { field: layer } = read(bytes, source, start, end, limits);
      return { layer, fields: fieldToJson(layer), whole: bytes.slice(start, end), info: '', missing: [] };
    },
    peer: {
      transports: ['udp'], port: 7, roles: [], signatures: {}, nonces: {}, sealed: [],
      createIdentity: async () => '{}',
      start: (context) => new Node(context),
    },
  });
};
`;
const path = join(folder, 'echo.js');
writeFileSync(path, echo);

const run = (text: string, modules: readonly string[]) =>
  new ScriptSections(quiet).run({
    ...{ run: 1, text, section: 0, tree: {}, modules, folder, answered: {}, until: undefined, steps: false },
    recording: join(folder, 'run.pcapng'),
  });

describe("a user's protocol module", () => {
  it('is among the protocols that the page of the test nodes offers', async () => {
    expect((await spokenProtocols([path])).find(({ id }) => id === 'echo')).toMatchObject({
      transports: ['udp'],
      port: 7,
      messages: ['ask', 'answer'],
    });
  });

  it('is spoken by the nodes of a script, and its traffic is recorded', async () => {
    const text =
      'node b = echo listen 127.0.0.1:0\nnode a = echo dial b\nsend a ask { words: "again" }\nexpect a answer { words: "again" } within 5s\n';
    const { failure, recorded } = await run(text, [path]);
    expect([failure, recorded]).toEqual([undefined, true]);
    const opened = openBytes(readFileSync(join(folder, 'run.pcapng')));
    expect('problem' in opened ? opened.problem.text : opened.frameCount).toBeGreaterThanOrEqual(2);
  });

  it('fails a script that expects what it does not say', async () => {
    const text =
      'node b = echo listen 127.0.0.1:0\nnode a = echo dial b\nsend a ask { words: "one" }\nexpect a answer { words: "two" } within 300ms\n';
    expect((await run(text, [path])).failure?.text).toContain('two');
  });

  it('that cannot be loaded is told by name to whoever runs a script', async () => {
    await expect(run('node b = echo listen 127.0.0.1:0\n', [join(folder, 'none.js')])).rejects.toThrow('none.js cannot be used');
  });
});

describe('limits of nodes in the settings', () => {
  it('are those of captures and their own, and a wrong one of their own is refused', () => {
    const { limits, node } = { limits: { frameLength: 1000, findings: 'x' }, node: { limits: { handshakeSeconds: 600 } } };
    expect(nodeLimitsIn({ limits, node }, protocols)).toMatchObject({
      frameLength: 1000,
      findings: 100_000,
      handshakeSeconds: 600,
    });
    expect(() => nodeLimitsIn({ node: { limits: { handshakeSecond: 1 } } }, protocols)).toThrow(
      'did you mean "handshakeSeconds"?',
    );
    expect(() => nodeLimitsIn({ node: { limits: { frameLength: 1 } } }, protocols)).toThrow('There is no limit "frameLength"');
  });
});
