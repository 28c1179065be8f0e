import assert from "node:assert/strict";
import { test } from "node:test";
import {
  describeTable,
  type ColumnSecurity,
  type WireAttribute,
  type WireDetails,
} from "../../../../src/connectors/dynamics/metadata";
import type { ColumnType } from "../../../../src/model/schema";

const open: ColumnSecurity = { privileges: new Map(), isMasked: () => false };

function columnsOf(
  attributes: (Partial<WireAttribute> & { AttributeType: string })[],
  details: Partial<WireDetails> = {},
  security = open,
) {
  const table = {
    LogicalName: "contact",
    EntitySetName: "contacts",
    PrimaryIdAttribute: "contactid",
    ChangeTrackingEnabled: true,
    Attributes: attributes.map((attribute, n) => ({
      LogicalName: `c${n}`,
      MetadataId: `M${n}`,
      IsValidForCreate: true,
      IsValidForRead: true,
      IsValidForUpdate: true,
      ...attribute,
    })),
  };
  return describeTable(table, new Map([["c0", { LogicalName: "c0", ...details }]]), security)
    .columns;
}

const types: [
  attribute: Partial<WireAttribute> & { AttributeType: string },
  details: Partial<WireDetails>,
  type: ColumnType | "left out",
][] = [
  [{ AttributeType: "String" }, { FormatName: { Value: "Text" } }, "text"],
  [{ AttributeType: "String" }, { FormatName: { Value: "Email" } }, "email"],
  [{ AttributeType: "String" }, { FormatName: { Value: "Phone" } }, "phone"],
  [{ AttributeType: "String" }, { FormatName: { Value: "Url" } }, "url"],
  [{ AttributeType: "String" }, { FormatName: null }, "text"],
  [{ AttributeType: "Memo" }, {}, "memo"],
  [{ AttributeType: "Integer" }, {}, "integer"],
  [{ AttributeType: "BigInt" }, {}, "bigint"],
  [{ AttributeType: "Decimal" }, {}, "decimal"],
  [{ AttributeType: "Double" }, {}, "double"],
  [{ AttributeType: "Money" }, {}, "money"],
  [{ AttributeType: "Boolean" }, {}, "boolean"],
  [{ AttributeType: "DateTime" }, { DateTimeBehavior: { Value: "DateOnly" } }, "date"],
  [
    { AttributeType: "DateTime" },
    { DateTimeBehavior: { Value: "UserLocal" }, Format: "DateOnly" },
    "datetime",
  ],
  [
    { AttributeType: "DateTime" },
    { DateTimeBehavior: { Value: "TimeZoneIndependent" } },
    "localDatetime",
  ],
  [{ AttributeType: "DateTime" }, {}, "datetime"],
  [{ AttributeType: "DateTime" }, { DateTimeBehavior: { Value: "Lunar" } }, "unsupported"],
  [{ AttributeType: "Picklist" }, {}, "picklist"],
  [{ AttributeType: "State" }, {}, "state"],
  [{ AttributeType: "Status" }, {}, "status"],
  [
    { AttributeType: "Virtual", AttributeTypeName: { Value: "MultiSelectPicklistType" } },
    {},
    "multiSelect",
  ],
  [{ AttributeType: "Lookup" }, {}, "lookup"],
  [{ AttributeType: "Customer" }, {}, "customer"],
  [{ AttributeType: "Owner" }, {}, "owner"],
  [{ AttributeType: "Uniqueidentifier" }, {}, "guid"],
  [{ AttributeType: "Quantum" }, {}, "unsupported"],
  [{ AttributeType: "Virtual", AttributeTypeName: { Value: "ImageType" } }, {}, "left out"],
  [{ AttributeType: "Virtual", AttributeTypeName: { Value: "VirtualType" } }, {}, "left out"],
  [{ AttributeType: "String", AttributeOf: "ownerid" }, {}, "left out"],
  [{ AttributeType: "EntityName" }, {}, "left out"],
  [{ AttributeType: "PartyList" }, {}, "left out"],
];

test("every attribute type has its column type, and shadows are left out", () => {
  assert.deepEqual(
    types.map(([attribute, details]) => columnsOf([attribute], details)[0]?.type ?? "left out"),
    types.map(([, , type]) => type),
  );
});

const right = (CanRead: number, CanCreate: number, CanUpdate: number, CanReadUnmasked = 0) => ({
  AttributeId: "m0",
  CanRead,
  CanCreate,
  CanUpdate,
  CanReadUnmasked,
});
/** readable, creatable, updatable, hidden. */
type Access = [boolean, boolean, boolean, boolean];
const access: [
  name: string,
  attribute: Partial<WireAttribute>,
  right: ReturnType<typeof right> | undefined,
  masked: boolean,
  expected: Access,
][] = [
  ["not secured", {}, undefined, true, [true, true, true, false]],
  ["secured without any right", { IsSecured: true }, undefined, false, [false, false, false, true]],
  ["secured, read only", { IsSecured: true }, right(4, 0, 0), false, [true, false, false, false]],
  ["secured, write only", { IsSecured: true }, right(0, 4, 4), false, [false, true, true, true]],
  ["masked", { IsSecured: true }, right(4, 4, 4), true, [false, true, true, true]],
  [
    "masked, but this user sees it",
    { IsSecured: true },
    right(4, 4, 4, 3),
    true,
    [true, true, true, false],
  ],
  ["calculated", { SourceType: 1 }, undefined, false, [true, false, false, false]],
  ["rollup", { SourceType: 2 }, undefined, false, [true, false, false, false]],
  [
    "not valid for create",
    { IsValidForCreate: false },
    undefined,
    false,
    [true, false, true, false],
  ],
  ["not valid for read", { IsValidForRead: false }, undefined, false, [false, true, true, false]],
];

for (const [name, attribute, privilege, masked, expected] of access) {
  test(`access: ${name}`, () => {
    const [column] = columnsOf(
      [{ AttributeType: "String", ...attribute }],
      {},
      {
        privileges: new Map(privilege ? [["m0", privilege]] : []),
        isMasked: () => masked,
      },
    );
    assert.deepEqual(
      [column?.readable, column?.creatable, column?.updatable, column?.hidden],
      expected,
    );
  });
}

test("labels follow the user's language, and options come from local and global sets", () => {
  const label = (user: string | null, first: string) => ({
    LocalizedLabels: [{ Label: first }],
    UserLocalizedLabel: user === null ? null : { Label: user },
  });
  const [column] = columnsOf(
    [
      {
        AttributeType: "Picklist",
        DisplayName: label(null, "Farbe"),
        RequiredLevel: { Value: "ApplicationRequired" },
      },
    ],
    {
      OptionSet: null,
      GlobalOptionSet: {
        Options: [
          { Value: 1, Label: label("Red", "Rot") },
          { Value: 2, Label: {} },
        ],
      },
    },
  );
  assert.deepEqual(
    [column?.displayName, column?.required, column?.options],
    [
      "Farbe",
      "application",
      [
        { value: 1, label: "Red" },
        { value: 2, label: "2" },
      ],
    ],
  );
});
