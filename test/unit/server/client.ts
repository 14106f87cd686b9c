/** A client of the language server, over streams in memory. */
import { PassThrough } from 'node:stream';
import {
  type ClientCapabilities,
  createConnection,
  createProtocolConnection,
  type Diagnostic,
  type InitializeResult,
  type Position,
  type ProtocolConnection,
  type PublishDiagnosticsParams,
  type Range,
  StreamMessageReader,
  StreamMessageWriter,
  type TextDocumentIdentifier,
} from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { serve } from '../../../extension/server/server.ts';
import { MODULES_LOADED, type ModulesLoaded } from '../../../extension/wire/language.ts';
import { endsWithTest } from '../endings.ts';

/** What VS Code can do of what matters here. */
const able: ClientCapabilities = {
  textDocument: { completion: { completionItem: { snippetSupport: true } } },
  workspace: { workspaceEdit: { documentChanges: true } },
};

interface Wish {
  readonly capabilities?: ClientCapabilities;
  readonly options?: unknown;
}

export class Client {
  readonly connection: ProtocolConnection;
  readonly told: PublishDiagnosticsParams[] = [];
  /** What it said of the modules that it has read. */
  readonly loaded: ModulesLoaded[] = [];
  readonly #texts = new Map<string, TextDocument>();
  #initialized: InitializeResult = { capabilities: {} };
  #heard = (): void => {};

  private constructor(connection: ProtocolConnection) {
    this.connection = connection;
    connection.onNotification('textDocument/publishDiagnostics', (params: PublishDiagnosticsParams) => {
      this.told.push(params);
      this.#heard();
    });
    connection.onNotification(MODULES_LOADED, (modules: ModulesLoaded) => void this.loaded.push(modules));
  }

  static async start({ capabilities = able, options }: Wish = {}): Promise<Client> {
    const [there, back] = [new PassThrough(), new PassThrough()];
    const server = createConnection(new StreamMessageReader(there), new StreamMessageWriter(back));
    serve(server);
    server.listen();
    const connection = createProtocolConnection(new StreamMessageReader(back), new StreamMessageWriter(there));
    endsWithTest(async () => {
      await connection.sendRequest('shutdown');
      connection.dispose();
    });
    const client = new Client(connection);
    connection.listen();
    const params = { processId: null, rootUri: null, capabilities, initializationOptions: options };
    client.#initialized = await connection.sendRequest('initialize', params);
    await connection.sendNotification('initialized', {});
    return client;
  }

  get initialized(): InitializeResult {
    return this.#initialized;
  }

  /** Opens a script; `<|>` is no part of it and marks what is returned. */
  async open(marked: string, uri = 'untitled:one.packet'): Promise<Opened> {
    const at = marked.indexOf('<|>');
    const text = TextDocument.create(uri, 'packet', 1, marked.replace('<|>', ''));
    this.#texts.set(uri, text);
    const textDocument = { uri, languageId: 'packet', version: 1, text: text.getText() };
    await this.connection.sendNotification('textDocument/didOpen', { textDocument });
    return { textDocument: { uri }, position: text.positionAt(Math.max(at, 0)), text };
  }

  /** Changes it, and the copy here in the same way. */
  async change({ text }: Opened, contentChanges: { range?: Range; text: string }[]): Promise<void> {
    const version = text.version + 1;
    TextDocument.update(text, contentChanges as never, version);
    await this.connection.sendNotification('textDocument/didChange', {
      textDocument: { uri: text.uri, version },
      contentChanges,
    });
  }

  async close({ textDocument }: Opened): Promise<void> {
    await this.connection.sendNotification('textDocument/didClose', { textDocument });
  }

  ask<R>(method: string, { textDocument, position }: Opened, more: object = {}): Promise<R> {
    return this.connection.sendRequest(`textDocument/${method}`, { textDocument, position, ...more });
  }

  /** The next problems that are told of a script. */
  async problems({ textDocument: { uri } }: Opened): Promise<Diagnostic[]> {
    for (;;) {
      const index = this.told.findIndex((each) => each.uri === uri);
      if (index >= 0) return this.told.splice(index, 1)[0]!.diagnostics;
      await new Promise<void>((resolve) => {
        this.#heard = resolve;
      });
    }
  }
}

export interface Opened {
  readonly textDocument: TextDocumentIdentifier;
  /** Where `<|>` stood, or the start. */
  readonly position: Position;
  readonly text: TextDocument;
}

/** The text in a range. */
export function within({ text }: Opened, range: Range): string {
  return text.getText(range);
}
