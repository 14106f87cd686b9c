/** Comments of the user's own on frames: kept beside the capture, and written into what is exported. */

/** Ascending by frame; one a frame. */
export type OwnComments = readonly (readonly [frame: number, text: string])[];

/** The comments with that on a frame changed. An empty text takes it away. */
export function withComment(comments: OwnComments, frame: number, text: string): OwnComments {
  const others = comments.filter(([own]) => own !== frame);
  const trimmed = text.trim();
  return trimmed === '' ? others : [...others, [frame, trimmed] as const].sort(([a], [b]) => a - b);
}
