import { fail } from "./errors";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

function toBase32(bytes: Buffer): string {
  let bits = 0;
  let held = 0;
  let text = "";
  for (const byte of bytes) {
    held = (held << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += ALPHABET[(held >>> bits) & 31]!;
      held &= (1 << bits) - 1;
    }
  }
  if (bits > 0) text += ALPHABET[(held << (5 - bits)) & 31]!;
  return text.padEnd(Math.ceil(text.length / 8) * 8, "=");
}

function fromBase32(text: string): Buffer {
  const bytes: number[] = [];
  let bits = 0;
  let held = 0;
  for (const letter of text.replace(/=+$/, "")) {
    held = (held << 5) | ALPHABET.indexOf(letter);
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    bytes.push((held >>> bits) & 255);
    held &= (1 << bits) - 1;
  }
  return Buffer.from(bytes);
}

/** Hides the content from the eye, so that nobody is tempted to build a token. */
function scramble(bytes: Buffer): Buffer {
  return bytes.map((byte, index) => byte ^ ((index * 37 + 91) & 255)) as Buffer;
}

const checksum = (text: string): string => {
  let sum = 7;
  for (const letter of text) sum = (sum * 31 + letter.charCodeAt(0)) % 65_521;
  return sum.toString(36);
};

/** Opaque paging tokens: base32 text that always ends in `=`. */
export class PagingTokens {
  constructor(private readonly now: () => number) {}

  encode(kind: string, values: readonly (string | number)[]): string {
    const content = [kind, this.now(), ...values].join("|");
    let text = `${checksum(content)}|${content}`;
    while (Buffer.byteLength(text) % 5 === 0) text += " ";
    return toBase32(scramble(Buffer.from(text)));
  }

  /** The values of a token of this kind; anything else, or one that is too old, is refused. */
  decode(kind: string, token: string, lifeMs: number): string[] {
    const text = /^[A-Z2-7]+=+$/.test(token)
      ? scramble(fromBase32(token)).toString().trimEnd()
      : "";
    const [sum, ...content] = text.split("|");
    const [tokenKind, issued, ...values] = content;
    if (sum !== checksum(content.join("|")) || tokenKind !== kind) {
      fail("1003", `Invalid nextPageToken '${token.slice(0, 60)}'`);
    }
    if (lifeMs > 0 && this.now() - Number(issued) > lifeMs)
      fail("1003", "Paging token has expired");
    return values;
  }
}
