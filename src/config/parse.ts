import {
  findNodeAtLocation,
  parseTree,
  printParseErrorCode,
  type Node,
  type ParseError,
} from "jsonc-parser";
import type { OwnCode } from "../model/failure";
import { pairFileSchema, type PairFile } from "./pairFile";
import { sharedSystems, sharedText } from "./sharedSystems";

/** Something wrong in the pair file, with the place where it stands. */
export interface ConfigProblem {
  code: OwnCode;
  /** One sentence with the remedy. */
  message: string;
  /** Where in the file: path of keys, and offset and length in characters. */
  path: readonly (string | number)[];
  offset: number;
  length: number;
}

export type ParsedPairFile =
  /** The warnings stop nothing. */
  | { ok: true; file: PairFile; warnings: readonly ConfigProblem[] }
  | { ok: false; problems: readonly ConfigProblem[] };

const SECRET_KEY = /secret|password|passwd|privatekey|accesstoken|refreshtoken/i;

/** Reads the text of a pair file (JSON with comments). Never throws on what a user may have written. */
export function parsePairFile(text: string): ParsedPairFile {
  const errors: ParseError[] = [];
  const tree = parseTree(text, errors, { allowTrailingComma: true });
  if (!tree || errors.length) return { ok: false, problems: syntaxProblems(text, errors) };

  const secrets = findSecrets(tree, []);
  if (secrets.length) return { ok: false, problems: secrets };

  const result = pairFileSchema.safeParse(valueOf(tree));
  if (!result.success) {
    const problems = result.error.issues.flatMap((issue) =>
      problemAt(tree, issue.path as (string | number)[], `${issue.message}`),
    );
    return { ok: false, problems };
  }
  const duplicates = findDuplicates(tree, result.data);
  if (duplicates.length) return { ok: false, problems: duplicates };
  return { ok: true, file: result.data, warnings: findShared(tree, result.data) };
}

/** Told where the later of the two pairs names the system. */
function findShared(tree: Node, { pairs }: PairFile): ConfigProblem[] {
  return sharedSystems(pairs).flatMap((shared) => {
    const index = pairs.findIndex(({ id }) => id === shared.pairs[1]);
    const isMunchkin = shared.side === "marketo" && pairs[index]?.marketo.munchkinId !== undefined;
    const path = ["pairs", index, shared.side, isMunchkin ? "munchkinId" : "url"];
    return problemAt(tree, path, sharedText(shared)).map((problem) => ({
      ...problem,
      code: "CS-SHARED-ORG" as const,
    }));
  });
}

/** The value of a JSON tree; comments and positions fall away. */
function valueOf(node: Node): unknown {
  switch (node.type) {
    case "array":
      return (node.children ?? []).map(valueOf);
    case "object":
      return Object.fromEntries(
        (node.children ?? []).map((property) => [
          String(property.children?.[0]?.value),
          property.children?.[1] ? valueOf(property.children[1]) : undefined,
        ]),
      );
    default:
      return node.value as unknown;
  }
}

function syntaxProblems(text: string, errors: readonly ParseError[]): ConfigProblem[] {
  if (!text.trim()) {
    return [
      {
        code: "CS-CONFIG",
        message: 'The file is empty; it needs an object with "pairs".',
        path: [],
        offset: 0,
        length: 0,
      },
    ];
  }
  return errors.map((error) => ({
    code: "CS-CONFIG" as const,
    message: `This is not valid JSON with comments (${printParseErrorCode(error.error)}).`,
    path: [],
    offset: error.offset,
    length: error.length,
  }));
}

/** A secret in the file is an error before anything else: the file may be committed. */
function findSecrets(node: Node, path: (string | number)[]): ConfigProblem[] {
  const found: ConfigProblem[] = [];
  for (const [index, child] of (node.children ?? []).entries()) {
    if (node.type === "array") {
      found.push(...findSecrets(child, [...path, index]));
      continue;
    }
    const [key, value] = child.children ?? [];
    if (!key || !value) continue;
    const name = String(key.value);
    const isSecret = SECRET_KEY.test(name) && value.type === "string" && name !== "signIn";
    if (isSecret) {
      found.push({
        code: "CS-SECRET-IN-FILE",
        message: `Remove "${name}": secrets do not belong in this file. The editor keeps them in its secret storage (command "Contact Sync: Connect…"); the command line reads them from CONTACT_SYNC_<PAIR>_DYNAMICS_SECRET and CONTACT_SYNC_<PAIR>_MARKETO_SECRET.`,
        path: [...path, name],
        offset: child.offset,
        length: child.length,
      });
    } else found.push(...findSecrets(value, [...path, name]));
  }
  return found;
}

function findDuplicates(tree: Node, file: PairFile): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const ids = new Set<string>();
  for (const [index, pair] of file.pairs.entries()) {
    if (ids.has(pair.id.toLowerCase())) {
      problems.push(
        ...problemAt(tree, ["pairs", index, "id"], `Another pair has the id "${pair.id}" already.`),
      );
    }
    ids.add(pair.id.toLowerCase());
    for (const type of ["contact", "lead"] as const) {
      const fields = pair.recordTypes[type]?.fields ?? [];
      const seen = new Set<string>();
      for (const [at, mapping] of fields.entries()) {
        if (!mapping.enabled) continue;
        for (const key of ["column", "field"] as const) {
          const name = `${key} ${mapping[key]}`;
          if (seen.has(name)) {
            const path = ["pairs", index, "recordTypes", type, "fields", at, key];
            problems.push(
              ...problemAt(
                tree,
                path,
                `"${mapping[key]}" is mapped twice; keep one of the mappings.`,
              ),
            );
          }
          seen.add(name);
        }
      }
    }
  }
  return problems;
}

function problemAt(tree: Node, path: (string | number)[], message: string): ConfigProblem[] {
  const node = nearestNode(tree, path);
  const where = path.length ? `${path.join(".")}: ` : "";
  return [
    {
      code: "CS-CONFIG",
      message: `${where}${message}`,
      path,
      offset: node.offset,
      length: node.length,
    },
  ];
}

/** The node at the path, or the nearest one above it that is there. */
function nearestNode(tree: Node, path: (string | number)[]): Node {
  for (let length = path.length; length > 0; length--) {
    const node = findNodeAtLocation(tree, path.slice(0, length));
    if (node) return node;
  }
  return tree;
}

/** Line and column, both from 1, of an offset. */
export function positionOf(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset).split("\n");
  return { line: before.length, column: (before.at(-1) ?? "").length + 1 };
}
