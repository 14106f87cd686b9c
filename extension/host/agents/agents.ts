/** The tools for agents of the editor, as language model tools. In a browser agents.web.ts stands in its place. */
import * as vscode from 'vscode';
import { editorNameOf, type ToolDeclaration, tools } from '../../agents/declarations.ts';
import { onDidChangeSettings } from '../capture/settings.ts';
import type { KeyLogs } from '../keys/keylogs.ts';
import { registerMcpServer } from './mcpserver.ts';
import { AgentThread } from './thread.ts';

export function registerAgents(context: vscode.ExtensionContext, keyLogs: KeyLogs): vscode.Disposable[] {
  return [...registerTools(context.extensionUri, keyLogs), ...registerMcpServer(context, keyLogs)];
}

/** Nothing where the editor has no tools for agents. */
function registerTools(extension: vscode.Uri, keyLogs: KeyLogs): vscode.Disposable[] {
  // An older editor, or one without agents, has no such function, whatever its types say.
  if (typeof (vscode.lm as Partial<typeof vscode.lm> | undefined)?.registerTool !== 'function') return [];
  const thread = new AgentThread(extension, keyLogs);
  const changed = (): void => thread.end(vscode.l10n.t('The settings have changed: call the tool again.'));
  return [
    ...tools.map((tool) => vscode.lm.registerTool(editorNameOf(tool), new EditorTool(tool, thread))),
    onDidChangeSettings(changed),
    keyLogs.onDidChange(changed),
    { dispose: () => thread.end(vscode.l10n.t('Peerscope has ended.')) },
  ];
}

/** Questions that were asked and not answered. */
const MOST_ASKED = 16;

type Input = Readonly<Record<string, unknown>>;

export class EditorTool implements vscode.LanguageModelTool<Input> {
  readonly #tool: ToolDeclaration;
  readonly #thread: AgentThread;
  /** Inputs that the person was asked about, each for one call. */
  readonly #asked: string[] = [];

  constructor(tool: ToolDeclaration, thread: AgentThread) {
    this.#tool = tool;
    this.#thread = thread;
  }

  /** Of a tool that sends, the editor asks the person, each time, with where to and which bytes. */
  async prepareInvocation({
    input,
  }: vscode.LanguageModelToolInvocationPrepareOptions<Input>): Promise<vscode.PreparedToolInvocation> {
    const invocationMessage = vscode.l10n.t('Peerscope: {0}', this.#tool.title);
    if (!this.#tool.sends) return { invocationMessage };
    const question = await this.#thread.question(this.#tool.name, input);
    this.#asked.push(JSON.stringify(input));
    if (this.#asked.length > MOST_ASKED) this.#asked.shift();
    const message = new vscode.MarkdownString().appendText(question ?? '');
    return { invocationMessage, confirmationMessages: { title: vscode.l10n.t('Let an agent send packets?'), message } };
  }

  async invoke(
    { input }: vscode.LanguageModelToolInvocationOptions<Input>,
    token: vscode.CancellationToken,
  ): Promise<vscode.LanguageModelToolResult> {
    // The editor calls this once the person has said yes to what prepareInvocation asked, and for nothing else may it send.
    const at = this.#asked.indexOf(JSON.stringify(input));
    if (at >= 0) this.#asked.splice(at, 1);
    const text = await this.#thread.call(this.#tool.name, input, at >= 0, token);
    return new vscode.LanguageModelToolResult([new vscode.LanguageModelTextPart(text)]);
  }
}
