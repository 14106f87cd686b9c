/** The views, in the order of their tabs. */
import type { View } from '../page/view.ts';
import { conversations } from './conversations.ts';
import { findings } from './findings.ts';
import { keys } from './keys.ts';
import { ladder } from './ladder.ts';
import { packets } from './packets.ts';
import { properties } from './properties.ts';
import { steps } from './steps.ts';

export const views: readonly View[] = [packets, ladder, steps, conversations, findings, keys, properties];

/** Where the page begins, what is searched, and where a filter shows what it leaves. */
export const home: View = packets;

/** A view that is no more, or is not yet, is as if it had not been chosen. */
export function viewOf(id: string): View {
  return views.find((view) => view.id === id) ?? home;
}
