/** The few pieces of DER that certificates are made of. */
export function der(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const size =
    length < 128
      ? Buffer.of(length)
      : length < 256
        ? Buffer.of(0x81, length)
        : Buffer.of(0x82, length >> 8, length & 255);
  return Buffer.concat([Buffer.of(tag), size, content]);
}

export const sequence = (...parts: Buffer[]) => der(0x30, Buffer.concat(parts));
export const set = (...parts: Buffer[]) => der(0x31, Buffer.concat(parts));
export const integer = (value: number) => der(0x02, Buffer.of(value));
export const utcTime = (text: string) => der(0x17, Buffer.from(text));
export const octets = (content: Buffer) => der(0x04, content);
export const bits = (content: Buffer) => der(0x03, Buffer.concat([Buffer.of(0), content]));
/** An object identifier by its encoded bytes. */
export const identifier = (hex: string) => der(0x06, Buffer.from(hex, "hex"));

export const SHA256_RSA = sequence(identifier("2a864886f70d01010b"), der(0x05, Buffer.of()));

/** A distinguished name with a common name alone. */
export const commonName = (text: string) =>
  sequence(set(sequence(identifier("550403"), der(0x0c, Buffer.from(text)))));

export function pem(label: string, raw: Buffer): string {
  const lines = raw.toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`;
}
