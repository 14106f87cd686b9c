/** What a person is asked before a live capture: where, on which interface, with which capture filter, and into which files. */
import * as vscode from 'vscode';
import { filterProblem, listInterfaces } from '../../live/asking.ts';
import { checkHost, type LiveSource } from '../../live/calls.ts';
import type { LiveInterface } from '../../live/interfaces.ts';
import { LiveRefusal } from '../../live/refusal.ts';
import type { Ring } from '../../live/ring.ts';
import { parseRing, ringText } from '../../live/ringtext.ts';
import { captureLimit } from '../capture/capturelimit.ts';
import { askLine, choose } from '../questions.ts';
import { tellError } from '../telling.ts';

/** What is captured, and the ring that keeps it, where that is not one file. */
export interface Asked {
  readonly source: LiveSource;
  readonly ring: Ring | undefined;
}

/** Undefined where the person leaves a question, or where nothing can be captured, which is told. */
export async function askSource(): Promise<Asked | undefined> {
  const place = await askPlace();
  if (place === undefined) return undefined;
  const filter = await askFilter(place);
  if (filter === undefined) return undefined;
  const kept = await askFiles(place);
  return kept && { source: { ...place, filter }, ring: kept.ring };
}

type Place = Omit<LiveSource, 'filter'>;
/** An interface, or another host. */
type PlaceItem = vscode.QuickPickItem & { readonly name?: string };

async function askPlace(): Promise<Place | undefined> {
  const title = vscode.l10n.t('Start Live Capture');
  const own = await interfacesOf({});
  const elsewhere: PlaceItem = {
    label: vscode.l10n.t('$(remote) On Another Host…'),
    detail: vscode.l10n.t('Its tcpdump, over SSH: a host of your SSH configuration'),
    alwaysShow: true,
  };
  // Those with addresses are what somebody looks for; a system lists many others.
  const addressed = (own ?? []).filter(({ addresses }) => addresses.length > 0);
  const others = (own ?? []).filter(({ addresses }) => addresses.length === 0);
  const between: PlaceItem = { label: vscode.l10n.t('without addresses'), kind: vscode.QuickPickItemKind.Separator };
  const chosen = await choose([...itemsOf(addressed), elsewhere, ...(others.length === 0 ? [] : [between]), ...itemsOf(others)], {
    title,
    placeHolder: vscode.l10n.t('The interface to capture on'),
    matchOnDescription: true,
  });
  if (chosen === undefined) return undefined;
  if (chosen.name !== undefined) return { interface: chosen.name };
  const host = await askLine({
    title,
    prompt: vscode.l10n.t('HOST or USER@HOST. SSH asks for nothing: it needs a key that is unlocked.'),
    validateInput: (text) => refused(() => checkHost(text.trim())),
  });
  if (host === undefined) return undefined;
  const remote = { host: host.trim(), isSilent: true };
  const connecting = { location: vscode.ProgressLocation.Notification, title: vscode.l10n.t('Connecting to {0}…', remote.host) };
  const there = await vscode.window.withProgress(connecting, () => interfacesOf(remote));
  if (there === undefined) return undefined;
  const item = await choose(itemsOf(there), { title: vscode.l10n.t('Start Live Capture on {0}', remote.host) });
  return item?.name === undefined ? undefined : { ...remote, interface: item.name };
}

function itemsOf(interfaces: readonly LiveInterface[]): PlaceItem[] {
  return interfaces.map(({ name, addresses, description }) => ({
    ...{ name, label: name, description: addresses.join(', ') },
    ...(description === '' ? {} : { detail: description }),
  }));
}

async function interfacesOf(place: Pick<LiveSource, 'host' | 'isSilent'>): Promise<readonly LiveInterface[] | undefined> {
  try {
    return await listInterfaces(place);
  } catch (error) {
    if (!(error instanceof LiveRefusal)) throw error;
    void tellError(vscode.l10n.t('Peerscope: {0}', error.message));
    return undefined;
  }
}

/**
 * A line that the program takes, empty for all packets. It is checked once it is confirmed, and not while it is typed: a filter may name hosts, and
 * half a name is nobody's to look up.
 */
async function askFilter(place: Place): Promise<string | undefined> {
  let prompt = vscode.l10n.t('A capture filter as tcpdump takes it; empty for all packets');
  let value = '';
  for (;;) {
    const title = vscode.l10n.t('Capture Filter for {0}', place.interface);
    const text = await askLine({ title, prompt, value, placeHolder: vscode.l10n.t('udp port 7000') });
    if (text === undefined) return undefined;
    const problem = await filterProblem({ ...place, filter: text.trim() });
    if (problem === undefined) return text.trim();
    [prompt, value] = [problem, text];
  }
}

const usualRings: readonly Ring[] = [
  { files: 10, fileBytes: 10_000_000 },
  { files: 10, fileBytes: 100_000_000 },
];

/** One file, or a ring of files. */
async function askFiles(place: Place): Promise<{ readonly ring: Ring | undefined } | undefined> {
  const title = vscode.l10n.t('Files for {0}', place.interface);
  const one = {
    label: vscode.l10n.t('One File'),
    detail: vscode.l10n.t('All packets, up to {0} bytes (limit liveBytes)', captureLimit('liveBytes').toLocaleString()),
  };
  const rings = usualRings.map((ring) => ({ label: vscode.l10n.t('Ring of {0}', ringText(ring)), ring }));
  const newest = vscode.l10n.t('The newest packets, until you stop it');
  const other = { label: vscode.l10n.t('Ring of…'), detail: vscode.l10n.t('How many files, and how large each is') };
  const chosen = await choose([one, ...rings.map((each) => ({ ...each, detail: newest })), other], { title });
  if (chosen !== other) return chosen && { ring: 'ring' in chosen ? (chosen.ring as Ring) : undefined };
  const text = await askLine({
    title,
    prompt: vscode.l10n.t('How many files are kept, and how large each is'),
    value: '10 x 100 MB',
    validateInput: (typed) => {
      const ring = parseRing(typed);
      return typeof ring === 'string' ? ring : undefined;
    },
  });
  const ring = text === undefined ? undefined : parseRing(text);
  return typeof ring === 'object' ? { ring } : undefined;
}

function refused(check: () => void): string | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    if (error instanceof LiveRefusal) return error.message;
    throw error;
  }
}
