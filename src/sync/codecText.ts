import type { Side } from "../model/record";
import type { ColumnDescription, FieldDescription } from "../model/schema";
import type { FieldCodec, FitProblem } from "./fieldRule";
import { MARKETO_LENGTH } from "./fieldTypes";

/** Text of any length; `ignoreCase` is for e-mail addresses, whose case is kept but does not count. */
export function textCodec(
  column: ColumnDescription,
  field: FieldDescription,
  ignoreCase: boolean,
): FieldCodec {
  return {
    fromDynamics: textOf,
    toDynamics: (value) => value,
    fromMarketo: textOf,
    toMarketo: (value) => value,
    fromFeed: textOf,
    compareKey: (value) => {
      const text = textOf(value) ?? "";
      return ignoreCase ? text.toLowerCase() : text;
    },
    fits: (side, value) => {
      const text = textOf(value);
      return text === null ? null : textProblem(side, text, { column, field });
    },
  };
}

/** Stands for a wire value that is no single value (an object, an array); it is refused wherever it would be written. */
const STRUCTURED = "\u0000(structured value)";

/** Half of a surrogate pair: no encoding can carry it. */
const HALF_CHARACTER = /\p{Surrogate}/u;

/** The text form of any wire value; empty text, null and absent are the one empty. */
export function textOf(wire: unknown): string | null {
  switch (typeof wire) {
    case "string":
      return wire === "" ? null : wire;
    case "number":
    case "boolean":
    case "bigint":
      return String(wire);
    case "undefined":
      return null;
    default:
      return wire === null ? null : STRUCTURED;
  }
}

/** Why a text cannot be written to a side; nothing is cut or replaced to make it fit. */
export function textProblem(
  side: Side,
  text: string,
  types: { column: ColumnDescription; field: FieldDescription },
): FitProblem | null {
  if (text === STRUCTURED) return unreadable("a single value");
  if (hasControlCharacter(text) || HALF_CHARACTER.test(text)) {
    return {
      code: "control-character",
      message:
        "The text contains a control character or half a character; remove it at the source.",
    };
  }
  return side === "dynamics"
    ? lengthProblem(text.length, types.column.maxLength, "characters in Dynamics")
    : marketoTextProblem(text, types.field);
}

/** Why a text does not fit into a Marketo field: length, and ASCII only for e-mail addresses. */
export function marketoTextProblem(text: string, field: FieldDescription): FitProblem | null {
  if (field.type === "email" && !isAscii(text)) {
    return {
      code: "not-ascii",
      message: "Marketo accepts only ASCII characters in an e-mail address; correct the address.",
    };
  }
  const limit = field.maxLength ?? MARKETO_LENGTH[field.type];
  return field.type === "text"
    ? lengthProblem(Buffer.byteLength(text, "utf8"), limit, "bytes in Marketo")
    : lengthProblem(text.length, limit, "characters in Marketo");
}

function lengthProblem(length: number, limit: number | undefined, unit: string): FitProblem | null {
  if (limit === undefined || length <= limit) return null;
  return {
    code: "too-long",
    message: `The text is ${length} long, at most ${limit} ${unit} fit; shorten it or lengthen the field.`,
  };
}

/** The value is not what the type holds; `expected` names what it should be. */
export function unreadable(expected: string): FitProblem {
  return {
    code: "unreadable",
    message: `The value cannot be read as ${expected}; correct it at the source.`,
  };
}

/** Everything below the blank except tab and line ends, and DEL: no server stores them whole. */
function hasControlCharacter(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 127 || (code < 32 && code !== 9 && code !== 10 && code !== 13)) return true;
  }
  return false;
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 126) return false;
  return true;
}
