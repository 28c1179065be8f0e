import { edmType, isLookup, wireName } from "../model/column";
import type { Model, Table } from "../model/model";

const PRINCIPALS: ReadonlySet<string> = new Set(["systemuser", "team"]);

/** The service's `$metadata`: entity types with keys, properties and single-valued navigations. */
export function csdl(model: Model): string {
  const tables = [...model.tables.values()];
  return [
    '<?xml version="1.0" encoding="utf-8"?>',
    '<edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx"><edmx:DataServices>',
    '<Schema Namespace="Microsoft.Dynamics.CRM" Alias="mscrm" xmlns="http://docs.oasis-open.org/odata/ns/edm">',
    '<EntityType Name="crmbaseentity" Abstract="true" />',
    '<EntityType Name="principal" BaseType="mscrm.crmbaseentity" Abstract="true"><Property Name="ownerid" Type="Edm.Guid" /></EntityType>',
    ...tables.map((table) => entityType(model, table)),
    '<EntityContainer Name="System">',
    ...tables.map(
      (table) =>
        `<EntitySet Name="${table.setName}" EntityType="Microsoft.Dynamics.CRM.${table.name}" />`,
    ),
    "</EntityContainer></Schema></edmx:DataServices></edmx:Edmx>",
  ].join("\n");
}

function entityType(model: Model, table: Table): string {
  const lines = [
    `<EntityType Name="${table.name}" BaseType="mscrm.${PRINCIPALS.has(table.name) ? "principal" : "crmbaseentity"}">`,
    `<Key><PropertyRef Name="${table.primaryId}" /></Key>`,
  ];
  for (const column of table.stored())
    lines.push(`<Property Name="${wireName(column)}" Type="${edmType(column)}" />`);
  for (const [name, { column, navigation }] of table.navigations()) {
    const targets = navigation.targets.filter((target) => model.tables.has(target));
    if (targets.length === 0 || !isLookup(column)) continue;
    const type = targets.length === 1 ? targets[0] : "principal";
    lines.push(`<NavigationProperty Name="${name}" Type="mscrm.${type}" />`);
  }
  lines.push("</EntityType>");
  return lines.join("\n");
}
