/** A captured conversation as a section that plays one side of it again, against our own node. */
import { describe, expect, it } from 'vitest';
import { protocols } from '../../../dissector/index.ts';
import { checkScript, parseScript, type Statement } from '../../../dissector/script/index.ts';
import { section } from '../../../extension/worker/scripting.ts';
import { analyseGolden, goldenKeys } from '../../golden/open.ts';
import { peerscope, temporary } from '../cli/help.ts';

type Send = Statement & { kind: 'send' };

const copied = (name: string): Promise<string> => section(analyseGolden(name, goldenKeys(name)), 0);
/** What the section sends, with the names of the fields that it says. */
const sends = (text: string): string[] =>
  parseScript(text)
    .statements.filter((each): each is Send => each.kind === 'send')
    .map(({ message, fields }) => [message.text, ...fields.map(({ name }) => name.text)].join(' '));

describe('a conversation as a section to run', () => {
  it.each(['p2pke_a', 'p2pke_b', 'p2p_a', 'ptpchat_a'])('of %s says nothing that its layouts do not know', async (name) => {
    const { statements, problems } = parseScript(await copied(name));
    expect(problems).toEqual([]);
    const wrong = checkScript(statements, protocols).filter(({ severity }) => severity === undefined);
    expect(wrong.map(({ text }) => text)).toEqual([]);
    expect(statements.length).toBeGreaterThan(3);
  });

  it('leaves out what a node says by itself, and says what is made anew', async () => {
    const text = await copied('p2pke_a');
    expect(sends(text)[0]).toMatch(/^InitHello/);
    expect(text).toMatch(/# made anew: .*\be\b/);
    expect(text).toContain('payload.auth_claim.sig');
    // The counter of a captured message is said where a new node would say another.
    expect(sends(text)).toContain('data counter data');
  });

  it('holds against our own node, and what it sends is what was captured', async () => {
    const text = await copied('p2pke_a');
    const own = text.replace(
      /^node a = p2pke dial \S+ manual$/m,
      'node b = p2pke listen 127.0.0.1:0\nnode a = p2pke dial b manual',
    );
    // Our node answers a handshake, and says nothing of its own in a session.
    const handshake = own.slice(0, own.indexOf('expect a data') >= 0 ? own.indexOf('expect a data') : own.length);
    const { status, out } = await peerscope(['run', temporary('section.packet', handshake)]);
    expect(out).toContain('1 section: 1 passed, 0 failed');
    expect(status).toBe(0);
  });

  it('says what no key opens', async () => {
    expect(await section(analyseGolden('p2pke_a'), 0)).toMatch(/# frame \d+: data is encrypted, and its bytes are not known/);
  });
});
