/** What an answer to an agent may cost, and what an agent may make large. */
export const agentLimits = Object.freeze({
  /** Tokens of one answer: an agent pays for each, and has room for few such answers. They are counted from above: see quoting.ts. */
  answerTokens: 4_000,
  /** Tokens of an answer that says why there is none. */
  errorTokens: 1_000,
  /** Tokens of one value that somebody else chose. */
  valueTokens: 120,
  /** Tokens that are kept for the last line, which says how to ask for the rest. */
  lastLineTokens: 250,
  /** Captures that stay open between two calls, the ones that were used last. */
  openCaptures: 4,
  /** Messages that one call looks at for those that match, before it answers with what it has found. */
  scannedMessages: 200_000,
  /** Characters of one text that an agent gives: a path, a filter, a title. */
  inputCharacters: 4_096,
  /** Characters of a packet script that an agent gives. */
  scriptCharacters: 65_536,
  /** Parts of one list that an agent gives. */
  inputList: 32,
  /** Seconds that a section of a packet script runs for an agent; it is stopped then. */
  sectionSeconds: 60,
});
