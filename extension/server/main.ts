/** The language server of packet scripts: a process of its own, or a worker where there is no Node. */
import { connection } from './connection.ts';
import { serve } from './server.ts';

serve(connection);
connection.listen();
