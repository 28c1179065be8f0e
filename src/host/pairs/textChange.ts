/** The one replacement that turns `before` into `after`, as small as can be: the cursor and the folding stay. */
export function smallestChange(
  before: string,
  after: string,
): { offset: number; length: number; text: string } {
  const most = Math.min(before.length, after.length);
  let start = 0;
  while (start < most && before[start] === after[start]) start++;
  let end = 0;
  while (end < most - start && before[before.length - 1 - end] === after[after.length - 1 - end]) {
    end++;
  }
  return {
    offset: start,
    length: before.length - end - start,
    text: after.slice(start, after.length - end),
  };
}
