import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { DEFAULT_MAP } from "../../../src/config/defaultMap";
import type { CrmRow } from "../../../src/sandbox/data/crmRows";
import { createDataset, DEFAULT_SIZE } from "../../../src/sandbox/data/dataset";
import type { PersonRow } from "../../../src/sandbox/data/personRows";

const PINNED = "8afcdd656adc8dd1a5805400b2672be4c0bb718911afca33a60ef151879a869b";

const data = createDataset(1, DEFAULT_SIZE);
const contacts = [...data.contacts()];
const leads = [...data.leads()];
const persons = [...data.persons()];

const email = (row: CrmRow | PersonRow): string | undefined => {
  const value = row["emailaddress1"] ?? row["email"];
  return typeof value === "string" ? value.toLowerCase() : undefined;
};
const texts = (rows: readonly (CrmRow | PersonRow)[], key: string): string[] =>
  rows.map((row) => row[key]).filter((value) => typeof value === "string");

describe("the generator", () => {
  it("gives the same bytes for the same seed, on every machine", () => {
    assert.equal(data.hash(), PINNED);
    assert.equal(createDataset(1, DEFAULT_SIZE).hash(), PINNED);
  });

  it("gives other data for another seed", () => {
    assert.notEqual(createDataset(2, DEFAULT_SIZE).hash(), PINNED);
  });

  it("makes as many rows as asked, also none", () => {
    const none = createDataset(1, { contacts: 0, leads: 0, persons: 3 });
    assert.deepEqual(
      [contacts.length, leads.length, persons.length, [...none.contacts()].length],
      [500, 150, 300, 0],
    );
    assert.equal([...none.persons()].length, 3);
  });

  it("keeps a row the same when there are more of them", () => {
    const more = createDataset(1, { ...DEFAULT_SIZE, leads: 400 });
    assert.deepEqual([...more.contacts()].slice(0, 500), contacts);
  });

  it("gives every row an id of its own", () => {
    const ids = [...contacts, ...leads, ...data.accounts()].map(
      (row) => row["contactid"] ?? row["leadid"] ?? row["accountid"],
    );
    assert.equal(new Set(ids).size, ids.length);
    assert.ok(ids.every((id) => /^[0-9a-f-]{14}4[0-9a-f]{3}-[89ab][0-9a-f]{3}-/.test(String(id))));
  });
});

