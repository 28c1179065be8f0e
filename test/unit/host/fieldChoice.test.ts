import assert from "node:assert/strict";
import { test } from "node:test";
import {
  bothSamples,
  columnAccess,
  fieldAccess,
  fieldsFor,
  mappingDetail,
  suggestionsOf,
} from "../../../src/host/fields";
import { checksText, lackingOf, setUpText } from "../../../src/host/documents/checksText";
import { imagesOf, valueMapItems, valueMapOf } from "../../../src/host/valueMapItems";
import type { Check } from "../../../src/protocol/engineContract";
import type { MappingSpec } from "../../../src/sync/fieldRule";
import { columnOf, fieldOf, mappedOf, schemaOf } from "./samples";

const OPTIONS = [
  { value: 1, label: "Hot" },
  { value: 2, label: "Warm" },
  { value: 3, label: "Cold" },
];

const columns = [
  columnOf("jobtitle", { displayName: "Job Title" }),
  columnOf("address1_county", { displayName: "Address 1: County" }),
  columnOf("new_region", { displayName: "Region" }),
  columnOf("anniversary", { displayName: "Anniversary", type: "date", maxLength: undefined }),
  columnOf("secretcode", { displayName: "Secret", hidden: true }),
  columnOf("nickname", { displayName: "Nickname" }),
];
const contact = { ...schemaOf().tables.contact!, columns };
const schema = schemaOf({
  tables: { contact },
  fields: [
    fieldOf("title", { displayName: "Job Title" }),
    fieldOf("county", { displayName: "County" }),
    fieldOf("region", { displayName: "Sales Region" }),
    fieldOf("anniversary", { type: "datetime", maxLength: undefined }),
    fieldOf("secretcode"),
    fieldOf("crmNickname", { updatable: false }),
    fieldOf("score", { type: "score", maxLength: undefined }),
  ],
});

test("suggestions go by name, label and name without prefix; what fits comes first, the rest says why not", () => {
  assert.deepEqual(
    suggestionsOf(schema, "contact").map(({ column, field, refusal }) => [
      column.name,
      field.name,
      refusal,
    ]),
    [
      ["address1_county", "county", null],
      ["new_region", "region", null],
      [
        "anniversary",
        "anniversary",
        "anniversary <-> anniversary: a date column cannot be kept in a datetime field; map it to a Marketo field of type date, string, text.",
      ],
    ],
  );
});

test("the fields for a column: those of its name, those that fit, then the refused ones with the reason", () => {
  const column = columns.find(({ name }) => name === "anniversary")!;
  const listed = fieldsFor(column, schema).map(({ field, refusal }) => [
    field.name,
    refusal === null,
  ]);
  assert.deepEqual(listed.slice(-2), [
    ["anniversary", false],
    ["score", false],
  ]);
  assert.deepEqual(
    listed.slice(0, -2),
    ["county", "crmNickname", "title", "region", "secretcode"].map((name) => [name, true]),
  );
});

test("access and sample values stand beside the types", () => {
  const samples = { dynamics: { jobtitle: ["Director", "CEO"] }, marketo: { title: [] } };
  const mapped = mappedOf("jobtitle", { field: "title", columnType: "text", fieldType: "string" });
  assert.equal(mappingDetail(mapped, samples), 'text ↔ string · "Director", "CEO" ↔ empty');
  assert.equal(mappingDetail(mapped), "text ↔ string");
  assert.equal(bothSamples(samples, "other", "other"), "");
  assert.deepEqual(
    [columnOf("a"), columnOf("b", { updatable: false }), columnOf("c", { hidden: true })].map(
      columnAccess,
    ),
    ["read and write", "read only", "no access"],
  );
  assert.deepEqual(
    [fieldOf("a"), fieldOf("b", { updatable: false }), fieldOf("c", { crmManaged: true })].map(
      fieldAccess,
    ),
    ["read and write", "read only", "read only"],
  );
});

const rating = {
  column: columnOf("rating", { displayName: "Rating", type: "picklist", options: OPTIONS }),
  field: fieldOf("rating"),
};
const spec = (valueMap?: MappingSpec["valueMap"]): MappingSpec => ({
  column: "rating",
  field: "rating",
  direction: "both",
  ...(valueMap && { valueMap }),
});

test("the value map shows every option and every value of Marketo that has no counterpart, first", () => {
  const images = imagesOf(spec({ 1: "A", 2: "B" }), rating.column, rating.field);
  const seen = {
    persons: 20,
    values: [
      { value: "A", count: 12 },
      { value: "Tepid", count: 5 },
    ],
  };
  const items = valueMapItems(rating, images, seen);
  assert.deepEqual(
    items.map(({ step, label, description }) => [step, label, description]),
    [
      ["save", "$(save) Save", "2 values have none: records that hold them are refused"],
      ["option", "$(warning) Cold (3)", "no counterpart at Marketo"],
      ["seen", '$(warning) "Tepid"', "at 5 of 20 persons looked at"],
      ["option", "Hot (1)", "→ A"],
      ["option", "Warm (2)", "→ B"],
    ],
  );
  assert.deepEqual(valueMapOf(images), { 1: "A", 2: "B" });
});

test("without a value map the labels are the counterparts, and nothing is open", () => {
  const images = imagesOf(spec(), rating.column, rating.field);
  assert.deepEqual(valueMapOf(images), { 1: "Hot", 2: "Warm", 3: "Cold" });
  const [save] = valueMapItems(rating, images, {
    persons: 2,
    values: [{ value: "hot", count: 2 }],
  });
  assert.equal(save?.description, "every value has a counterpart");
});

test("several options in one text are counted one by one", () => {
  const column = columnOf("interests", { type: "multiSelect", options: OPTIONS });
  const parts = { column, field: fieldOf("interests") };
  const images = imagesOf(
    { ...spec(), column: "interests", field: "interests" },
    column,
    parts.field,
  );
  const seen = {
    persons: 3,
    values: [
      { value: "Hot;Tepid", count: 2 },
      { value: "Tepid", count: 1 },
    ],
  };
  const strangers = valueMapItems(parts, images, seen).filter(({ step }) => step === "seen");
  assert.deepEqual(
    strangers.map(({ label, description }) => [label, description]),
    [['$(warning) "Tepid"', "at 3 of 3 persons looked at"]],
  );
});

const check = (id: string, state: Check["state"], detail: string): Check => ({
  id,
  side: "marketo",
  state,
  title: `Title of ${id}`,
  detail,
  link: null,
});

test("set-up lists what is missing and what is lost without it, fields and activity type alike", () => {
  const checks = [
    check("link:a", "red", "none is created."),
    check("link:b", "green", "Present."),
    check("field:d", "amber", "a column does not sync."),
    check("unusable:c", "red", "cannot be written."),
    check("activityType", "amber", "the log is here only."),
  ];
  const lacking = lackingOf(checks);
  assert.deepEqual(
    [lacking.fields.map(({ id }) => id), lacking.activityType?.id],
    [["link:a", "field:d"], "activityType"],
  );
  assert.equal(
    setUpText(lacking),
    "Title of link:a: none is created.\n\nTitle of field:d: a column does not sync.\n\nTitle of activityType: the log is here only.\n\nCustom fields cannot be deleted by API.\n\nThe name of an approved activity type can never be changed.",
  );
  assert.deepEqual(lackingOf([check("activityType", "green", "Off.")]), {
    fields: [],
    activityType: null,
  });
  assert.match(checksText("Contoso", checks), /1 OK, 2 limited, 2 must be fixed/);
});
