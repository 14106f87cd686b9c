/** The scripts that are open, each with what the dissector knows of it. */
import { type Connection, type TextDocumentContentChangeEvent, TextDocuments } from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import type { Protocol } from '../../dissector/protocol/index.ts';
import { protocols } from '../../dissector/protocols/index.ts';
import { ScriptDocument } from '../../dissector/script/index.ts';
import { clamped } from './convert.ts';

export interface Script {
  readonly text: TextDocument;
  readonly service: ScriptDocument;
  /** What the dissector would know of another text. */
  tried(text: string): ScriptDocument;
}

export interface ScriptEvents {
  /** It was opened, or its text or the protocols are others. */
  changed(uri: string): void;
  closed(uri: string): void;
}

export class Scripts {
  readonly #texts = new TextDocuments<TextDocument>({ create: TextDocument.create, update });
  readonly #services = new Map<string, ScriptDocument>();
  readonly #events: ScriptEvents;
  #protocols = protocols;

  constructor(connection: Connection, events: ScriptEvents) {
    this.#events = events;
    this.#texts.onDidChangeContent(({ document }) => this.#changed(document));
    this.#texts.onDidClose(({ document: { uri } }) => {
      this.#services.delete(uri);
      events.closed(uri);
    });
    this.#texts.listen(connection);
  }

  get(uri: string): Script | undefined {
    const text = this.#texts.get(uri);
    const service = this.#services.get(uri);
    if (text === undefined || service === undefined) return undefined;
    return { text, service, tried: (other) => this.#read(new ScriptDocument(this.#protocols), other) };
  }

  /** From now on these are the protocols. */
  use(all: readonly Protocol[]): void {
    this.#protocols = all;
    this.#services.clear();
    for (const text of this.#texts.all()) this.#changed(text);
  }

  #changed(text: TextDocument): void {
    const service = this.#services.get(text.uri) ?? new ScriptDocument(this.#protocols);
    this.#services.set(text.uri, this.#read(service, text.getText()));
    this.#events.changed(text.uri);
  }

  #read(service: ScriptDocument, text: string): ScriptDocument {
    service.update(text);
    return service;
  }
}

/** `TextDocument` loses count of its lines when a change lies beyond them. */
function update(text: TextDocument, changes: readonly TextDocumentContentChangeEvent[], version: number): TextDocument {
  for (const change of changes) {
    const inside = 'range' in change ? { range: clamped(text, change.range), text: change.text } : change;
    TextDocument.update(text, [inside], version);
  }
  return text;
}
