/** The recording of the run before is kept beside that of the last one, and no other. */
import { existsSync, lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Journal } from '../../../extension/node/journal.ts';
import { keepPrevious, removeRecordings } from '../../../extension/node/previous.ts';
import { SectionFile } from '../../../extension/node/scripts/sectionfile.ts';
import { previousOf } from '../../../extension/wire/recordings.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'peerscope-previous-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const path = (): string => join(folder, 'run.pcapng');
const text = (file: string): string => readFileSync(file, 'utf8');

describe('a node that runs again', () => {
  const run = (words: string): Journal => {
    const journal = new Journal(path(), 'node', () => {});
    journal.open();
    journal.write(Buffer.from(words));
    journal.end(() => {});
    return journal;
  };

  it('keeps the recording of the run before', () => {
    expect(run('first').hasPrevious).toBe(false);
    expect(run('second').hasPrevious).toBe(true);
    expect([text(previousOf(path())), text(path())]).toEqual(['first', 'second']);
    run('third');
    expect([text(previousOf(path())), text(path())]).toEqual(['second', 'third']);
    expect(readdirSync(folder)).toHaveLength(2);
    removeRecordings(path());
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('what is no file of its own', () => {
  // A link in a folder of the test stands for a device: neither may be moved away.
  it.skipIf(process.platform === 'win32')('is left where it is', () => {
    const other = join(folder, 'other');
    writeFileSync(other, 'kept');
    symlinkSync(other, path());
    keepPrevious(path());
    expect(lstatSync(path()).isSymbolicLink()).toBe(true);
    expect(existsSync(previousOf(path()))).toBe(false);
    expect(text(other)).toBe('kept');
  });

  it('is nothing where there is no file', () => {
    keepPrevious(path());
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('a section that runs again', () => {
  const run = (words: string, isFrame: boolean): void => {
    const file = new SectionFile(path(), () => {});
    if (words !== '') file.write(Buffer.from(words), isFrame);
    file.close();
  };

  it('keeps the recording of the run before, until one with a frame takes its place', () => {
    run('first', true);
    run('second', true);
    expect([text(previousOf(path())), text(path())]).toEqual(['first', 'second']);
    run('', true);
    expect(existsSync(path())).toBe(false);
    expect(text(previousOf(path()))).toBe('second');
    run('fourth', true);
    expect([text(previousOf(path())), text(path())]).toEqual(['second', 'fourth']);
  });
});
