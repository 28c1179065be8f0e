import { contactColumns } from "./contactColumns";
import { leadColumns } from "./leadColumns";
import { Model, type TableSpec } from "./model";
import {
  accountColumns,
  businessUnitColumns,
  currencyTableColumns,
  organizationColumns,
  systemUserColumns,
  teamColumns,
} from "./otherColumns";

/** The tables of an organization as shipped; without the Sales app there is no lead. */
export function defaultModel(seed: number, businessUnitId: string, salesApp: boolean): Model {
  const model = new Model(seed);
  for (const spec of businessTables(businessUnitId, salesApp)) model.add(spec);
  for (const spec of systemTables()) model.add(spec);
  if (!salesApp) model.table("account").removeColumn("originatingleadid");
  return model;
}

function businessTables(businessUnitId: string, salesApp: boolean): TableSpec[] {
  const account: TableSpec = {
    name: "account",
    schemaName: "Account",
    label: "Account",
    setName: "accounts",
    typeCode: 1,
    primaryName: "name",
    columns: accountColumns(businessUnitId),
    owned: true,
  };
  const contact: TableSpec = {
    name: "contact",
    schemaName: "Contact",
    label: "Contact",
    setName: "contacts",
    typeCode: 2,
    primaryName: "fullname",
    columns: contactColumns(businessUnitId, salesApp),
    owned: true,
  };
  const lead: TableSpec = {
    name: "lead",
    schemaName: "Lead",
    label: "Lead",
    setName: "leads",
    typeCode: 4,
    primaryName: "fullname",
    columns: leadColumns(businessUnitId),
    owned: true,
  };
  return salesApp ? [account, contact, lead] : [account, contact];
}

function systemTables(): TableSpec[] {
  const plain = { changeTracking: false, optimisticConcurrency: false };
  return [
    {
      ...plain,
      name: "systemuser",
      schemaName: "SystemUser",
      label: "User",
      setName: "systemusers",
      typeCode: 8,
      primaryName: "fullname",
      columns: systemUserColumns,
      privilegeName: "User",
      changeTracking: true,
    },
    {
      ...plain,
      name: "team",
      schemaName: "Team",
      label: "Team",
      setName: "teams",
      typeCode: 9,
      primaryName: "name",
      columns: teamColumns,
    },
    {
      ...plain,
      name: "businessunit",
      schemaName: "BusinessUnit",
      label: "Business Unit",
      setName: "businessunits",
      typeCode: 10,
      primaryName: "name",
      columns: businessUnitColumns,
    },
    {
      ...plain,
      name: "organization",
      schemaName: "Organization",
      label: "Organization",
      setName: "organizations",
      typeCode: 1019,
      primaryName: "name",
      columns: organizationColumns,
    },
    {
      ...plain,
      name: "transactioncurrency",
      schemaName: "TransactionCurrency",
      label: "Currency",
      setName: "transactioncurrencies",
      typeCode: 9105,
      primaryName: "currencyname",
      columns: currencyTableColumns,
    },
  ];
}
