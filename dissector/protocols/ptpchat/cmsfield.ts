import { type BaseBlock, Constructed, Set as DerSet, fromBER, Integer, ObjectIdentifier, OctetString, Sequence } from 'asn1js';
import type { Field, Value } from '../../bytes/index.ts';
import { orUndefined } from '../../crypto/index.ts';
import { type CmsFieldName, cmsFields } from './cmslayer.ts';

/** Names of the object identifiers that signed messages have (RFC 5652, RFC 5754, RFC 8017). */
const names: Readonly<Record<string, string>> = {
  '1.2.840.113549.1.7.1': 'id-data',
  '1.2.840.113549.1.7.2': 'id-signedData',
  '1.3.14.3.2.26': 'SHA-1',
  '2.16.840.1.101.3.4.2.1': 'SHA-256',
  '2.16.840.1.101.3.4.2.2': 'SHA-384',
  '2.16.840.1.101.3.4.2.3': 'SHA-512',
  '1.2.840.113549.1.1.1': 'rsaEncryption',
  '1.2.840.113549.1.1.10': 'RSASSA-PSS',
  '1.2.840.113549.1.1.11': 'sha256WithRSAEncryption',
  '1.2.840.113549.1.1.13': 'sha512WithRSAEncryption',
};

/** The layer of a message, which fills `bytes` of the Source `source`; undefined where they are no SignedData. */
export function cmsField(bytes: Uint8Array, source: number): Field | undefined {
  // It was read as SignedData before: what cannot be read is another form.
  const read = orUndefined(() => fromBER(bytes));
  if (read === undefined || read.offset < 0) return undefined;
  const { result } = read;
  const tree = new Tree(result, source);
  const [contentType, explicit] = partsOf(result);
  const [version, digestAlgorithms, encapsulated, ...rest] = partsOf(partsOf(explicit)[0]);
  const signers = rest.at(-1);
  const [eContentType, content] = partsOf(encapsulated);
  if (textOf(contentType) !== 'id-signedData' || signers === undefined) return undefined;
  return tree.struct('cms', result, [
    ...tree.text('contentType', contentType),
    ...tree.integer('version', version),
    ...tree.value('digestAlgorithms', digestAlgorithms, partsOf(digestAlgorithms).map(algorithmOf).join(', ')),
    ...tree.text('eContentType', eContentType),
    ...tree.octets('eContent', partsOf(content)[0]),
    ...rest.slice(0, -1).flatMap((each) => (tagOf(each) === 0 ? tree.der('certificates', each) : [])),
    ...(signers instanceof DerSet ? partsOf(signers).map((each) => signerField(tree, each)) : []),
  ]);
}

function signerField(tree: Tree, signer: BaseBlock): Field {
  const [version, sid, digestAlgorithm, ...rest] = partsOf(signer);
  const attributes = rest.find((each) => tagOf(each) === 0);
  const [signatureAlgorithm, signature] = rest.filter((each) => each !== attributes);
  return tree.struct('signerInfos', signer, [
    ...tree.integer('version', version),
    ...tree.der('sid', sid),
    ...tree.value('digestAlgorithm', digestAlgorithm, algorithmOf(digestAlgorithm)),
    ...tree.der('signedAttrs', attributes),
    ...tree.value('signatureAlgorithm', signatureAlgorithm, algorithmOf(signatureAlgorithm)),
    ...tree.octets('signature', signature),
  ]);
}

/** The children of a constructed element; none where it is none. */
function partsOf(block: BaseBlock | undefined): readonly BaseBlock[] {
  if (block instanceof Sequence || block instanceof DerSet || block instanceof Constructed)
    return block.valueBlock.value as BaseBlock[];
  return [];
}

/** The number of a context-specific tag. */
function tagOf({ idBlock }: BaseBlock): number | undefined {
  return idBlock.tagClass === 3 ? idBlock.tagNumber : undefined;
}

function textOf(block: BaseBlock | undefined): string | undefined {
  if (!(block instanceof ObjectIdentifier)) return undefined;
  const oid = block.getValue();
  return names[oid] ?? oid;
}

function algorithmOf(block: BaseBlock | undefined): string {
  return textOf(partsOf(block)[0]) ?? 'unknown';
}

/** Fields of the parts of one DER structure; a part that is not there gives none. */
class Tree {
  readonly #base: number;
  readonly #source: number;

  constructor(root: BaseBlock, source: number) {
    this.#base = root.valueBeforeDecodeView.byteOffset;
    this.#source = source;
  }

  /** Between the parts stand the tags and lengths of DER. */
  struct(name: 'cms' | CmsFieldName, block: BaseBlock, children: Field[]): Field {
    return { name, kind: 'struct', ...this.#range(block), punctuated: true, children };
  }

  text(name: CmsFieldName, block: BaseBlock | undefined): Field[] {
    const text = textOf(block);
    return text === undefined ? [] : this.value(name, block, text);
  }

  integer(name: CmsFieldName, block: BaseBlock | undefined): Field[] {
    return block instanceof Integer ? this.value(name, block, block.valueBlock.valueDec) : [];
  }

  octets(name: CmsFieldName, block: BaseBlock | undefined): Field[] {
    return block instanceof OctetString ? this.value(name, block, new Uint8Array(block.getValue())) : [];
  }

  der(name: CmsFieldName, block: BaseBlock | undefined): Field[] {
    return block === undefined ? [] : this.value(name, block, block.valueBeforeDecodeView.slice());
  }

  value(name: CmsFieldName, block: BaseBlock | undefined, value: Value): Field[] {
    const doc = cmsFields.find((field) => field.name === name)!.doc;
    return block === undefined ? [] : [{ name, kind: 'value', value, doc, ...this.#range(block) }];
  }

  #range({ valueBeforeDecodeView: { byteOffset, length } }: BaseBlock): Pick<Field, 'source' | 'start' | 'end'> {
    const start = byteOffset - this.#base;
    return { source: this.#source, start, end: start + length };
  }
}
