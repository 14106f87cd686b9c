/** The server's end of the connection in a worker of the browser. */
import { BrowserMessageReader, BrowserMessageWriter, type Connection, createConnection } from 'vscode-languageserver/browser';

declare const self: ConstructorParameters<typeof BrowserMessageReader>[0];

export const connection: Connection = createConnection(new BrowserMessageReader(self), new BrowserMessageWriter(self));
