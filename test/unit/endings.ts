/**
 * What tests open and close again. The modules of one worker serve many files of tests, so a hook that a helper registers would be that
 * of the first file alone: `setup.ts` runs for each.
 */
type End = () => unknown;

const ofTest: End[] = [];
const ofFile: End[] = [];

/** Runs behind the test that is running. */
export function endsWithTest(end: End): void {
  ofTest.push(end);
}

/** Runs behind the last test of the file. */
export function endsWithFile(end: End): void {
  ofFile.push(end);
}

export async function endTest(): Promise<void> {
  await Promise.all(ofTest.splice(0).map((end) => end()));
}

export async function endFile(): Promise<void> {
  await Promise.all(ofFile.splice(0).map((end) => end()));
}
