/** A name is looked up once it is allowed, and not before: a look-up alone tells others of it. No name here has an address. */
import { describe, expect, it } from 'vitest';
import { protocols } from '../../../dissector/index.ts';
import { startNode } from '../../../extension/node/running.ts';
import { resolveAllowed } from '../../../extension/node/sockets/address.ts';
import { jsonLines, peerscope, temporary } from '../cli/help.ts';

const unknown = /There is no address of the name|EAI_AGAIN/;
const name = 'beacon.invalid';

describe('a name that nobody has allowed', () => {
  it.each([
    name,
    `${name}.`,
    'LOCALHOST.invalid',
    'localhost.invalid',
    // No numbers: the system would ask for them as names, or read them in its own way.
    '127.0.0.999',
    '127.1',
    '0x7f000001',
    '2130706433',
    'xn--lo-0ja.invalid',
  ])('is not looked up: %s', async (host) => expect(await resolveAllowed({ host, port: 53 }, [])).toBeUndefined());

  it('is not looked up for the number that is allowed either', async () =>
    expect(await resolveAllowed({ host: name, port: 53 }, ['127.0.0.1', '10.0.0.1'])).toBeUndefined());

  it.each(['dial', 'listen'])('is refused to a node of a script that wants to %s', async (verb) => {
    const script = temporary('names.packet', `node a = p2pke ${verb} ${name}:53\n`);
    const [refused] = jsonLines((await peerscope(['run', script, '--json'])).out);
    expect(refused.failure.text).toBe(`${name} is beyond this machine: --allow ${name} says that this is meant`);
    const [looked] = jsonLines((await peerscope(['run', script, '--json', '--allow', name])).out);
    expect(looked.failure.text).toMatch(unknown);
  });

  it.each(['--connect', '--listen'])('is refused to %s', async (option) => {
    const refused = await peerscope(['node', 'p2pke', option, `${name}:53`, '--for', '1']);
    expect(refused.err).toContain(`${name} is beyond this machine`);
    const looked = await peerscope(['node', 'p2pke', option, `${name}:53`, '--for', '1', '--allow', name]);
    expect(looked.err).toMatch(unknown);
  });

  it.each([name, '127.0.0.999'])('is refused to a node of the editor: %s', async (host) => {
    const kinds = { transport: 'udp', direction: 'connect', mode: 'automatic' } as const;
    const wish = { protocol: 'p2pke', address: `${host}:53`, role: '', faults: [], identity: '', identityKind: '', ...kinds };
    const start = startNode(1, wish, { tree: {}, protocols, allow: [] }, '/dev/null', () => {});
    await expect(start).rejects.toThrow(`${host} is beyond this machine, and nobody has allowed it.`);
  });
});

describe('an address that is allowed', () => {
  it('is one of this machine, or the number itself', async () => {
    expect(await resolveAllowed({ host: '127.8.8.8', port: 1 }, [])).toEqual({ ip: '127.8.8.8', port: 1 });
    expect(await resolveAllowed({ host: '::1', port: 1 }, [])).toEqual({ ip: '::1', port: 1 });
    expect(await resolveAllowed({ host: '10.0.0.1', port: 1 }, [])).toBeUndefined();
    expect(await resolveAllowed({ host: '10.0.0.1', port: 1 }, ['10.0.0.1'])).toEqual({ ip: '10.0.0.1', port: 1 });
    expect(await resolveAllowed({ host: 'localhost', port: 1 }, [])).toMatchObject({
      ip: expect.stringMatching(/^(127\.|::1$)/),
    });
  });
});