describe("the rows look like a real CRM: among the contacts there is", () => {
  const some: [string, (row: CrmRow) => boolean][] = [
    ["Hangul", (row) => /\p{Script=Hangul}/u.test(String(row["lastname"]))],
    ["Kana", (row) => /\p{Script=Katakana}|\p{Script=Hiragana}/u.test(String(row["firstname"]))],
    ["Han", (row) => /\p{Script=Han}/u.test(String(row["lastname"]))],
    ["Cyrillic", (row) => /\p{Script=Cyrillic}/u.test(String(row["lastname"]))],
    ["Greek", (row) => /\p{Script=Greek}/u.test(String(row["lastname"]))],
    ["Arabic", (row) => /\p{Script=Arabic}/u.test(String(row["lastname"]))],
    ["Hebrew", (row) => /\p{Script=Hebrew}/u.test(String(row["lastname"]))],
    ["Devanagari", (row) => /\p{Script=Devanagari}/u.test(String(row["lastname"]))],
    ["Thai", (row) => /\p{Script=Thai}/u.test(String(row["lastname"]))],
    ["a diacritic", (row) => /[àéîõüçšłıø]/i.test(String(row["lastname"]))],
    ["an apostrophe", (row) => /^O'/.test(String(row["lastname"]))],
    ["a plus address", (row) => String(row["emailaddress1"]).includes("+")],
    ["an upper-case address", (row) => /^[^a-z]+@[^a-z]+$/.test(String(row["emailaddress1"]))],
    ["no address", (row) => row["emailaddress1"] === null],
    ["an inactive row", (row) => row["statecode"] === 1 && row["statuscode"] === 2],
    ["a title at the limit", (row) => String(row["jobtitle"]).length === 100],
    ["a note at the limit", (row) => String(row["description"]).length === 2000],
    [
      "a note with a line break and an emoji",
      (row) => /\r\n.*🎉/u.test(String(row["description"])),
    ],
    ["February 29", (row) => String(row["birthdate"]).endsWith("-02-29")],
    ["a birthday before 1970", (row) => String(row["birthdate"]) < "1970"],
    ["an account", (row) => typeof row["parentcustomerid"] === "string"],
    ["a custom column", (row) => typeof row["mkt_leadscore"] === "number"],
    ["a team as the owner", (row) => row["ownerid"] === data.owners.team.teamid],
    [
      "a disabled owner",
      (row) => data.owners.users.some((u) => u.isdisabled && u.systemuserid === row["ownerid"]),
    ],
  ];
  for (const [name, test] of some) {
    it(name, () => assert.ok(contacts.some(test)));
  }

  it("phones in many forms", () => {
    const forms = texts(contacts, "telephone1").map((phone) => phone.replace(/\d/g, "#"));
    assert.ok(new Set(forms).size > 20);
  });

  it("mailboxes that two contacts share, but not many", () => {
    const all = contacts.map(email).filter(Boolean);
    const shared = all.length - new Set(all).size;
    assert.ok(shared >= 5 && shared <= 30, `${shared} shared mailboxes`);
  });

  it("humans who are a lead and a contact", () => {
    const known = new Set(contacts.map(email));
    const twins = leads.filter((lead) => email(lead) && known.has(email(lead)));
    assert.ok(twins.length >= 15 && twins.length <= 45, `${twins.length} twins`);
  });

  it("only real dates", () => {
    for (const date of [...texts(contacts, "birthdate"), ...texts(persons, "dateOfBirth")]) {
      assert.equal(new Date(`${date}T00:00:00Z`).toISOString().slice(0, 10), date);
    }
  });

  it("no text over the length of its column or field", () => {
    const limits: [readonly (CrmRow | PersonRow)[], string, number][] = [
      [[...contacts, ...leads], "jobtitle", 100],
      [[...contacts, ...leads], "description", 2000],
      [[...contacts, ...leads], "firstname", 50],
      [[...contacts, ...leads], "lastname", 50],
      [[...contacts, ...leads], "emailaddress1", 100],
      [contacts, "mobilephone", 50],
      [leads, "mobilephone", 20],
      [leads, "subject", 300],
      [persons, "title", 255],
      [persons, "crmTopic", 255],
      [persons, "email", 255],
    ];
    for (const [rows, key, limit] of limits) {
      const longest = Math.max(...texts(rows, key).map((text) => text.length));
      assert.ok(longest <= limit, `${key} has ${longest} characters`);
    }
  });

  it("only well-formed text: no half of a surrogate pair", () => {
    const all = [...contacts, ...leads, ...persons].flatMap((row) => Object.values(row));
    const broken = all.filter(
      (value) => typeof value === "string" && Buffer.from(value).toString() !== value,
    );
    assert.deepEqual(broken, []);
  });
});

describe("the persons", () => {
  const byEmail = new Map<string, CrmRow>();
  for (const row of [...contacts, ...leads]) {
    const address = email(row);
    if (address && !byEmail.has(address)) byEmail.set(address, row);
  }
  const known = persons.filter((person) => byEmail.has(email(person) ?? ""));

  it("are about half known to the CRM by e-mail, half strangers", () => {
    assert.ok(known.length > 120 && known.length < 160, `${known.length} known`);
  });

  it("agree with the CRM in part and differ in part", () => {
    const verdicts = { equal: 0, different: 0, missing: 0 };
    for (const person of known) {
      const title = byEmail.get(email(person)!)!["jobtitle"] ?? undefined;
      if (person["title"] === title) verdicts.equal++;
      else if (person["title"] === undefined) verdicts.missing++;
      else verdicts.different++;
    }
    const { equal, different, missing } = verdicts;
    assert.ok(equal > 70 && different > 20 && missing > 10, JSON.stringify(verdicts));
  });

  it("use only field names of the default map", () => {
    const mapped = Object.values(DEFAULT_MAP).flat();
    const fields = new Set([
      ...mapped.map((mapping) => mapping.field),
      "company",
      "createdAt",
      "updatedAt",
    ]);
    const used = new Set(persons.flatMap((person) => Object.keys(person)));
    assert.deepEqual(
      [...used].filter((field) => !fields.has(field)),
      [],
    );
  });

  it("have addresses that Marketo takes: printable ASCII", () => {
    const bad = texts(persons, "email").filter(
      (address) => !/^[\x21-\x7e]+@[\x21-\x7e]+$/.test(address),
    );
    assert.deepEqual(bad, []);
  });
});
