import { noise } from '../crypto/index.ts';
import {
  computedSecret,
  computedValue,
  type Derivation,
  decryption,
  derivation,
  type Quantity,
  wireValue,
} from './derivations.ts';

/** What is known of the keys of a handshake, under the names that they are shown with. */
export interface NoiseQuantities {
  readonly privateKey: (role: noise.Role, kind: 'e' | 's') => Quantity;
  readonly publicKey: (role: noise.Role, kind: 'e' | 's') => Quantity;
  /** Pre-shared key 1, 2 … in the order of their use, for patterns that have them. */
  readonly psk?: (number: number) => Quantity;
  /** Which keys tell the result of a DH token. */
  readonly needs: (token: noise.DhToken) => string;
  /** What is said of a result of zeros, for protocols that refuse it. Noise itself goes on with it. */
  readonly lowOrder?: string;
}

/** Between messages: the hash, which no key goes into but a pre-shared one, and the chaining key. */
interface Symmetric {
  readonly h: Quantity;
  readonly ck: Quantity;
}

const section = (number: string, what: string): string => `Noise, section ${number}, ${what}`;
const dhClauses = { '25519': 'RFC 7748, section 6.1', '448': 'RFC 7748, section 6.2' } as const;
const curves = { '25519': 'X25519(private key, 9)', '448': 'X448(private key, 5)' } as const;
const cipherClauses = {
  ChaChaPoly: 'Noise, sections 5.1 and 12.3, ChaChaPoly; RFC 8439, section 2.8',
  AESGCM: 'Noise, sections 5.1 and 12.4, AESGCM; NIST SP 800-38D, section 7.2',
} as const;
/** Each DH as the initiator writes it (section 5.3). */
const dhFormulas = { ee: 'DH(e, re)', es: 'DH(e, rs)', se: 'DH(s, re)', ss: 'DH(s, rs)' } as const;

/** One decryption: the key and the associated data under their own names, the nonce as the cipher takes it. */
export function noiseDecryption(
  { cipher }: Pick<noise.NoiseProtocol, 'cipher'>,
  key: Quantity,
  n: number | bigint,
  ad: Quantity,
  sent: Uint8Array,
  name = 'plaintext',
): Derivation {
  return decryption(
    `${name} = DECRYPT(${key.name}, n, ${ad.name}, ciphertext)`,
    cipherClauses[cipher.name],
    [
      ...[key, wireValue('nonce', cipher.nonce(n)), ad],
      ...[wireValue('ciphertext', sent.subarray(0, -noise.tagLength)), wireValue('tag', sent.subarray(-noise.tagLength))],
    ],
    () => cipher.decrypt(key.value as Uint8Array, n, ad.value as Uint8Array, sent),
  );
}

/**
 * What both sides of a handshake compute, token by token (The Noise Protocol Framework, revision 34, section 5), as far as the keys tell.
 * The messages are gone through in their order.
 */
export class NoiseDerivations {
  readonly #protocol: noise.NoiseProtocol;
  readonly #keys: NoiseQuantities;
  #h: Quantity;
  #ck: Quantity;
  /** The cipher's key, and how often it was used. */
  #k: Quantity | undefined;
  #n = 0;
  #psks = 0;
  #payload: Uint8Array | undefined;

  /** From the beginning, or from a message on. */
  constructor(protocol: noise.NoiseProtocol, keys: NoiseQuantities, from?: Symmetric) {
    this.#protocol = protocol;
    this.#keys = keys;
    const named = noise.initialize(protocol);
    this.#h = from?.h ?? wireValue('h', named);
    this.#ck = from?.ck ?? wireValue('ck', named);
  }

