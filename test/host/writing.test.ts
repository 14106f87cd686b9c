/** What is written where there is no room, or no place: a sentence with the file and the reason, and nothing else is touched. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { writeWhole } from '../../extension/host/capture/exporting.ts';
import { openTarget } from '../../extension/host/capture/writing.ts';
import { temporaryFolder } from './help.ts';

const FULL = '/dev/full';
const bytes = new TextEncoder().encode('what is exported');

describe('a file that is exported', () => {
  it('finds no room: says which and why, and a device stays what it is', async function () {
    if (!existsSync(FULL)) return this.skip();
    const folder = temporaryFolder();
    const path = join(folder, 'full');
    // By a link, which is all that could be lost if it were taken for a file.
    symlinkSync(FULL, path);
    const sentence = { message: `${path} cannot be written. There is no space left.` };
    await assert.rejects(writeWhole(vscode.Uri.file(path), bytes), sentence);
    const file = await openTarget(vscode.Uri.file(path));
    await assert.rejects(file.add(bytes), sentence);
    await file.end(false);
    assert.deepEqual([readdirSync(folder), readlinkSync(path)], [['full'], FULL]);
  });

  it('has no place: says so', async () => {
    const path = join(temporaryFolder(), 'nowhere', 'export.csv');
    await assert.rejects(writeWhole(vscode.Uri.file(path), bytes), {
      message: `${path} cannot be written. There is no such file.`,
    });
  });

  it('is given up: what was there before is as it was, and nothing lies beside it', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'export.csv');
    writeFileSync(path, 'before');
    const file = await openTarget(vscode.Uri.file(path));
    await file.add(bytes);
    assert.equal(readFileSync(path, 'utf8'), 'before');
    await file.end(false);
    assert.deepEqual([readFileSync(path, 'utf8'), readdirSync(folder)], ['before', ['export.csv']]);
    await writeWhole(vscode.Uri.file(path), bytes);
    assert.deepEqual([readFileSync(path, 'utf8'), readdirSync(folder)], ['what is exported', ['export.csv']]);
  });

  it('cannot take the place of a folder', async () => {
    const path = join(temporaryFolder(), 'folder');
    mkdirSync(path);
    await assert.rejects(writeWhole(vscode.Uri.file(path), bytes), { message: `${path} cannot be written. It is a folder.` });
  });
});
