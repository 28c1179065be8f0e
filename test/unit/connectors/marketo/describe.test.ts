import assert from "node:assert/strict";
import { it } from "node:test";
import { mergeDescriptions } from "../../../../src/connectors/marketo/describe";

const first = (id: number, name: string | null, dataType: string, more: object = {}) => ({
  id,
  displayName: `Display ${id}`,
  dataType,
  ...(name && { rest: { name, readOnly: false } }),
  ...more,
});

it("describe and describe2 become one description of each field", () => {
  const described = [
    first(1, "email", "email", { length: 255 }),
    first(2, "createdAt", "datetime", { rest: { name: "createdAt", readOnly: true } }),
    first(3, null, "string"),
    first(4, "onlyFirst", "textarea", { length: 2000 }),
    first(5, "sum", "formula"),
    first(6, "owned", "string"),
  ];
  const described2 = {
    name: "API Lead",
    searchableFields: [["email"], ["id"], ["firstName", "lastName"]],
    fields: [
      {
        name: "email",
        displayName: "Email Address",
        dataType: "email",
        length: 255,
        updateable: true,
      },
      { name: "createdAt", displayName: "Created", dataType: "datetime", updateable: true },
      { name: "firstName", displayName: "First", dataType: "string", updateable: false },
      { name: "sum", displayName: "Sum", dataType: "formula", updateable: true },
      { name: "owned", displayName: "Owned", dataType: "odd", updateable: true, crmManaged: true },
    ],
  };
  const plain = { updatable: true, searchable: false, crmManaged: false };
  assert.deepEqual(mergeDescriptions(described, described2), [
    {
      ...plain,
      name: "email",
      displayName: "Email Address",
      id: 1,
      type: "email",
      maxLength: 255,
      searchable: true,
    },
    {
      ...plain,
      name: "createdAt",
      displayName: "Created",
      id: 2,
      type: "datetime",
      updatable: false,
    },
    { ...plain, name: "firstName", displayName: "First", type: "string", updatable: false },
    { ...plain, name: "sum", displayName: "Sum", id: 5, type: "formula", updatable: false },
    {
      ...plain,
      name: "owned",
      displayName: "Owned",
      id: 6,
      type: "unsupported",
      updatable: false,
      crmManaged: true,
    },
    { ...plain, name: "onlyFirst", displayName: "Display 4", id: 4, type: "text", maxLength: 2000 },
  ]);
});
