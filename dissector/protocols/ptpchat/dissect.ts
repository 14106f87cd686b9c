import { type Field, fromBase64, type Json, toHex, verdictOf } from '../../bytes/index.ts';
import { type JsonNode, undecoded } from '../../codec/index.ts';
import { type CertificateInfo, readCertificate } from '../../crypto/index.ts';
import { type Dissection, LazyDissection, type MessageView } from '../../protocol/index.ts';
import { cmsField } from './cmsfield.ts';
import type { Facts } from './facts.ts';
import { nodeToJson } from './json.ts';
import { channelLabel, rsaLabel } from './keys.ts';
import type { Element } from './messages.ts';
import type { Neighbours } from './neighbours.ts';
import { member, type Parsed, parse, textOf } from './parse.ts';
import { generated } from './treefields.ts';

/** A byte order mark is a part of what was signed. */
const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

/** The second pass: every element with its range, base64 opened, certificates and signed texts read. */
export function dissect(captured: MessageView<Facts, Neighbours>): Dissection {
  const { bytes, source, start, end } = captured;
  const parsed = parse(bytes, start, end, captured.limits);
  const { facts } = captured;
  const builder = new Builder(captured, facts);
  const layer: Field = {
    name: 'ptpchat',
    kind: 'struct',
    text: `ptpchat, ${captured.name}`,
    source,
    start,
    end,
    punctuated: true,
    children: [],
  };
  if (parsed.verb !== undefined) layer.doc = parsed.verb.doc;
  layer.children = builder.head(parsed);
  if (parsed.problem !== undefined) layer.problem = parsed.problem;
  const stop = parsed.node?.end ?? start;
  if (stop < end) layer.children.push(undecoded(bytes, source, stop, end, 'Bytes that are no part of the JSON object.'));
  for (const { name, frame } of facts?.links ?? []) layer.children.push(generated(name, frame, captured));
  if (facts?.note !== undefined) layer.children.push(generated('note', facts.note, { source, start: end, end }));
  const { data } = parsed;
  const later = {
    info: () => info(parsed, builder.text),
    fields: () => withGenerated(fieldsOf(data), builder.text, facts?.key),
    whole: () => bytes.subarray(start, end),
    missing: () => missing(parsed, facts),
  };
  const signature = facts?.signature;
  const valid = signature && verdictOf(signature);
  return new LazyDissection(layer, later, valid, builder.inside);
}

function fieldsOf(data: JsonNode | undefined): Json {
  if (data === undefined || data.type === 'null') return {};
  return data.type === 'object' ? nodeToJson(data) : { msg_data: nodeToJson(data) };
}

function withGenerated(fields: Json, text: string | undefined, key: Uint8Array | undefined): Json {
  if (typeof fields !== 'object' || fields === null || Array.isArray(fields)) return fields;
  return { ...fields, ...(text === undefined ? {} : { text }), ...(key === undefined ? {} : { key_decrypted: toHex(key) }) };
}

function missing({ data, verb }: Parsed, facts: Facts | undefined): string[] {
  if (facts === undefined || !facts.encrypted || facts.key !== undefined || facts.plaintext !== undefined) return [];
  const recipient = textOf(member(data, 'recipient_id')?.value) ?? 'the recipient';
  if (verb?.name === 'KEY') return [`${rsaLabel} with the private key of ${recipient}`];
  if (facts.hasChannelKey) return [];
  const channel = textOf(member(data, 'channel_id')?.value) ?? 'its channel_id';
  return [
    `${channelLabel} ${channel} with the channel's key`,
    `${rsaLabel} with the private key of a node to which a KEY of this channel was sent`,
  ];
}

class Builder {
  text: string | undefined;
  /** What the message carries: the CMS of a signed text. */
  inside: readonly Field[] = [];
  readonly #captured: MessageView<Facts, Neighbours>;
  readonly #facts: Facts | undefined;

  constructor(captured: MessageView<Facts, Neighbours>, facts: Facts | undefined) {
    this.#captured = captured;
    this.#facts = facts;
  }

  head({ node, verb }: Parsed): Field[] {
    return (node?.members ?? []).map(({ key, start, value }) => {
      const field = this.#field(key, start, value, key === 'msg_data' ? (verb?.elements ?? []) : []);
      if (key === 'msg_type') field.doc = 'The verb.';
      else if (key !== 'msg_data') field.doc = 'Not an element of the head: the specification says to ignore it.';
      return field;
    });
  }

