/** Failures that end a command with a sentence for a person, which is their message. */

/** The file cannot be read as a capture. */
export class UnreadableCapture extends Error {}

/** A hook of a protocol module threw, or did not come back. */
export class ProtocolFailure extends Error {}
