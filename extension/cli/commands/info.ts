/** The capture as a whole. */

import { type CaptureDescription, describeCapture, descriptionNotices } from '../../capture/description.ts';
import { analyse } from '../capture.ts';
import { exitStatus } from '../errors.ts';
import type { Task } from '../task.ts';
import { countsByProtocol, plural, table } from '../text.ts';

export async function info(task: Task): Promise<number> {
  const { command, file, out, tell } = task;
  const { analysis } = await analyse(task);
  for (const sentence of descriptionNotices(analysis)) tell(sentence);
  const all = describeCapture(file, analysis);
  if (command.json) await out.line(JSON.stringify(all));
  else for (const line of readable(all)) await out.line(line);
  return exitStatus.read;
}

function readable(all: CaptureDescription): string[] {
  const counts = Object.entries(all.messages).map(([protocol, own]) => [protocol, new Map(Object.entries(own))] as const);
  const rows: [string, string][] = [
    ['format', `${all.format}, ${plural(all.bytes, 'byte')}${all.truncated ? ', cut short' : ''}`],
    ['frames', String(all.frames)],
    ['first', iso(all.first)],
    ['last', iso(all.last)],
    ...all.interfaces.map((each, index): [string, string] => [
      `interface ${index}`,
      [`link type ${each.link_type}`, each.name, each.description, `ticks of ${each.resolution} s`].filter(Boolean).join(', '),
    ]),
    ...Object.entries(all.undecoded_links).map(([link, count]): [string, string] => [
      'not decoded',
      `${plural(count, 'frame')} of link type ${link}`,
    ]),
    ...Object.entries(all.undecoded_tunnels).map(([tunnel, count]): [string, string] => [
      'not looked into',
      `${plural(count, 'frame')} of ${tunnel}`,
    ]),
    ['conversations', String(all.conversations)],
    ...(all.unrecognised_conversations === 0
      ? []
      : [['not recognised', plural(all.unrecognised_conversations, 'conversation')] as [string, string]]),
    ['secrets blocks', String(all.secrets)],
    ...countsByProtocol(new Map(counts)),
  ];
  return table(rows);
}

/** The date beside the seconds that every command prints. */
function iso(time: string | null): string {
  if (time === null) return 'no time';
  const date = new Date(Number(time) * 1000);
  return Number.isNaN(date.getTime()) ? time : `${time}  ${date.toISOString()}`;
}
