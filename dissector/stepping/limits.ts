/** What a debug session of a capture controls, however large the capture is. */
export const steppingLimits = Object.freeze({
  /** Messages of one part of a transcript. */
  transcriptMessages: 200,
  /** Bytes of a message that a transcript writes out. */
  transcriptBytes: 0x1_0000,
  /** Parts of transcripts that are kept. */
  keptParts: 32,
  /** Threads, which are conversations, that a client is told of. */
  threads: 1_000,
  /** Variables below one. */
  variables: 10_000,
  /** Messages between two places where a search lets others have their turn. */
  slice: 256,
  /** Values that stand at the ends of lines at one stop. */
  inlineValues: 1_000,
  /** Breakpoints of one kind. */
  breakpoints: 1_000,
});
