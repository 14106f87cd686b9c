/** Protocols of the user's own: ES modules that are loaded beside what is built in. */
import { resolve } from 'node:path';
import { FieldCatalog } from '../../dissector/filter/index.ts';
import * as library from '../../dissector/index.ts';
import { defineProtocol, type Protocol, protocols } from '../../dissector/index.ts';
import { guarded } from './guard.ts';
import { faultOf, faultText, type ModuleFault } from './modulefault.ts';
import { filesOf, importModule } from './moduleloader.ts';

export interface Loaded {
  /** The user's own before those that are built in: where two are equally sure of a conversation, the first gets it. */
  readonly protocols: readonly Protocol[];
  /** A sentence for each module that cannot be used, with the line where it goes wrong. */
  readonly problems: readonly string[];
  /** The same by their places. */
  readonly faults: readonly ModuleFault[];
  /** Paths of the modules, and of what they import: whoever sees one change loads them again. */
  readonly files: readonly string[];
}

/**
 * Loads modules by their paths. What a module exports (`default`, or `protocol`) is what `defineProtocol` returned, or a
 * function that takes the library and returns it: a file that lies outside of any project has nowhere to import the library from.
 * `tell` is given what a module turns out to do wrong while captures are decoded, a sentence each.
 */
export async function loadProtocols(paths: readonly string[], tell: (mistake: string) => void = () => {}): Promise<Loaded> {
  const own: Protocol[] = [];
  const problems: string[] = [];
  const faults: ModuleFault[] = [];
  for (const path of paths) {
    try {
      const protocol = await load(resolve(path));
      const problem = clash(protocol, [...own, ...protocols]);
      if (problem !== undefined) throw new Error(problem);
      own.push(guarded(protocol, tell, resolve(path)));
    } catch (error) {
      const fault = faultOf(error, filesOf(resolve(path)));
      faults.push(fault);
      problems.push(`The protocol module ${path} cannot be used. ${faultText(fault)}`);
    }
  }
  const files = [...new Set(paths.flatMap((path) => filesOf(resolve(path))))];
  return { protocols: [...own, ...protocols], problems, faults, files };
}

async function load(path: string): Promise<Protocol> {
  const module = await importModule(path);
  const exported = module.default ?? module.protocol;
  if (exported === undefined) throw new Error('It has neither a default export nor an export "protocol".');
  return defineProtocol((typeof exported === 'function' ? await exported(library) : exported) as Protocol);
}

/** First words of the fields of lower layers: `tcp` of `tcp.port`. */
const lowerNames = [...new FieldCatalog([]).all].map(({ name }) => name.split('.')[0]!);

/** What a name that is taken would put in the shade. */
function clash(protocol: Protocol, others: readonly Protocol[]): string | undefined {
  if (others.some(({ id }) => id === protocol.id)) return `There is a protocol "${protocol.id}" already.`;
  const names = new Set([...lowerNames, ...others.map(({ id }) => id)]);
  const layer = (protocol.layers ?? []).find(({ id }) => names.has(id));
  if (layer !== undefined) return `Its layer ${layer.id} has the name of a protocol that is there already.`;
  const labels = others.flatMap(({ keys }) => keys.map(({ label }) => label));
  const taken = protocol.keys.find(({ label }) => labels.includes(label));
  return taken === undefined ? undefined : `There are keys with the label ${taken.label} already.`;
}
