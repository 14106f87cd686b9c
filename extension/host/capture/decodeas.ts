/** What a person decides by a menu about a capture: which protocol a conversation is, which candidate of an open choice counts. */
import * as vscode from 'vscode';
import type { CandidateChoice } from '../../wire/views.ts';
import { choose } from '../questions.ts';
import { tellInformation } from '../telling.ts';
import type { CaptureDocument } from './document.ts';

/** In place of a protocol in a rule: its conversations are left undecoded. */
const NONE = 'none';

/** What the menu was opened on. */
interface Place {
  readonly transport?: unknown;
  readonly source?: unknown;
  readonly destination?: unknown;
  readonly protocol?: unknown;
}

/** Asks for a protocol and for the conversations that are meant, and makes a rule of it in the settings. */
export async function decodeAs({ uri, overview }: CaptureDocument, { transport, source, destination }: Place): Promise<void> {
  if ((transport !== 'udp' && transport !== 'tcp') || typeof source !== 'string' || typeof destination !== 'string') {
    void tellInformation(vscode.l10n.t('Peerscope: choose a packet of a UDP or TCP conversation first.'));
    return;
  }
  const conditions = [...new Set([destination, source].flatMap((endpoint) => conditionsOf(transport, endpoint)))];
  const condition = await choose(conditions, {
    title: vscode.l10n.t('Decode As'),
    placeHolder: vscode.l10n.t('Which conversations are meant'),
  });
  if (condition === undefined) return;
  const again = {
    label: vscode.l10n.t('As recognised'),
    description: vscode.l10n.t('Takes the rule for these conversations away'),
    id: undefined,
  };
  const items = [
    ...overview.protocols.map((id) => ({ label: id, description: '', id: id as string | undefined })),
    { label: NONE, description: vscode.l10n.t('Leaves them undecoded'), id: NONE },
    again,
  ];
  const chosen = await choose(items, {
    title: vscode.l10n.t('Decode As'),
    placeHolder: vscode.l10n.t('What {0} is', condition),
  });
  if (chosen === undefined) return;
  const before = vscode.workspace.getConfiguration('peerscope', uri).get<unknown>('decodeAs');
  const others = (Array.isArray(before) ? before : []).filter((rule) => typeof rule !== 'string' || leftOf(rule) !== condition);
  await write(uri, 'decodeAs', chosen.id === undefined ? others : [`${condition} -> ${chosen.id}`, ...others]);
}

function conditionsOf(transport: string, endpoint: string): string[] {
  const [, address, port] = /^\[?(.*?)\]?:(\d+)$/.exec(endpoint) ?? [];
  return address === undefined ? [] : [`${transport}.port == ${port}`, `ip.addr == ${address} && ${transport}.port == ${port}`];
}

function leftOf(rule: string): string | undefined {
  return rule.split(/→|->|=>/)[0]?.trim();
}

/** Asks for an open choice of a protocol and for the candidate that counts from now on. */
export async function chooseCandidate(document: CaptureDocument, { protocol }: Place): Promise<void> {
  const { uri } = document;
  const all = choices(document.choices, typeof protocol === 'string' ? protocol : undefined);
  if (all.length === 0) {
    void tellInformation(vscode.l10n.t('Peerscope: the specification of this protocol leaves nothing open.'));
    return;
  }
  const settings = vscode.workspace.getConfiguration('peerscope', uri);
  const own = settings.get<Readonly<Record<string, unknown>>>(OWN_CHOICES) ?? {};
  const items = all.map(({ name, doc, candidates, isOwn }) => ({
    label: name,
    description: String((isOwn ? own[name] : settings.get(name)) ?? AUTO),
    detail: doc,
    candidates,
    isOwn,
  }));
  const choice = await choose(items, {
    title: vscode.l10n.t('Choose a Candidate'),
    placeHolder: vscode.l10n.t('What the specification leaves open'),
  });
  if (choice === undefined) return;
  const chosen = await choose(choice.candidates, { title: choice.label, placeHolder: choice.detail });
  if (chosen === undefined) return;
  const pinned = chosen.label === AUTO ? undefined : chosen.label;
  if (!choice.isOwn) return write(uri, choice.label, pinned);
  // VS Code knows settings that the manifest has: those of a module stand together in one.
  const { [choice.label]: _before, ...others } = own;
  await write(uri, OWN_CHOICES, pinned === undefined ? others : { ...others, [choice.label]: pinned });
}

