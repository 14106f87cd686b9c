/** Commands on packet scripts: from the lenses, or at the cursor. */
import * as vscode from 'vscode';
import { parseScript, type Script, type Statement, sectionsOf, upTo } from '../../../dissector/script/syntax/index.ts';
import type { NodeCalls, NodeState } from '../../wire/node.ts';
import { moduleFiles } from '../capture/settings.ts';
import { choose } from '../questions.ts';
import { tellError, tellInformation, tellWarning } from '../telling.ts';
import { followDebugged } from './debuggedfailures.ts';
import { Failures } from './failures.ts';
import { ScriptLenses } from './lenses.ts';
import { folderOf, type Runner, ScriptRuns } from './runs.ts';
import { ScriptTests } from './tests.ts';

/** The nodes that scripts send with. */
export interface Senders extends Omit<Runner, 'call'> {
  readonly states: readonly NodeState[];
  call<M extends keyof NodeCalls & string>(method: M, params: NodeCalls[M]['params']): Promise<NodeCalls[M]['result']>;
}

const expected: readonly Statement['kind'][] = ['expect', 'silence', 'close'];
/** A run of more than so many milliseconds is shown. */
const LONG_MS = 1_000;

interface How {
  readonly steps?: boolean;
}

/** `beside`: what else runs scripts. */
export function registerScripts(senders: Senders, beside: (runs: ScriptRuns) => vscode.Disposable): vscode.Disposable[] {
  const failures = new Failures();
  const runs = new ScriptRuns(senders, failures);
  const onScript =
    (act: (document: vscode.TextDocument, at: number, how: How) => Promise<void>) =>
    async (uri?: vscode.Uri, at?: number, how: How = {}): Promise<void> => {
      const editor = vscode.window.activeTextEditor;
      const document = uri === undefined ? editor?.document : await vscode.workspace.openTextDocument(uri);
      if (document?.languageId !== 'packet') return;
      try {
        await act(document, at ?? document.offsetAt(editor!.selection.active), how);
      } catch (error) {
        void tellError(vscode.l10n.t('Peerscope: {0}', error instanceof Error ? error.message : String(error)));
      }
    };
  const command = (name: string, run: (...given: never[]) => unknown): vscode.Disposable =>
    vscode.commands.registerCommand(`peerscope.${name}`, run as (...given: unknown[]) => unknown);
  return [
    ...[failures, followDebugged(failures), new ScriptTests(runs), new ScriptLenses(true), beside(runs)],
    command(
      'runScriptSection',
      onScript((document, at) => runSection(runs, document, at, undefined)),
    ),
    command(
      'sendPacket',
      onScript((document, at, how) => send(senders, runs, document, at, how)),
    ),
  ];
}

async function send(senders: Senders, runs: ScriptRuns, document: vscode.TextDocument, at: number, how: How): Promise<void> {
  const statement = parseScript(document.getText()).statements.find(({ start, end }) => start <= at && at <= end);
  if (statement?.kind === 'packet') return sendByNode(senders, statement, document, how);
  if (statement?.kind !== 'send') throw new Error(vscode.l10n.t('no message that is sent stands at the cursor.'));
  await runSection(runs, document, at, statement.start);
}

/** The section around a place, up to a message that is sent there. */
async function runSection(runs: ScriptRuns, document: vscode.TextDocument, at: number, until: number | undefined): Promise<void> {
  const script = parseScript(document.getText());
  const { statements } = script;
  const section = Math.max(0, statements.filter(({ kind, start }) => kind === 'section' && start <= at).length - 1);
  const wish = { section, shown: true, ...(until === undefined ? {} : { until }) };
  const result = await stoppable((token) => runs.run(document, wish, token));
  if (result === undefined) return;
  const { failure, stopped } = result;
  if (stopped !== undefined) {
    const line = document.positionAt(stopped).line + 1;
    vscode.window.setStatusBarMessage(vscode.l10n.t('$(debug-stop) Packet script: stopped before line {0}', line), 5000);
    return;
  }
  if (failure === undefined) {
    vscode.window.setStatusBarMessage(passed(script, section, until), 5000);
    return;
  }
  const line = document.positionAt(failure.at).line + 1;
  void tellWarning(vscode.l10n.t('Line {0}: {1}', line, failure.text));
}

/** What a run without a failure has shown. */
function passed(script: Script, section: number, until: number | undefined): string {
  const statements = sectionsOf(script)[section]?.statements ?? [];
  const expects = (among: readonly Statement[]): boolean => among.some(({ kind }) => expected.includes(kind));
  if (until === undefined)
    return expects(statements)
      ? vscode.l10n.t('$(pass) Packet script: all that was expected came')
      : vscode.l10n.t('$(pass) Packet script: it ran to its end');
  const after = upTo({ title: '', statements }, until).statements.filter(({ start }) => start > until);
  return expects(after)
    ? vscode.l10n.t('$(pass) Packet script: sent, and what was expected after it came')
    : vscode.l10n.t('$(pass) Packet script: sent');
}

/** What takes long is shown, and can be cancelled there. */
async function stoppable<T>(run: (token: vscode.CancellationToken) => Promise<T>): Promise<T> {
  const source = new vscode.CancellationTokenSource();
  const running = run(source.token);
  const isLong = await Promise.race([running.then(() => false), new Promise<true>((late) => setTimeout(late, LONG_MS, true))]);
  if (!isLong) return running;
  const shown = { location: vscode.ProgressLocation.Notification, cancellable: true };
  return vscode.window.withProgress({ ...shown, title: vscode.l10n.t('The packet script runs…') }, (_, token) => {
    token.onCancellationRequested(() => source.cancel());
    return running;
  });
}

/** A packet that stands by itself goes out on a link of a node that runs. */
async function sendByNode(
  senders: Senders,
  { packet }: Statement & { kind: 'packet' },
  document: vscode.TextDocument,
  { steps = false }: How,
): Promise<void> {
  const protocol = packet.protocol.text;
  const choices = senders.states
    .filter((state) => state.running && state.protocol === protocol)
    .flatMap((state) =>
      state.links.map((link) => ({ label: link.remote, description: `${state.where}, ${link.state}`, state, link })),
    );
  if (choices.length === 0) {
    const start = vscode.l10n.t('Start a Test Node…');
    const chosen = await tellInformation(vscode.l10n.t('No test node of {0} has a link to send on.', protocol), start);
    if (chosen === start) await vscode.commands.executeCommand('peerscope.startTestNode');
    return;
  }
  const chosen = choices.length === 1 ? choices[0]! : await choose(choices, { title: vscode.l10n.t('Send To') });
  if (chosen === undefined) return;
  const { state, link } = chosen;
  // What the node wants to say from here on waits for a person.
  if (steps) await senders.call('mode', { node: state.id, mode: 'step' });
  const wish = {
    node: state.id,
    link: link.id,
    text: document.getText(),
    at: packet.start,
    folder: folderOf(document.uri),
    modules: moduleFiles(document.uri),
  };
  const { failure } = await senders.call('sendPacket', wish);
  if (failure !== undefined) throw new Error(failure.text);
  await senders.show(vscode.Uri.file(state.recording));
}
