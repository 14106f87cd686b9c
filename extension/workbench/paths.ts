/** Where things are in a checkout. The scripts here run from source, so the folder two up is the project. */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const project = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
export const samples = join(project, 'media', 'samples');
export const artifacts = join(project, 'test', 'artifacts');
/** What is fetched or unpacked once and kept: the workbench and the browser. */
export const tools = join(project, '.vscode-host');
