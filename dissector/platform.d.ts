/** The few globals that Node, workers and browsers share and that ECMAScript's own library types do not name. */
declare class TextDecoder {
  constructor(label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean });
  decode(input?: Uint8Array): string;
}

declare class TextEncoder {
  encode(input?: string): Uint8Array<ArrayBuffer>;
}

/** Web Cryptography, as far as it makes RSA keys. */
declare const crypto: {
  readonly subtle: {
    generateKey(
      algorithm: { name: string; modulusLength: number; publicExponent: Uint8Array; hash: string },
      extractable: boolean,
      usages: readonly string[],
    ): Promise<{ readonly privateKey: object }>;
    exportKey(format: 'pkcs8', key: object): Promise<ArrayBuffer>;
  };
};