/** Takes a pin away wherever it was set: every candidate is tried again. What is no open choice stays as it is. */
export async function unpin(document: CaptureDocument, choice: string): Promise<void> {
  if (!choices(document.choices, undefined).some(({ name }) => name === choice)) return;
  const settings = vscode.workspace.getConfiguration('peerscope', document.uri);
  const { Global, Workspace, WorkspaceFolder } = vscode.ConfigurationTarget;
  for (const name of [choice, OWN_CHOICES]) {
    const found = settings.inspect<unknown>(name);
    const set = [
      [WorkspaceFolder, found?.workspaceFolderValue],
      [Workspace, found?.workspaceValue],
      [Global, found?.globalValue],
    ] as const;
    for (const [target, value] of set) {
      if (value === undefined) continue;
      if (name === choice) await settings.update(name, undefined, target);
      else if (typeof value === 'object' && value !== null && Object.hasOwn(value, choice)) {
        const { [choice]: _pinned, ...others } = value as Readonly<Record<string, unknown>>;
        await settings.update(name, Object.keys(others).length === 0 ? undefined : others, target);
      }
    }
  }
}

/** The setting with the candidates of the user's own protocols, by the ids of their choices. */
const OWN_CHOICES = 'choices';
const AUTO = 'auto';

interface Choice {
  readonly name: string;
  readonly doc: string;
  readonly candidates: readonly vscode.QuickPickItem[];
  /** Of a protocol of the user's own. */
  readonly isOwn: boolean;
}

/** Those of the built-in protocols are settings, and the manifest says what they may be; `own` are those of modules. */
function choices(own: readonly CandidateChoice[], protocol: string | undefined): Choice[] {
  const manifest = vscode.extensions.getExtension('peerscope.peerscope')?.packageJSON;
  const sections: { properties: Record<string, { enum?: string[]; enumDescriptions?: string[]; description?: string }> }[] =
    manifest?.contributes.configuration ?? [];
  const isWanted = (name: string): boolean => protocol === undefined || name.startsWith(`${protocol}.`);
  const builtIn = sections
    .flatMap(({ properties }) => Object.entries(properties))
    .filter(([, { enum: ids }]) => ids?.[0] === AUTO)
    .map(([name, { enum: ids = [], enumDescriptions = [], description = '' }]) => ({
      name: name.replace('peerscope.', ''),
      doc: description,
      candidates: ids.map((label, at) => ({ label, detail: enumDescriptions[at] ?? '' })),
      isOwn: false,
    }));
  const auto = { label: AUTO, detail: vscode.l10n.t('Tries each candidate on the captured bytes.') };
  const ofModules = own.map(({ id, doc, candidates }) => ({
    name: id,
    doc,
    candidates: [auto, ...candidates.map((each) => ({ label: each.id, detail: each.doc }))],
    isOwn: true,
  }));
  return [...ofModules, ...builtIn].filter(({ name }) => isWanted(name));
}

/** Into the settings of the folder, where there is one. */
async function write(capture: vscode.Uri, name: string, value: unknown): Promise<void> {
  const isInFolder = vscode.workspace.getWorkspaceFolder(capture) !== undefined;
  const target = isInFolder
    ? vscode.ConfigurationTarget.WorkspaceFolder
    : vscode.workspace.workspaceFolders === undefined
      ? vscode.ConfigurationTarget.Global
      : vscode.ConfigurationTarget.Workspace;
  const empty = typeof value === 'object' && value !== null && Object.keys(value).length === 0;
  await vscode.workspace.getConfiguration('peerscope', capture).update(name, empty ? undefined : value, target);
}
