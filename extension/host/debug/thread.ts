/** The bundle beside the extension that the thread of a debug session runs, in Node. */
export const debugFile = ['dist', 'debug.cjs'];
