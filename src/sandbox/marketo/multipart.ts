import { fail } from "./errors";

/** The content of one part of a multipart form. */
export function multipartFile(body: Buffer, contentType: string, part: string): Buffer {
  const boundary = /boundary="?([^";]+)"?/i.exec(contentType)?.[1];
  if (!boundary) return fail("613");
  const mark = Buffer.from(`--${boundary}`);
  let start = body.indexOf(mark);
  while (start >= 0) {
    const next = body.indexOf(mark, start + mark.length);
    if (next < 0) break;
    const section = body.subarray(start + mark.length + 2, next - 2);
    const gap = section.indexOf("\r\n\r\n");
    const head = gap < 0 ? "" : section.subarray(0, gap).toString();
    if (new RegExp(`name="${part}"`, "i").test(head)) return section.subarray(gap + 4);
    start = next;
  }
  return fail("613");
}
