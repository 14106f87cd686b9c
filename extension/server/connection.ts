/** The server's end of the connection in Node: IPC with the process that started it. In a browser connection.web.ts stands in its place. */
import { type Connection, createConnection } from 'vscode-languageserver/node';

export const connection: Connection = createConnection();

// Its client has gone without a word; the connection itself looks for that only now and then.
process.once('disconnect', () => process.exit(1));
