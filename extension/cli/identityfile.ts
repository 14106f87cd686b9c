import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { Protocol } from '../../dissector/protocol/index.ts';
import { reasonOf } from '../capture/reason.ts';
import { UsageError } from './errors.ts';
import type { Tell } from './io.ts';

/** The file of an identity, and the kind of its key where it is created. */
interface IdentityWish {
  readonly identity: string | undefined;
  readonly identityKind?: string | undefined;
}

/** From its file; a new one is kept there when there is none yet. */
export async function identityOf(
  { identity: path, identityKind }: IdentityWish,
  protocol: Protocol,
  tell: Tell,
): Promise<string> {
  try {
    if (path !== undefined && existsSync(path)) {
      if (identityKind !== undefined) tell(`${path} is there already: --identity-kind is for one that is created.`);
      return readFileSync(path, 'utf8');
    }
    const made = await protocol.peer!.createIdentity((length) => randomBytes(length), identityKind);
    if (path !== undefined) {
      writeFileSync(path, `${made}\n`, { mode: 0o600 });
      tell(`${path} holds the identity that was made for this node: private keys.`);
    }
    return made;
  } catch (error) {
    throw new UsageError(`The identity ${path} cannot be used. ${reasonOf(error)}`, false);
  }
}