  /** Initialize: before the first message. */
  begin(prologue: Uint8Array): Derivation[] {
    const { name, hash, pattern } = this.#protocol;
    const padded = name.length > hash.hashLength ? 'HASH(protocol_name)' : 'protocol_name || zeros';
    return [
      derivation(
        `h = ${padded}, ck = h`,
        section('5.2', 'InitializeSymmetric'),
        [wireValue('protocol_name', name)],
        [this.#h, this.#ck],
      ),
      this.#mixHash(wireValue('prologue', prologue)),
      ...pattern.preMessages.map((role) => this.#mixHash(this.#keys.publicKey(role, 's'))),
    ];
  }

  /** A message, up to where it ends too soon. */
  message({ sender, tokens }: noise.MessagePattern, bytes: Uint8Array): Derivation[] {
    const { dh, pattern } = this.#protocol;
    const out: Derivation[] = [];
    let rest = bytes;
    for (const token of tokens) {
      if (token === 'psk') out.push(...this.#mixKeyAndHash(this.#keys.psk!(++this.#psks)));
      else if (token !== 'e' && token !== 's') out.push(...this.#mixDh(token));
      else {
        const length = dh.dhLength + (token === 's' && this.#k !== undefined ? noise.tagLength : 0);
        if (rest.length < length) return out;
        const sent = rest.subarray(0, length);
        rest = rest.subarray(length);
        out.push(this.#generate(sender, token), ...this.#decryptAndHash(token, token, sent));
        if (token === 'e' && pattern.psks > 0) out.push(this.#mixKey(wireValue(token, sent)));
      }
    }
    const last = this.#decryptAndHash('plaintext', 'payload', rest);
    this.#payload = this.#k === undefined ? rest : (last[0]!.results[0]!.value as Uint8Array | undefined);
    return [...out, ...last];
  }

  /** Of the last message, as far as it could be read. */
  get payload(): Uint8Array | undefined {
    return this.#payload;
  }

  /** After the last message. */
  split(): Derivation {
    const keys = ['k_i2r', 'k_r2i'].map((name, at) =>
      computedSecret(name, [this.#ck], (ck) => noise.split(this.#protocol, ck!)[at]),
    );
    return derivation('k_i2r, k_r2i = HKDF(ck, zerolen, 2)', section('5.2', 'Split'), [this.#ck], keys);
  }

  #generate(role: noise.Role, kind: 'e' | 's'): Derivation {
    const { name } = this.#protocol.dh;
    return derivation(
      `${kind} = ${curves[name]}`,
      `Noise, section 4.1, GENERATE_KEYPAIR; ${dhClauses[name]}`,
      [this.#keys.privateKey(role, kind)],
      [this.#keys.publicKey(role, kind)],
    );
  }

  #mixHash(data: Quantity): Derivation {
    const before = this.#h;
    this.#h = computedValue('h', [before, data], (h, bytes) => noise.mixHash(this.#protocol, h!, bytes!));
    return derivation(`h = HASH(h || ${data.name})`, section('5.2', 'MixHash'), [before, data], [this.#h]);
  }

  /** A part of a message: what is sent as it is before the first key, a static public key or a payload. An `e` never is encrypted. */
  #decryptAndHash(opened: string, name: string, sent: Uint8Array): Derivation[] {
    if (this.#k === undefined || name === 'e') return [this.#mixHash(wireValue(name, sent))];
    const decrypted = noiseDecryption(this.#protocol, this.#k, this.#n++, this.#h, sent, opened);
    return [decrypted, this.#mixHash(wireValue('ciphertext', sent))];
  }

  #mixDh(token: noise.DhToken): Derivation[] {
    const [i, r] = [...token] as ['e' | 's', 'e' | 's'];
    const { privateKey, publicKey, needs, lowOrder } = this.#keys;
    const [initiator, responder] = [privateKey('initiator', i), privateKey('responder', r)];
    const [initiators, responders] = [publicKey('initiator', i), publicKey('responder', r)];
    const [own, other] = initiator.value === undefined ? [responder, initiators] : [initiator, responders];
    const { dh } = this.#protocol;
    const compute = (key: Uint8Array, peer: Uint8Array): Uint8Array | undefined => {
      const made = dh.dh(key, peer);
      return lowOrder !== undefined && made.every((byte) => byte === 0) ? undefined : made;
    };
    const from = own.value === undefined ? [{ ...own, unknown: needs(token) }] : [own, other];
    const made = computedSecret(token, from, (key, peer) => compute(key!, peer!), lowOrder);
    const clause = `Noise, section 4.1, DH; ${dhClauses[dh.name]}`;
    const inputs = [initiator, initiators, responder, responders];
    return [derivation(`${token} = ${dhFormulas[token]}`, clause, inputs, [made]), this.#mixKey(made)];
  }

  #mixKey(input: Quantity): Derivation {
    const inputs = [this.#ck, input];
    const made = (name: 'ck' | 'k') =>
      computedSecret(name, inputs, (ck, bytes) => noise.mixKey(this.#protocol, ck!, bytes!)[name]);
    const [ck, k] = [made('ck'), made('k')];
    this.#takeKey(ck, k);
    return derivation(`ck, k = HKDF(ck, ${input.name}, 2)`, section('5.2', 'MixKey'), inputs, [ck, k]);
  }

  #mixKeyAndHash(psk: Quantity): Derivation[] {
    const inputs = [this.#ck, psk];
    const made = (name: string, of: 'ck' | 'mixed' | 'k') =>
      computedSecret(name, inputs, (ck, bytes) => noise.mixKeyAndHash(this.#protocol, ck!, bytes!)[of]);
    const [ck, mixed, k] = [made('ck', 'ck'), made('temp_h', 'mixed'), made('k', 'k')];
    this.#takeKey(ck, k);
    const formula = `ck, temp_h, k = HKDF(ck, ${psk.name}, 3)`;
    return [derivation(formula, section('5.2', 'MixKeyAndHash'), inputs, [ck, mixed, k]), this.#mixHash(mixed)];
  }

  #takeKey(ck: Quantity, k: Quantity): void {
    this.#ck = ck;
    this.#k = k;
    this.#n = 0;
  }
}
