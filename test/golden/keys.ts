import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The recorded private values of a capture (`*.keys.json`) as the key log that a user would give. */
interface Recorded {
  readonly protocol: string;
  readonly ephemerals?: readonly { readonly private: string }[];
  readonly sessions?: readonly { readonly x_outbound?: string; readonly x_inbound?: string }[];
  readonly rsa?: Readonly<Record<string, { readonly private_key_pem: string }>>;
  readonly node_list_master_public_key_der?: string;
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
    case 'pdvpn':
      return [...exponents(recorded), ...tunnelKeys(recorded)].map((line) => `${line}\n`).join('');
    default:
      throw new Error(`no key log is known for ${recorded.protocol}`);
  }
}

/** One side's exponent is enough: inbound's, where it got that far. */
function exponents({ sessions }: Recorded): string[] {
  return (sessions ?? []).flatMap(({ x_inbound: x }) => (x === undefined ? [] : [`P2P_DH_PRIVATE ${x}`]));
}

function tunnelKeys({ rsa, node_list_master_public_key_der: signer }: Recorded): string[] {
  return [
    ...Object.values(rsa ?? {}).map(({ private_key_pem: pem }) => `P2P_RSA_PRIVATE ${pem.replace(/-----[^-]+-----|\s/g, '')}`),
    ...(signer === undefined ? [] : [`P2P_NODE_LIST_KEY ${Buffer.from(signer, 'hex').toString('base64')}`]),
  ];
}

/** The key log of a capture: it lies beside the generated ones, recorded private values beside the others. */
export function keysOf(capture: string): string {
  const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
  if (existsSync(path(`${capture}.keys`))) return readFileSync(path(`${capture}.keys`), 'utf8');
  const recorded = path(`${capture}.keys.json`);
  return existsSync(recorded) ? keyLogOf(JSON.parse(readFileSync(recorded, 'utf8'))) : '';
}
