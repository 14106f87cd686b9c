/** Test nodes wait while somebody stands at a breakpoint: what is late then is nobody's fault. */
import * as vscode from 'vscode';
import { SessionState } from '../../debug/sessionstate.ts';

const SETTING = 'peerscope.node.pauseWithDebugger';
/** Our own sessions: a capture that is debugged has no nodes, and a script keeps its own waiting. */
const OWN = 'peerscope';

/** What stands still. */
export interface Standing {
  /** For a stopped session, by its name; all goes on without one. */
  standStill(session: string | undefined): void;
  /** Something runs that stands still. */
  readonly isBusy: boolean;
  readonly onDidChangeNodes: vscode.Event<void>;
}

export class StoppedDebugger implements vscode.DebugAdapterTrackerFactory {
  readonly #standing: Standing;
  readonly #sessions = new Map<string, { readonly session: vscode.DebugSession; readonly state: SessionState }>();
  readonly #sign = vscode.window.createStatusBarItem('peerscope.clock', vscode.StatusBarAlignment.Left);
  readonly #subscriptions: readonly vscode.Disposable[];
  #told: string | undefined;
  /** A person wants the nodes to go on for as long as this session is stopped. */
  #passedOver: string | undefined;

  constructor(standing: Standing) {
    this.#standing = standing;
    this.#sign.name = vscode.l10n.t('Peerscope: Clock of the Test Nodes');
    this.#sign.command = 'peerscope.continueAnyway';
    this.#subscriptions = [
      this.#sign,
      vscode.debug.registerDebugAdapterTrackerFactory('*', this),
      vscode.debug.onDidTerminateDebugSession(({ id }) => this.#forget(id)),
      standing.onDidChangeNodes(() => this.#draw()),
      vscode.workspace.onDidChangeConfiguration((change) => {
        if (change.affectsConfiguration(SETTING)) this.#look();
      }),
    ];
  }

  dispose(): void {
    for (const each of this.#subscriptions) each.dispose();
  }

  createDebugAdapterTracker(session: vscode.DebugSession): vscode.DebugAdapterTracker {
    const state = new SessionState();
    this.#sessions.set(session.id, { session, state });
    return {
      onWillReceiveMessage: (message) => state.toAdapter(message),
      onDidSendMessage: (message) => {
        state.fromAdapter(message);
        this.#look();
      },
      onWillStopSession: () => this.#forget(session.id),
      onExit: () => this.#forget(session.id),
    };
  }

  /** The nodes go on although the debugger is stopped; its next stop counts again. */
  continueAnyway(): void {
    this.#passedOver = this.#stopped()?.session.id;
    this.#look();
  }

  #forget(id: string): void {
    this.#sessions.delete(id);
    this.#look();
  }

  #look(): void {
    const stopped = this.#stopped();
    if (stopped === undefined || stopped.session.id !== this.#passedOver) this.#passedOver = undefined;
    const name = stopped === undefined || this.#passedOver !== undefined ? undefined : stopped.session.name;
    if (name === this.#told) return;
    this.#told = name;
    this.#standing.standStill(name);
    this.#draw();
  }

  #stopped() {
    const wish = vscode.workspace.getConfiguration().get<unknown>(SETTING);
    if (wish === 'never') return undefined;
    const isMeant = ({ type }: vscode.DebugSession): boolean => (Array.isArray(wish) ? wish.includes(type) : type !== OWN);
    return [...this.#sessions.values()].find(({ session, state }) => state.isStopped && isMeant(session));
  }

  #draw(): void {
    if (this.#told === undefined || !this.#standing.isBusy) {
      this.#sign.hide();
      return;
    }
    this.#sign.text = vscode.l10n.t('$(debug-pause) Node clock paused');
    this.#sign.tooltip = vscode.l10n.t(
      'The debugger stopped in "{0}": the test nodes wait. Click to continue anyway.',
      this.#told,
    );
    this.#sign.show();
  }
}
