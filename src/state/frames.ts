import { crc32, deflateRawSync, inflateRawSync } from "node:zlib";

/** Orders journals and snapshots: the writer's fencing number first, then the count of that writer's own generations. */
export type Generation = number;

/** What a frame of a journal file holds. The first frame is `start` and tells what the file continues. */
export type FrameKind = "start" | "plain" | "deflated";
const KINDS: readonly FrameKind[] = ["start", "plain", "deflated"];

export interface Frame {
  kind: FrameKind;
  generation: Generation;
  /** Counts commits over the whole life of the store; a `start` frame has the number of the commit before it. */
  sequence: number;
  payload: Uint8Array;
}

/** magic, checksum, length, kind: 4 bytes each; generation, sequence: 8 bytes each; then the payload. */
const HEADER = 32;
const MAGIC = Buffer.from("CSJ1", "latin1");
const CHECKED_FROM = 8;
const WORTH_DEFLATING = 512;

export function encodeFrame(frame: Frame): Uint8Array {
  const bytes = Buffer.alloc(HEADER + frame.payload.length);
  MAGIC.copy(bytes, 0);
  bytes.writeUInt32LE(frame.payload.length, 8);
  bytes.writeUInt32LE(KINDS.indexOf(frame.kind), 12);
  bytes.writeDoubleLE(frame.generation, 16);
  bytes.writeDoubleLE(frame.sequence, 24);
  bytes.set(frame.payload, HEADER);
  bytes.writeUInt32LE(crc32(bytes.subarray(CHECKED_FROM)), 4);
  return bytes;
}

/** A commit's frame; a payload that gains from it is deflated (the packed hashes in it do not). */
export function commitFrame(
  generation: Generation,
  sequence: number,
  payload: Uint8Array,
): Uint8Array {
  if (payload.length < WORTH_DEFLATING)
    return encodeFrame({ kind: "plain", generation, sequence, payload });
  const deflated = deflateRawSync(payload, { level: 1 });
  return encodeFrame({ kind: "deflated", generation, sequence, payload: deflated });
}

export function framePayload(frame: Frame): Uint8Array {
  return frame.kind === "deflated" ? inflateRawSync(frame.payload) : frame.payload;
}

export interface Scan {
  frames: Frame[];
  /** Where the whole frames end; what follows is torn or not written yet. */
  end: number;
  /** A whole frame stands after a broken one: that is no torn tail, it is damage. */
  brokenInside: boolean;
}

/** Reads frames of one generation from the start of `bytes` as far as they are whole. */
export function scanFrames(bytes: Uint8Array, generation: Generation): Scan {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const frames: Frame[] = [];
  let end = 0;
  for (let frame = frameAt(buffer, 0); frame; frame = frameAt(buffer, end)) {
    if (frame.generation !== generation) break;
    frames.push(frame);
    end += HEADER + frame.payload.length;
  }
  return { frames, end, brokenInside: wholeFrameAfter(buffer, end, generation) };
}

function frameAt(buffer: Buffer, offset: number): Frame | null {
  if (offset + HEADER > buffer.length || buffer.compare(MAGIC, 0, 4, offset, offset + 4) !== 0)
    return null;
  const end = offset + HEADER + buffer.readUInt32LE(offset + 8);
  const kind = KINDS[buffer.readUInt32LE(offset + 12)];
  if (end > buffer.length || kind === undefined) return null;
  if (crc32(buffer.subarray(offset + CHECKED_FROM, end)) !== buffer.readUInt32LE(offset + 4))
    return null;
  return {
    kind,
    generation: buffer.readDoubleLE(offset + 16),
    sequence: buffer.readDoubleLE(offset + 24),
    payload: buffer.subarray(offset + HEADER, end),
  };
}

function wholeFrameAfter(buffer: Buffer, from: number, generation: Generation): boolean {
  for (let at = buffer.indexOf(MAGIC, from); at >= 0; at = buffer.indexOf(MAGIC, at + 1)) {
    if (frameAt(buffer, at)?.generation === generation) return true;
  }
  return false;
}
