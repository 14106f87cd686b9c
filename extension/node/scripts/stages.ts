/** Where a running script can be looked at: before each statement, and inside those that send and wait. */
import type { FieldValues } from '../../../dissector/codec/index.ts';
import type { FieldNode, Statement } from '../../../dissector/script/index.ts';
import type { Draft } from './draft.ts';
import type { SectionFailure } from './failure.ts';
import type { ScriptNode } from './node.ts';
import type { ReceivedMessage } from './receivedmessages.ts';
import type { ScriptRelay } from './relay.ts';
import type { ScriptScope } from './scope.ts';

interface At {
  readonly statement: Statement;
  /** Blocks around it; inside of a statement one more. */
  readonly depth: number;
}

export type Stage =
  /** `rounds`: in which round of which block, in words. */
  | (At & { readonly kind: 'statement'; readonly rounds: string })
  /** A field of a message is about to be encoded; `values` gives those of the fields before it that need nothing of the node. */
  | (At & { readonly kind: 'field'; readonly field: FieldNode; values(): FieldValues })
  /** All values are filled in; then their bytes, before anything is encrypted. Both can still be changed. */
  | (At & { readonly kind: 'values' | 'encoding'; readonly node: ScriptNode; readonly draft: Draft })
  /** It was sent: how it was encrypted, and what went out. `frame`: of the node's recording, undefined where nothing went out by now. */
  | (At & {
      readonly kind: 'encryption' | 'wire';
      readonly node: ScriptNode;
      readonly message: string;
      readonly frame: number | undefined;
    })
  /** A message came while one was expected; `verdict` says whether it is that one, and where it differs. */
  | (At & {
      readonly kind: 'arrival';
      readonly node: ScriptNode;
      readonly heard: ReceivedMessage;
      readonly fits: boolean;
      readonly verdict: string;
    });

/** A section while it runs, for whoever looks at it. */
export interface RunView {
  readonly nodes: ReadonlyMap<string, ScriptNode>;
  readonly relays: ReadonlyMap<string, ScriptRelay>;
  readonly scope: ScriptScope;
  /** Its clock and those of its nodes stand still. */
  freeze(isFrozen: boolean): void;
  /** Carries out a statement beside those of the section. Throws an Error with a sentence where it does not hold. */
  do(statement: Statement): Promise<void>;
}

/** What looks at a running section. Each call is waited for. */
export interface Onlooker {
  started(view: RunView): void;
  at?(stage: Stage): Promise<void>;
  /** The section waits for something to come. */
  waits?(statement: Statement): Promise<void>;
  /** A statement did not hold; the nodes are still there. */
  failed?(failure: SectionFailure, statement: Statement | undefined): Promise<void>;
}
