/** What endpoints are called: by a hosts file, and by what their messages say who they are. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, vi } from 'vitest';
import { FieldCatalog } from '../../../dissector/filter/index.ts';
import { protocols } from '../../../dissector/protocols/index.ts';
import { answers as ladderAnswers } from '../../../extension/worker/answers/ladder.ts';
import { Capture } from '../../../extension/worker/capture.ts';
import { Lists } from '../../../extension/worker/lists.ts';
import { golden } from '../cli/help.ts';

const sample = (name: string): string => fileURLToPath(new URL(`../../../media/samples/protocols/${name}`, import.meta.url));

async function opened({ path, keys = '', module }: { path: string; keys?: string; module?: string }) {
  const capture = new Capture(() => {});
  if (module !== undefined) await capture.settings({ modules: [sample(module)], decodeAs: [], colours: [], tree: {} });
  if (keys !== '') capture.keys([{ name: 'keys', text: keys }]);
  await capture.open({ name: '', path });
  await vi.waitFor(() => expect(capture.overview().done).toBe(true), { timeout: 20_000 });
  const { endpoints } = ladderAnswers({ capture, lists: new Lists(capture) });
  return { capture, named: () => endpoints.answer({}).endpoints.map(({ endpoint, name }) => `${endpoint} ${name}`) };
}

describe('endpoints', () => {
  it.each([
    ['botd', { path: golden('botd_a.pcapng') }, ['192.0.2.10:49822 03dd61…06cc83', '198.51.100.20:9945 03ca17…0c7298']],
    ['p2ppacket', { path: golden('p2ppacket_a.pcap') }, ['192.0.2.31:28700 eb5844…20db2f', '198.51.100.32:28701 6eeb52…dca782']],
    // The other side proves nothing.
    ['p2pke', { path: golden('p2pke_b.pcapng') }, ['127.0.0.1:7000 302a30…e80031', '127.0.0.1:7001 undefined']],
    [
      'ptpchat',
      { path: golden('ptpchat_a.pcapng') },
      [
        '127.0.0.1:7101 f822bafc-a5d2-4b54-b261-7b553685d1d7',
        '127.0.0.1:9001 5f715c17-4a41-482a-ab1f-45fa2cdd702b',
        '127.0.0.1:7102 9a386223-0af1-4a07-9b3e-9309e56f52db',
        '127.0.0.1:7103 22d8a3bf-84f4-41c4-bf6b-83c04cf3e4de',
      ],
    ],
    [
      'dht',
      { path: sample('dht.pcap'), module: 'dht.js' },
      [
        ...['127.0.0.1:26882 07a141…c0da63', '127.0.0.1:26881 54ac2f…5c25d5', '127.0.0.1:26883 a56d37…2b6dc6'],
        ...['127.0.0.1:26884 18f913…cc0764', '127.0.0.1:34257 616263…373839'],
      ],
    ],
    [
      'crow',
      { path: sample('crow.pcapng'), module: 'crow.js' },
      ['127.0.0.1:44656 d27f5a…c3e731', '127.0.0.1:46435 336b55…e94db7'],
    ],
    [
      'libp2p',
      { path: sample('libp2p.pcap'), module: 'libp2p.js', keys: readFileSync(sample('libp2p.keys'), 'utf8') },
      ['127.0.0.1:36340 12ec96…ca2af7', '127.0.0.1:27001 d722b6…7ad76a'],
    ],
    [
      'libp2p without keys',
      { path: sample('libp2p.pcap'), module: 'libp2p.js' },
      ['127.0.0.1:36340 undefined', '127.0.0.1:27001 undefined'],
    ],
  ])('of %s are called what their messages say', async (_, given, names) => {
    expect((await opened(given)).named()).toEqual(names);
  });

  it('are called what a hosts file says, which an address has for all of its ports', async () => {
    const { capture, named } = await opened({ path: golden('p2p_a.pcapng') });
    const before = named();
    expect(capture.setHosts('127.0.0.1 here\n127.0.0.1:5001 alice # the first\nwho is this\n')).toEqual({
      names: 2,
      wrongLines: [3],
    });
    expect(before.every((each) => each.endsWith(' undefined'))).toBe(true);
    expect(named()).toEqual(
      before.map((each) => each.replace(' undefined', each.startsWith('127.0.0.1:5001 ') ? ' alice' : ' here')),
    );
    capture.setHosts('');
    expect(named()).toEqual(before);
  });

  it('of a list are named as far as it was looked at, and anew where keys come', async () => {
    const { capture } = await opened({ path: sample('libp2p.pcap'), module: 'libp2p.js' });
    const lists = new Lists(capture);
    const names = () => lists.rows({ start: 0, count: 1, show: 'messages' }).rows.map(({ sourceName }) => sourceName);
    expect(names()).toEqual([undefined]);
    capture.keys([{ name: 'keys', text: readFileSync(sample('libp2p.keys'), 'utf8') }]);
    await vi.waitFor(() => expect(names()).toEqual(['12ec96…ca2af7']), { timeout: 20_000 });
  });
});

it('every field that names an endpoint is one of its protocol', () => {
  const catalog = new FieldCatalog(protocols);
  const fields = protocols.flatMap(({ endpointIds = [] }) => endpointIds.map(({ field }) => field));
  expect(fields.length).toBeGreaterThan(3);
  expect(fields.filter((field) => catalog.find(field) === undefined)).toEqual([]);
});
