import type { Cells, TableName } from "../hands/ports";
import type { ControlParts } from "./parts";
import { ControlError, get, numberFrom, type ControlCall, type ControlRoute } from "./routing";

const TABLES: readonly TableName[] = ["contact", "lead", "account"];
const DEFAULT_TOP = 100;

/** Reads what stands in the two orgs, past the wire, for tests and curious people. */
export function recordRoutes({ orgs }: ControlParts): ControlRoute[] {
  const { dynamics, marketo } = orgs;
  return [
    get("/records/dynamics/:table", (call) => page(dynamics.rows(tableOf(call)), call)),
    get("/records/dynamics/:table/:id", (call) => {
      const { id = "" } = call.params;
      return found(dynamics.row(tableOf(call), id.toLowerCase()), `${tableOf(call)} ${id}`);
    }),
    get("/records/marketo", (call) => page(marketo.persons(), call)),
    get("/records/marketo/:id", ({ params }) =>
      found(marketo.person(Number(params["id"])), `person ${params["id"]}`),
    ),
  ];
}

function tableOf({ params }: ControlCall): TableName {
  const table = TABLES.find((name) => name === params["table"]);
  if (!table) {
    throw new ControlError(
      404,
      `There is no table ${params["table"]}; there are ${TABLES.join(", ")}.`,
    );
  }
  return table;
}

function found(record: Cells | undefined, what: string): Cells {
  if (!record) throw new ControlError(404, `There is no ${what}.`);
  return record;
}

/** `?skip=` and `?top=` cut a page; any other option keeps the records whose value is that text, case aside. */
function page(records: Iterable<Cells>, { query }: ControlCall): Cells[] {
  const skip = numberFrom(query, "skip", 0);
  const top = numberFrom(query, "top", DEFAULT_TOP);
  const wanted = [...query].filter(([name]) => name !== "skip" && name !== "top");
  const shown: Cells[] = [];
  let passed = 0;
  for (const record of records) {
    if (shown.length >= top) break;
    const matches = wanted.every(([name, text]) => sameText(record[name], text));
    if (matches && passed++ >= skip) shown.push(record);
  }
  return shown;
}

function sameText(value: Cells[string] | undefined, text: string): boolean {
  return String(value ?? "").toLowerCase() === text.toLowerCase();
}
