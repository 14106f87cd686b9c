/** Calls after whatever waits by now was answered. In a browser soon.web.ts stands in its place. */
export const yieldToLoop = (call: () => void): void => void setImmediate(call);
