/** `dist/peerscope.js mcp` in a process of its own, and the official client that talks to it. */
import { spawn } from 'node:child_process';
import { dirname } from 'node:path';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { bundled } from '../cli/bundle.ts';
import { temporary } from '../cli/help.ts';
import { endsWithTest } from '../endings.ts';

/** The command, built once a file of tests. */
export async function builtCommand(): Promise<string> {
  temporary('package.json', JSON.stringify({ type: 'module', version: '9.8.7' }));
  return bundled('dist/peerscope.js', `${dirname(temporary('x'))}/dist/peerscope.js`);
}

/** What a person answers to a question, or undefined where the client cannot ask. */
export type Person =
  | ((question: string) => { action: 'accept' | 'decline' | 'cancel'; content?: { allow: boolean } })
  | undefined;

export interface Connected {
  readonly client: Client;
  call(name: string, input?: object): Promise<{ text: string; isError: boolean }>;
}

/** `modern`: it begins with the newest revision of the protocol; of itself the client begins with the one before. */
export function connected(command: string, args: readonly string[], person?: Person, modern = false): Promise<Connected> {
  return talking([command, 'mcp', ...args], person, modern);
}

/** The same of a program of Node that is the server by itself. */
export async function talking(args: readonly string[], person?: Person, modern = false): Promise<Connected> {
  const client = new Client(
    { name: 'a test', version: '1' },
    {
      capabilities: person === undefined ? {} : { elicitation: { form: {} } },
      ...(modern ? { versionNegotiation: { mode: 'auto' as const } } : {}),
    },
  );
  if (person !== undefined) client.setRequestHandler('elicitation/create', async ({ params }) => person(params.message));
  const transport = new StdioClientTransport({ command: process.execPath, args: [...args], stderr: 'pipe' });
  await client.connect(transport);
  endsWithTest(() => client.close());
  return {
    client,
    call: async (name, input = {}) => {
      const { content, isError = false } = await client.callTool({ name, arguments: { ...input } });
      const [first] = content;
      if (content.length !== 1 || first?.type !== 'text') throw new Error('an answer is one text');
      return { text: first.text, isError };
    },
  };
}

/** Everything that the command writes to standard output for these lines. */
export async function spoken(command: string, args: readonly string[], lines: readonly object[]): Promise<string[]> {
  const child = spawn(process.execPath, [command, 'mcp', ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
  let out = '';
  const enough = new Promise<void>((resolve) => {
    child.stdout.on('data', (chunk) => {
      out += chunk;
      if (out.split('\n').length > lines.filter((line) => 'id' in line).length) resolve();
    });
    child.once('close', () => resolve());
  });
  for (const line of lines) child.stdin.write(`${JSON.stringify(line)}\n`);
  await enough;
  const closed = new Promise((resolve) => child.once('close', resolve));
  child.stdin.end();
  await closed;
  return out.split('\n').filter((line) => line !== '');
}
