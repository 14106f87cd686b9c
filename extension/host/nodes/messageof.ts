/** What a document of a message is of, and what is known of it. */
import type * as vscode from 'vscode';

export const DELAY_MS = 5000;

/** A message that waits at a node, or a new one for a link of it. `began`: the run of the node, whose next run counts from 1 again. */
export type MessageOf =
  | { readonly kind: 'held'; readonly node: number; readonly began: number; readonly held: number }
  | { readonly kind: 'new'; readonly node: number; readonly link: number; readonly message: string };

export interface KnownMessages {
  of(uri: vscode.Uri): MessageOf | undefined;
  /** False once it was sent or dropped, or its link is gone. */
  waits(of: MessageOf): boolean;
  /** Incoming messages of a node are delivered to it. */
  isDelivered(of: MessageOf): boolean;
}
