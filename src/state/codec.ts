import type { SqlValue } from "./database";
import { OPERATION_KINDS } from "./operations";
import type { Operation } from "./operations";

/** Tags of the values; they are part of the file format. */
const NULL = 0;
const INTEGER = 1;
const DOUBLE = 2;
const TEXT = 3;
const BYTES = 4;

/** Writes operations as bytes: opcode, number of values, then each value with its tag. */
export function encodeOperations(operations: readonly Operation[]): Uint8Array {
  const output = new Output();
  for (const operation of operations) {
    output.unsigned(OPERATION_KINDS.indexOf(operation.kind));
    output.unsigned(operation.values.length);
    for (const value of operation.values) output.value(value);
  }
  return output.bytes();
}

export function decodeOperations(bytes: Uint8Array): Operation[] {
  const input = new Input(bytes);
  const operations: Operation[] = [];
  while (!input.atEnd()) {
    const code = input.unsigned();
    const kind = OPERATION_KINDS[code];
    if (kind === undefined) throw new Error(`Operation ${code} is unknown.`);
    const values = Array.from({ length: input.unsigned() }, () => input.value());
    operations.push({ kind, values });
  }
  return operations;
}

class Output {
  #buffer = Buffer.allocUnsafe(4096);
  #length = 0;

  bytes(): Uint8Array {
    return this.#buffer.subarray(0, this.#length);
  }

  value(value: SqlValue): void {
    if (value === null) this.#byte(NULL);
    else if (typeof value === "string") this.#text(value);
    else if (typeof value === "number") this.#number(value);
    else this.#bytes(value);
  }

  /** Seven bits a byte, low bits first, the high bit says that more follow. */
  unsigned(value: number): void {
    let rest = value;
    while (rest >= 0x80) {
      this.#byte((rest % 0x80) | 0x80);
      rest = Math.floor(rest / 0x80);
    }
    this.#byte(rest);
  }

  #number(value: number): void {
    if (Number.isSafeInteger(value) && value >= 0) {
      this.#byte(INTEGER);
      this.unsigned(value);
      return;
    }
    this.#byte(DOUBLE);
    this.#reserve(8);
    this.#length = this.#buffer.writeDoubleLE(value, this.#length);
  }

  #text(value: string): void {
    const length = Buffer.byteLength(value);
    this.#byte(TEXT);
    this.unsigned(length);
    this.#reserve(length);
    this.#length += this.#buffer.write(value, this.#length);
  }

  #bytes(value: Uint8Array): void {
    this.#byte(BYTES);
    this.unsigned(value.length);
    this.#reserve(value.length);
    this.#buffer.set(value, this.#length);
    this.#length += value.length;
  }

  #byte(value: number): void {
    this.#reserve(1);
    this.#buffer[this.#length] = value;
    this.#length += 1;
  }

  #reserve(extra: number): void {
    const needed = this.#length + extra;
    if (needed <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(needed, this.#buffer.length * 2));
    this.#buffer.copy(larger, 0, 0, this.#length);
    this.#buffer = larger;
  }
}

class Input {
  readonly #buffer: Buffer;
  #offset = 0;

  constructor(bytes: Uint8Array) {
    this.#buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  atEnd(): boolean {
    return this.#offset >= this.#buffer.length;
  }

  unsigned(): number {
    let value = 0;
    for (let factor = 1; ; factor *= 0x80) {
      const byte = this.#byte();
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
  }

  value(): SqlValue {
    const tag = this.#byte();
    switch (tag) {
      case NULL:
        return null;
      case INTEGER:
        return this.unsigned();
      case DOUBLE:
        return this.#take(8).readDoubleLE(0);
      case TEXT:
        return this.#take(this.unsigned()).toString("utf8");
      case BYTES:
        return new Uint8Array(this.#take(this.unsigned()));
      default:
        throw new Error(`Value tag ${tag} is unknown.`);
    }
  }

  #byte(): number {
    return this.#take(1).readUInt8(0);
  }

  #take(length: number): Buffer {
    const end = this.#offset + length;
    if (end > this.#buffer.length) throw new Error("An operation ends too early.");
    const taken = this.#buffer.subarray(this.#offset, end);
    this.#offset = end;
    return taken;
  }
}
