/**
 * `npm run differential -- FOLDER`: every capture below a folder as Peerscope reads it and as tshark does, and what differs. With
 * `--only NAME` the files whose path holds NAME; `--limit N` lines of one kind for one file; `--seconds N` for one file before a
 * program counts as hung; `--json` an object a file and one of the totals instead of lines. The status is 1 when there are
 * differences, 2 when it was asked wrongly or cannot compare.
 */
import { existsSync, statSync } from 'node:fs';
import { relative } from 'node:path';
import { parseArgs } from 'node:util';
import { tsharkVersion } from '../bench/tshark.ts';
import { noWireshark } from '../unit/capture/wireshark.ts';
import { filesIn } from './captures.ts';
import { Driver } from './driver.ts';
import { lines, Totals } from './report.ts';

const usage = 'npm run differential -- FOLDER [--only NAME] [--limit N] [--seconds N] [--json]';

function refuse(sentence: string): never {
  console.error(sentence);
  process.exit(2);
}

function parse() {
  try {
    const { values, positionals } = parseArgs({
      options: {
        only: { type: 'string', default: '' },
        limit: { type: 'string', default: '10' },
        seconds: { type: 'string', default: '60' },
        json: { type: 'boolean', default: false },
      },
      allowPositionals: true,
    });
    const [limit, seconds] = [Number(values.limit), Number(values.seconds)];
    if (positionals.length !== 1) return refuse(`Usage: ${usage}`);
    if (!(Number.isInteger(limit) && limit >= 0 && seconds > 0)) return refuse('--limit and --seconds are numbers.');
    return { ...values, limit, seconds, folder: positionals[0]! };
  } catch (error) {
    return refuse(`${(error as Error).message}\nUsage: ${usage}`);
  }
}

const { folder, only, limit, seconds, json } = parse();
if (!existsSync(folder)) refuse(`There is no ${folder}.`);
if (noWireshark !== '') refuse('There is nothing to compare with: tshark and capinfos are not installed.');

const totals = new Totals();
const driver = new Driver(seconds);
try {
  for (const path of filesIn(folder)) {
    const file = statSync(folder).isFile() ? path : relative(folder, path);
    if (!file.includes(only)) continue;
    const { report, comparison, ours } = await driver.drive(file, path);
    totals.add(report, comparison, ours);
    if (json) console.log(JSON.stringify({ ...report, compared: comparison?.compared }));
    else for (const line of lines(report, limit)) console.log(line);
  }
} finally {
  driver.close();
}
const version = tsharkVersion();
const { counts, differences, known, claims, broken } = totals;
if (json) console.log(JSON.stringify({ totals: { version, counts, differences, known, claims, broken } }));
else console.log([`Peerscope beside ${version}`, ...totals.lines].join('\n'));
process.exitCode = totals.hasDifferences ? 1 : 0;
