/** The recorded private values of a capture (`*.keys.json`) as the key log that a user would give. */
interface Recorded {
  readonly protocol: string;
  readonly ephemerals?: readonly { readonly private: string }[];
  readonly sessions?: readonly { readonly e_init_pub: string; readonly k_i2r?: string; readonly k_r2i?: string }[];
  readonly clients?: readonly { readonly private_key_pem: string }[];
}

export function keyLogOf(recorded: Recorded): string {
  switch (recorded.protocol) {
    case 'p2pke':
      return (recorded.ephemerals ?? []).map(({ private: key }) => `P2PKE_EPHEMERAL_PRIVATE ${key}\n`).join('');
    case 'ptpchat':
      return (recorded.clients ?? [])
        .map(({ private_key_pem: pem }) => `PTPCHAT_RSA_PRIVATE ${pem.replace(/-----[^-]+-----|\s/g, '')}\n`)
        .join('');
    default:
      throw new Error(`no key log is known for ${recorded.protocol}`);
  }
}
