/** Whether the ranges of a tree keep what `Field` promises; the first that does not is an Error with its path. */
import type { Field, Tree } from '../../dissector/bytes/index.ts';

export function checkTree({ sources, layers }: Tree): void {
  sources.forEach((source, at) => {
    if (source.id !== at) throw new Error(`source ${at} has the id ${source.id}`);
  });
  for (const layer of layers) checkField(layer, layer.name);

  function checkField(field: Field, path: string): void {
    const { source, start, end, children = [] } = field;
    const bytes = sources[source]?.bytes;
    if (bytes === undefined) throw new Error(`${path}: there is no source ${source}`);
    if (!(Number.isInteger(start) && Number.isInteger(end) && 0 <= start && start <= end && end <= bytes.length))
      throw new Error(`${path}: range ${start}..${end} of the ${bytes.length} bytes of ${sources[source]!.name}`);
    let at = start;
    let word: Field | undefined;
    let counted = false;
    for (const child of children) {
      const name = `${path}.${child.name}`;
      checkField(child, name);
      if (child.generated === true || child.source !== source) continue;
      const sharesWord = child.bits !== undefined && word?.start === child.start && word.end === child.end;
      if (!sharesWord) {
        if (child.start < at) throw new Error(`${name}: starts at ${child.start}, what comes before it ends at ${at}`);
        if (child.start > at && !loose(field))
          throw new Error(`${name}: starts at ${child.start}, bytes from ${at} are no field`);
      }
      if (child.end > end) throw new Error(`${name}: ends at ${child.end}, what holds it ends at ${end}`);
      word = child.bits === undefined ? undefined : child;
      at = child.end;
      counted = true;
    }
    if (counted && at < end && !loose(field)) throw new Error(`${path}: bytes from ${at} to ${end} are no field`);
  }
}

/** Bytes between the children are the field's own. A generated field owns no bytes. */
function loose(field: Field): boolean {
  return field.punctuated === true || field.generated === true;
}
