/** The server as the editor starts it: its bundle, with the settings of the editor as arguments. */
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { editorArguments } from '../../../extension/cli/editorarguments.ts';
import { optionsOf, parseOptions, refuseOthers } from '../../../extension/cli/options.ts';
import { samples } from '../../../extension/workbench/paths.ts';
import { bundled } from '../cli/bundle.ts';
import { temporary } from '../cli/help.ts';
import { talking } from './client.ts';

const wish = {
  roots: [samples],
  settings: {
    modules: [join(samples, 'heartbeat.js')],
    decodeAs: ['udp.port == 1 -> p2pke', 7],
    tree: { limits: { findings: 5 }, node: { limits: { handshakeSeconds: 60 } }, order: 'file', p2p: { cipher: 'aes-256-cfb8' } },
  },
  keyLogs: [join(samples, 'heartbeat.keys')],
};

it('takes the settings of the editor', async () => {
  temporary('package.json', JSON.stringify({ version: '9.8.7' }));
  const program = await bundled('dist/mcp.cjs', `${dirname(temporary('x'))}/dist/mcp.cjs`);
  const { client, call } = await talking([program, JSON.stringify(wish)]);
  expect(client.getServerVersion()).toMatchObject({ name: 'peerscope', version: '9.8.7' });
  const { text } = await call('list_messages', { capture: 'heartbeat.pcapng', filter: 'heartbeat && decrypted' });
  expect(text).toMatch(/"protocol":"heartbeat",.*"decrypted":true/);
  expect((await call('run_section', { script: 'wait 1ms' })).text).toContain('this client cannot ask one');
});

it('are arguments that the command takes, each value as it is', () => {
  const args = editorArguments({ ...wish, roots: ['--allow', '/a b'] });
  const given = parseOptions(args);
  refuseOthers('mcp', given);
  expect(given.positionals).toEqual([]);
  expect(given.all('root')).toEqual(['--allow', '/a b']);
  expect(given.all('choice')).toContain('p2p.cipher=aes-256-cfb8');
  expect(given.all('limit')).toEqual(['findings=5', 'handshakeSeconds=60']);
  expect(given.all('decode-as')).toEqual(['udp.port == 1 -> p2pke']);
  expect([given.one('order'), given.has('allow-send'), optionsOf('mcp').length > 5]).toEqual(['file', true, true]);
});