  #field(name: string, start: number, node: JsonNode, elements: readonly Element[], known?: Element): Field {
    const { source } = this.#captured;
    const { end } = node;
    const doc = known === undefined ? {} : { doc: known.doc };
    if (node.type === 'object') {
      const children = node.members!.map((one) => this.#element(one.key, one.start, one.value, elements));
      return { name, kind: 'struct', ...doc, source, start, end, punctuated: true, children };
    }
    if (node.type === 'array') {
      const children = node.items!.map((item, i) => this.#field(`[${i}]`, item.start, item, known?.items ?? []));
      return { name, kind: 'list', ...doc, source, start, end, punctuated: true, children };
    }
    const field: Field = { name, kind: 'value', value: node.value ?? null, ...doc, source, start, end };
    if (known?.type === 'base64' && node.type === 'string') this.#open(field, node.value as string);
    return field;
  }

  #element(name: string, start: number, node: JsonNode, elements: readonly Element[]): Field {
    return this.#field(
      name,
      start,
      node,
      [],
      elements.find((element) => element.name === name),
    );
  }

  /** Shows what base64 text stands for, in a Source of its own. */
  #open(field: Field, text: string): void {
    const decoded = fromBase64(text);
    if (decoded === undefined) {
      field.problem = {
        kind: 'malformed',
        text: 'not base64 (standard alphabet, with padding)',
        at: field.start,
        path: field.name,
      };
      return;
    }
    const { source: from, derive } = this.#captured;
    const origin = { kind: 'derived', from, start: field.start, end: field.end, how: 'base64' } as const;
    const source = derive(field.name, decoded, origin).id;
    const whole = generated(`${field.name}_bytes`, decoded, { source, start: 0, end: decoded.length });
    field.children = [whole];
    if (field.name === 'certificate') field.children.push(...this.#certificate(text, decoded, source));
    if (field.name === 'key') this.#key(field, source, decoded.length);
    if (field.name === 'message') this.#message(field, decoded, source);
  }

  #certificate(text: string, decoded: Uint8Array, source: number): Field[] {
    const certificate = this.#captured.session?.shown.certificates.read(text) ?? readCertificate(decoded);
    return certificateFields(certificate, { source, start: 0, end: decoded.length });
  }

  #message(field: Field, decoded: Uint8Array, source: number): void {
    const { signed, plaintext, how, signature } = this.#facts ?? {};
    if (signature !== undefined) field.check = signature;
    if (signed === undefined) return;
    this.text = utf8.decode(signed.text);
    let inside = source;
    if (plaintext !== undefined) {
      inside = this.#captured.derive('Decrypted', plaintext, {
        kind: 'derived',
        from: source,
        start: 0,
        end: decoded.length,
        how: how ?? '',
      }).id;
    }
    const start = signed.form === 'signature, text' ? (plaintext ?? decoded).length - signed.text.length : 0;
    const end = signed.form === 'CMS SignedData' ? (plaintext ?? decoded).length : start + signed.text.length;
    field.children!.push(generated('text', this.text, { source: inside, start, end }));
    const all = { source: inside, start: 0, end };
    field.children!.push(generated('signed_form', signed.form, all));
    if (how !== undefined) field.children!.push(generated('opened_by', how, all));
    const cms = signed.form === 'CMS SignedData' ? cmsField(plaintext ?? decoded, inside) : undefined;
    if (cms !== undefined) this.inside = [cms];
  }

  #key(field: Field, source: number, end: number): void {
    if (this.#facts?.key === undefined) return;
    const all = { source, start: 0, end };
    field.children!.push(
      generated('opened_by', this.#facts.how ?? '', all),
      generated('key_decrypted', toHex(this.#facts.key), all),
    );
  }
}

function certificateFields(certificate: CertificateInfo | string, all: { source: number; start: number; end: number }): Field[] {
  if (typeof certificate === 'string') return [generated('certificate', certificate, all)];
  const { key, ...rest } = certificate satisfies CertificateInfo;
  const keyText =
    typeof key === 'string'
      ? key
      : key.kind === 'RSA'
        ? `RSA, ${key.bits} bits`
        : key.kind === 'ECDSA'
          ? `ECDSA ${key.curve}`
          : key.kind;
  const read = { ...rest, public_key: keyText };
  return (Object.keys(read) as (keyof typeof read)[]).map((name) => generated(name, read[name], all));
}

/** What tells messages of one verb apart: the text, the channel, the id, the sockets. */
function info({ data, problem }: Parsed, text: string | undefined): string {
  if (problem !== undefined) return problem.text;
  const named = ['channel', 'dst', 'src', 'node_id', 'msg_id'].flatMap((name) => {
    const value = textOf(member(data, name)?.value);
    return value === undefined ? [] : [`${name}=${value}`];
  });
  return [...(text === undefined ? [] : [JSON.stringify(text)]), ...named].join(', ');
}
