/**
 * Ids in JSON, which the specification leaves open: strings, or numbers of any length. Inside of the peer they are strings, for a
 * number beyond 2^53 would lose digits in JSON.parse.
 */
export type IdForm = 'strings' | 'numbers';

const names = 'msg_id|node_id|recipient_id|channel_id';
const asNumber = new RegExp(`"(${names})":\\s*(\\d+)`, 'g');
const asDigits = new RegExp(`"(${names})":"([1-9]\\d*)"`, 'g');

export function parseWithIds(json: string): unknown {
  return JSON.parse(json.replace(asNumber, '"$1":"$2"'));
}

/** `numbers` makes numbers of all ids that are digits. */
export function writeWithIds(value: unknown, form: IdForm): string {
  const json = JSON.stringify(value);
  return form === 'strings' ? json : json.replace(asDigits, '"$1":$2');
}
