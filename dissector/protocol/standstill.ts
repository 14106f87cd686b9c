/** How a recording of a test node says that the node's clock stood still: in a comment on the first frame after it, or during it. */

const words = 'The clock of the node has stood still for';
const form = new RegExp(`${words} (\\d{1,9})\\.(\\d{3}) s since the recording began`);

/** `milliseconds`: of all times together since the recording began. */
export function standstillComment(milliseconds: number, why: string): string {
  const whole = Math.max(0, Math.round(milliseconds));
  const text = `${Math.floor(whole / 1000)}.${String(whole % 1000).padStart(3, '0')}`;
  return `${words} ${text} s since the recording began (${why}).`;
}

/** The seconds that a comment tells of; undefined for another comment. */
export function standstillIn(comment: string): number | undefined {
  const [, seconds, thousandths] = form.exec(comment) ?? [];
  return seconds === undefined ? undefined : Number(seconds) + Number(thousandths) / 1000;
}
