const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** A GUID takes 16 bytes instead of 36 in the big tables; any other id stays the text it is. */
export function packId(id: string): Uint8Array | string {
  return id.length === 36 && GUID.test(id)
    ? new Uint8Array(Buffer.from(id.replaceAll("-", ""), "hex"))
    : id;
}

export function unpackId(id: Uint8Array | string): string {
  if (typeof id === "string") return id;
  const hex = Buffer.from(id.buffer, id.byteOffset, id.byteLength).toString("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
