import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { luaDissector } from '../../../dissector/wireshark/index.ts';
import { loadProtocols } from '../../capture/modules.ts';
import { reasonOf } from '../../capture/reason.ts';
import { exitStatus, UsageError } from '../errors.ts';
import type { Io, Tell } from '../io.ts';
import { parseOptions, refuseOthers } from '../options.ts';
import type { Output } from '../output.ts';
import { wiresharkHelp } from '../usage.ts';

const HELP = 'peerscope wireshark --help';

/** Writes dissectors for Wireshark, `ID.lua` each. */
export async function wireshark(args: readonly string[], _io: Io, out: Output, tell: Tell): Promise<number> {
  const given = parseOptions(args, HELP);
  const { protocols, problems } = await loadProtocols(given.all('protocol'), tell);
  if (problems.length > 0) throw new UsageError(problems.join(' '), false);
  if (given.has('help')) {
    await out.text(wiresharkHelp(protocols));
    return exitStatus.read;
  }
  refuseOthers('wireshark', given, HELP);
  const folder = given.one('output');
  if (given.positionals.length === 0) throw new UsageError('"wireshark" needs a protocol.', HELP);
  if (folder === undefined) throw new UsageError('"wireshark" needs a folder: -o FOLDER.', HELP);
  const made = given.positionals.map((id) => {
    const protocol = protocols.find((each) => each.id === id);
    if (protocol === undefined)
      throw new UsageError(`There is no protocol "${id}": ${protocols.map((each) => each.id).join(', ')}.`, HELP);
    const dissector = luaDissector(protocol);
    if ('problem' in dissector) throw new UsageError(dissector.problem, false);
    return { path: join(folder, `${id}.lua`), ...dissector };
  });
  try {
    mkdirSync(folder, { recursive: true });
    for (const { path, lua } of made) writeFileSync(path, lua);
  } catch (error) {
    throw new UsageError(`The folder ${folder} cannot be written to. ${reasonOf(error)}`, false);
  }
  for (const { path } of made) await out.line(path);
  return exitStatus.read;
}
