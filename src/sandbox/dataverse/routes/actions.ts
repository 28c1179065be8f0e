import type { SandboxResponse } from "../../kernel/http";
import type { Call } from "../call";
import { badPayload, badQuery, DataverseError, rowNotFound } from "../errors";
import { isLookup, type Column, type Value } from "../model/column";
import { isGuid } from "../model/ids";
import type { Table } from "../model/model";
import { rowWriter } from "../query/rowJson";
import { jsonReply, noContent } from "../replies";
import { requireRow } from "../security/access";
import type { Row } from "../storage/row";
import { parseBody, type Body } from "../write/payload";
import { referencing } from "../write/references";
import { stampModification } from "../write/stamp";
import { createRow, updateRow } from "../write/write";

const COPIED =
  /^(firstname|middlename|lastname|emailaddress[123]|mobilephone|telephone[123]|pager|fax|jobtitle|salutation|websiteurl|description|donot\w+|address1_\w+)$/;
const COPIED_TO_ACCOUNT =
  /^(telephone1|fax|websiteurl|description|sic|industrycode|numberofemployees|donot\w+|address1_\w+)$/;

/** `POST leads(id)/Microsoft.Dynamics.CRM.QualifyLead`: the lead closes, its contact and account come to life. */
export function qualifyLead(call: Call, table: Table, row: Row): SandboxResponse {
  const body = parseBody(call, table.setName);
  const store = call.org.database.store(table);
  requireRow(call.user, "Write", store, row);
  if (store.value(row, table.column("statecode")) !== 0)
    throw new DataverseError(400, "0x80040519", "The lead is already closed.");
  const status = body["Status"];
  if (typeof status !== "number")
    throw badPayload(table.setName, "The parameter 'Status' is required.");
  return call.org.database.transaction(() => {
    const created: { table: Table; row: Row }[] = [];
    const account = body["CreateAccount"] === true ? accountOf(call, table, row) : undefined;
    if (account) created.push(account);
    if (body["CreateContact"] === true) {
      const contact = contactOf(call, table, { row, accountId: account?.row.id });
      if (contact) created.push(contact);
    }
    updateRow(call, table, row, { statecode: 1, statuscode: status });
    return jsonReply({
      "@odata.context": `${call.root}/$metadata#Collection(mscrm.crmbaseentity)`,
      value: created.map((entry) => ({
        "@odata.type": `#${entry.table.typeName}`,
        ...rowWriter(call, entry.table, [entry.table.primaryId]).write(entry.row),
      })),
    });
  });
}

/** A lead with a parent contact brings no second contact. */
function contactOf(
  call: Call,
  lead: Table,
  { row, accountId }: { row: Row; accountId: string | undefined },
): { table: Table; row: Row } | undefined {
  const store = call.org.database.store(lead);
  if (store.value(row, lead.column("parentcontactid")) !== null) return undefined;
  const table = call.org.model.table("contact");
  const extra = copyCells(call, lead, row, { target: table, pattern: COPIED });
  const parent = accountId ?? store.value(row, lead.column("parentaccountid"));
  if (parent) extra.set(table.column("parentcustomerid"), parent);
  linkBack(table, extra, row);
  return { table, row: createRow(call, table, {}, { extra }) };
}

function accountOf(call: Call, lead: Table, row: Row): { table: Table; row: Row } | undefined {
  const store = call.org.database.store(lead);
  const name = store.value(row, lead.column("companyname"));
  if (store.value(row, lead.column("parentaccountid")) !== null || name === null) return undefined;
  const table = call.org.model.table("account");
  const extra = copyCells(call, lead, row, { target: table, pattern: COPIED_TO_ACCOUNT });
  extra.set(table.column("name"), name);
  linkBack(table, extra, row);
  return { table, row: createRow(call, table, {}, { extra }) };
}

function linkBack(table: Table, cells: Map<Column, Value>, lead: Row): void {
  const column = table.columns.get("originatingleadid");
  if (column) cells.set(column, lead.id);
}

function copyCells(
  call: Call,
  from: Table,
  row: Row,
  { target, pattern }: { target: Table; pattern: RegExp },
): Map<Column, Value> {
  const cells = new Map<Column, Value>();
  const store = call.org.database.store(from);
  for (const column of from.stored()) {
    const twin = target.columns.get(column.name);
    if (!twin || twin.compute || !pattern.test(column.name) || twin.type !== column.type) continue;
    const value = store.value(row, column);
    if (value !== null) cells.set(twin, value);
  }
  const owner = target.columns.get("ownerid");
  if (owner) cells.set(owner, store.value(row, from.column("ownerid")));
  return cells;
}

/** `POST Merge`: the subordinate is switched off and points to the target, which takes over its children. */
export function merge(call: Call): SandboxResponse {
  const body = parseBody(call, "Merge");
  const winner = mergeParty(call, body, "Target");
  const loser = mergeParty(call, body, "Subordinate");
  const { table } = winner;
  if (loser.table !== table) throw badQuery("Merge needs two records of the same table.");
  if (winner.row === loser.row)
    throw new DataverseError(400, "0x80045305", "Cannot merge a record with itself.");
  const store = call.org.database.store(table);
  requireRow(call.user, "Write", store, winner.row);
  requireRow(call.user, "Write", store, loser.row);
  const state = table.column("statecode");
  for (const { row } of [winner, loser])
    if (store.value(row, state) !== 0)
      throw new DataverseError(400, "0x80045304", "Merge is not allowed: a record is inactive.");
  const content = body["UpdateContent"];
  return call.org.database.transaction(() => {
    const changes = typeof content === "object" && content !== null ? { ...(content as Body) } : {};
    delete changes[table.primaryId];
    updateRow(call, table, winner.row, changes);
    moveChildren(call, table, { from: loser.row.id, to: winner.row.id });
    retire(call, table, { loser: loser.row, winner: winner.row.id });
    return noContent();
  });
}

function mergeParty(call: Call, body: Body, name: string): { table: Table; row: Row } {
  const party = body[name];
  const type =
    typeof party === "object" && party !== null ? (party as Body)["@odata.type"] : undefined;
  const tableName =
    typeof type === "string" ? type.replace(/^#?Microsoft\.Dynamics\.CRM\./, "") : "";
  const table = call.org.model.tables.get(tableName);
  if (!table?.columns.has("masterid"))
    throw badPayload("Merge", `The parameter '${name}' must be an account, a contact or a lead.`);
  const id = (party as Body)[table.primaryId];
  if (!isGuid(id))
    throw badPayload("Merge", `The parameter '${name}' needs its '${table.primaryId}'.`);
  const row = call.org.database.store(table).find(id.toLowerCase());
  if (!row) throw rowNotFound(table.name, id);
  return { table, row };
}

function moveChildren(call: Call, table: Table, { from, to }: { from: string; to: string }): void {
  for (const { child, column, rows } of referencing(call.org, table, from)) {
    if (!isLookup(column) || column.name === "masterid") continue;
    const store = call.org.database.store(child);
    for (const row of rows) {
      const cells = new Map<Column, Value>([[column, to]]);
      store.update(row, stampModification(call.org, child, cells, call));
    }
  }
}

function retire(call: Call, table: Table, { loser, winner }: { loser: Row; winner: string }): void {
  const state = table.column("statecode").options?.at(-1);
  const cells = new Map<Column, Value>([
    [table.column("statecode"), state?.value ?? 1],
    [table.column("statuscode"), state?.defaultStatus ?? 2],
    [table.column("merged"), true],
    [table.column("masterid"), winner],
  ]);
  call.org.database.store(table).update(loser, stampModification(call.org, table, cells, call));
}
