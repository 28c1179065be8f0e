import { crc32, deflateSync, inflateSync } from "node:zlib";

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const COLORS = 256;
/** Colors with the same upper half of each channel are similar. */
const FAMILY = 0xf0f0f0;

interface Pixels {
  width: number;
  height: number;
  /** One number for each pixel, 0xRRGGBB. */
  colors: Uint32Array;
}

/** The same picture with at most 256 colors: a window needs few, and the file shrinks to a third. */
export function smallPng(png: Buffer): Buffer {
  const picture = decode(png);
  const palette = commonColors(picture.colors);
  return encode(picture, palette);
}

/** Reads what a browser writes: 8 bits a channel, RGB or RGBA, not interlaced. */
function decode(png: Buffer): Pixels {
  const data: Buffer[] = [];
  let header: Buffer | undefined;
  for (let at = SIGNATURE.length; at < png.length;) {
    const length = png.readUInt32BE(at);
    const type = png.toString("latin1", at + 4, at + 8);
    const body = png.subarray(at + 8, at + 8 + length);
    if (type === "IHDR") header = body;
    if (type === "IDAT") data.push(body);
    at += 12 + length;
  }
  if (!header) throw new Error("The picture has no header.");
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  const bytes = header[9] === 6 ? 4 : 3;
  const lines = unfilter(inflateSync(Buffer.concat(data)), width * bytes, bytes);
  const colors = new Uint32Array(width * height);
  for (let i = 0; i < colors.length; i++) {
    const at = i * bytes;
    colors[i] = (lines[at]! << 16) | (lines[at + 1]! << 8) | lines[at + 2]!;
  }
  return { width, height, colors };
}

/** Undoes PNG's five line filters. */
function unfilter(data: Buffer, stride: number, bytes: number): Uint8Array {
  const height = data.length / (stride + 1);
  const out = new Uint8Array(height * stride);
  for (let y = 0; y < height; y++) {
    const filter = data[y * (stride + 1)];
    for (let x = 0; x < stride; x++) {
      const left = x < bytes ? 0 : out[y * stride + x - bytes]!;
      const up = y === 0 ? 0 : out[(y - 1) * stride + x]!;
      const corner = x < bytes || y === 0 ? 0 : out[(y - 1) * stride + x - bytes]!;
      const guesses = [0, left, up, (left + up) >> 1, paeth(left, up, corner)];
      out[y * stride + x] = data[y * (stride + 1) + 1 + x]! + (guesses[filter ?? 0] ?? 0);
    }
  }
  return out;
}

function paeth(left: number, up: number, corner: number): number {
  const guess = left + up - corner;
  const [a, b, c] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - corner)];
  return a <= b && a <= c ? left : b <= c ? up : corner;
}

/**
 * One color for each family of similar ones, the largest families first, with the place of each color of the picture
 * among them. The many grays of letters would else leave no room for the few colors.
 */
function commonColors(colors: Uint32Array): { palette: number[]; places: Map<number, number> } {
  const counts = new Map<number, number>();
  for (const color of colors) counts.set(color, (counts.get(color) ?? 0) + 1);
  const families = new Map<number, { color: number; size: number }>();
  for (const color of [...counts.keys()].sort((a, b) => counts.get(b)! - counts.get(a)!)) {
    const family = families.get(color & FAMILY);
    if (family) family.size += counts.get(color)!;
    else families.set(color & FAMILY, { color, size: counts.get(color)! });
  }
  const palette = [...families.values()]
    .sort((a, b) => b.size - a.size)
    .slice(0, COLORS)
    .map(({ color }) => color);
  const places = new Map([...counts.keys()].map((color) => [color, nearest(palette, color)]));
  return { palette, places };
}

function nearest(palette: readonly number[], color: number): number {
  const distance = (other: number) =>
    [16, 8, 0].reduce((sum, shift) => {
      const step = ((color >> shift) & 255) - ((other >> shift) & 255);
      return sum + step * step;
    }, 0);
  let best = 0;
  for (let i = 1; i < palette.length; i++) {
    if (distance(palette[i]!) < distance(palette[best]!)) best = i;
  }
  return best;
}

function encode(
  { width, height, colors }: Pixels,
  { palette, places }: ReturnType<typeof commonColors>,
): Buffer {
  const lines = Buffer.alloc(height * (width + 1));
  for (let i = 0; i < colors.length; i++) {
    const y = Math.floor(i / width);
    lines[y * (width + 1) + 1 + (i % width)] = places.get(colors[i]!)!;
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  // 8 bits a pixel, each a place in the palette.
  header.set([8, 3], 8);
  const entries = Buffer.from(
    palette.flatMap((color) => [color >> 16, (color >> 8) & 255, color & 255]),
  );
  return Buffer.concat([
    SIGNATURE,
    chunk("IHDR", header),
    chunk("PLTE", entries),
    chunk("IDAT", deflateSync(lines, { level: 9 })),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

function chunk(type: string, body: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, "latin1"), body]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(body.length);
  check.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, check]);
}
