/** What a relay says of messages that wait when it stops. */
export function droppedText(held: number): string {
  return held === 1 ? '1 held message is dropped: the relay stops.' : `${held} held messages are dropped: the relay stops.`;
}
