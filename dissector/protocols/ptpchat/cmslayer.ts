import type { TreeField } from '../../codec/index.ts';
import type { LayerForm } from '../../protocol/index.ts';

const inSigner = { under: 'signerInfos' } as const;
const integer = { type: 'integer', signed: true, order: 'big' } as const;

export const cmsFields = [
  { name: 'contentType', kind: { type: 'text' }, doc: 'What the message is (RFC 5652, section 3).' },
  { name: 'version', kind: integer, doc: 'Version of the syntax (RFC 5652, section 5.1).' },
  { name: 'digestAlgorithms', kind: { type: 'text' }, doc: 'Hashes that the signers use, separated by commas.' },
  { name: 'eContentType', kind: { type: 'text' }, doc: 'What is signed (RFC 5652, section 5.2).' },
  { name: 'eContent', kind: { type: 'bytes' }, doc: 'The signed bytes.' },
  {
    name: 'certificates',
    kind: { type: 'bytes' },
    fresh: { as: 'key', length: 'varies' },
    doc: 'The certificates that come with it, DER.',
  },
  {
    name: 'signerInfos',
    kind: { type: 'list', element: { type: 'record' } },
    doc: 'One record a signer (RFC 5652, section 5.3).',
  },
  { ...inSigner, name: 'version', kind: integer, doc: '1: the signer is named by issuer and serial number.' },
  {
    ...inSigner,
    name: 'sid',
    kind: { type: 'bytes' },
    fresh: { as: 'id', length: 'varies' },
    doc: 'Which certificate is the signer’s, DER.',
  },
  { ...inSigner, name: 'digestAlgorithm', kind: { type: 'text' }, doc: 'The hash of the content and of the attributes.' },
  {
    ...inSigner,
    name: 'signedAttrs',
    kind: { type: 'bytes' },
    fresh: { as: 'random' },
    doc: 'What is signed in the place of the content, DER.',
  },
  { ...inSigner, name: 'signatureAlgorithm', kind: { type: 'text' }, doc: 'How the signature is made.' },
  { ...inSigner, name: 'signature', kind: { type: 'bytes' }, fresh: { as: 'signature' }, doc: 'The signature.' },
] as const satisfies readonly TreeField[];

export type CmsFieldName = (typeof cmsFields)[number]['name'];

/** Cryptographic Message Syntax, SignedData (RFC 5652): what a signed text can travel in. */
export const cmsLayer: LayerForm = {
  id: 'cms',
  title: 'Cryptographic Message Syntax (RFC 5652)',
  messages: [],
  treeFields: cmsFields,
};
