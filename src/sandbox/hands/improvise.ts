import type { Random } from "../kernel/random";
import type { Census } from "./census";
import type { Cell } from "./ports";
import type { Step } from "./steps";

/** A thing that both a seller and a marketer change: the column, the field, and a new value. */
interface Habit {
  column: string;
  field: string;
  value(random: Random): Cell;
}

const digits = (random: Random, count: number): string =>
  Array.from({ length: count }, () => random.below(10)).join("");

const HABITS: readonly Habit[] = [
  {
    column: "jobtitle",
    field: "title",
    value: (random) =>
      `${random.pick(["Director", "Buyer", "Ingénieure", "部長", "이사"])} ${random.below(1000)}`,
  },
  {
    column: "telephone1",
    field: "phone",
    value: (random) => `+1 (206) 555-${digits(random, 4)}`,
  },
  {
    column: "mobilephone",
    field: "mobilePhone",
    value: (random) => (random.chance(0.2) ? null : `+44 20 5550 ${digits(random, 4)}`),
  },
  {
    column: "address1_city",
    field: "city",
    value: (random) =>
      `${random.pick(["Łódź", "Dún Laoghaire", "São Paulo", "大阪市"])} ${random.below(100)}`,
  },
  { column: "address1_postalcode", field: "postalCode", value: (random) => digits(random, 5) },
  {
    column: "lastname",
    field: "lastName",
    value: (random) => `${random.pick(["O'Hara", "Groß", "Nuñez", "김"])}-${random.below(1000)}`,
  },
  { column: "donotbulkemail", field: "unsubscribed", value: (random) => random.chance(0.5) },
];

/** What hands do when left alone, and how often out of 100 times. */
const REPERTOIRE: readonly [number, (random: Random, census: Census) => Step[]][] = [
  [34, editRow],
  [30, editPerson],
  [8, (random, census) => clash(random, census, "same field")],
  [7, (random, census) => clash(random, census, "different fields")],
  [6, createRow],
  [5, createPerson],
  [5, changeScore],
  [3, deleteRow],
  [2, deletePerson],
];

/** The next edit of someone who works all day; empty when there is nothing left to edit. */
export function improvise(random: Random, census: Census): Step[] {
  let draw = random.below(100);
  for (const [share, act] of REPERTOIRE) {
    draw -= share;
    if (draw < 0) return act(random, census);
  }
  return [];
}

function editRow(random: Random, census: Census): Step[] {
  const name = census.table(random);
  const id = census.row(random, name);
  if (!id) return [];
  const { column, value } = random.pick(HABITS);
  const values = { [column]: value(random) };
  return [{ side: "dynamics", op: "update", table: name, id, values }];
}

function editPerson(random: Random, census: Census): Step[] {
  const id = census.person(random);
  if (id === undefined) return [];
  const { field, value } = random.pick(HABITS);
  return [{ side: "marketo", op: "update", id, values: { [field]: value(random) } }];
}

/** Both sides touch one human at the same time. */
function clash(random: Random, census: Census, kind: "same field" | "different fields"): Step[] {
  const name = census.table(random);
  const couple = census.couple(random, name);
  if (!couple) return [];
  const place = random.below(HABITS.length);
  const seller = HABITS[place]!;
  const marketer = kind === "same field" ? seller : HABITS[(place + 1) % HABITS.length]!;
  return [
    {
      side: "dynamics",
      op: "update",
      table: name,
      id: couple.row,
      values: { [seller.column]: seller.value(random) },
    },
    {
      side: "marketo",
      op: "update",
      id: couple.person,
      values: { [marketer.field]: marketer.value(random) },
    },
  ];
}

function createRow(random: Random, census: Census): Step[] {
  const name = census.table(random);
  const number = digits(random, 8);
  const values: Record<string, Cell> = {
    firstname: random.pick(["New", "Żaneta", "新"]),
    lastname: `Walk-in ${number}`,
    emailaddress1: `walkin${number}@stand.test`,
  };
  if (name === "lead") values["subject"] = "Asked at the stand";
  return [{ side: "dynamics", op: "create", table: name, values }];
}

function createPerson(random: Random): Step[] {
  const number = digits(random, 8);
  const values = {
    firstName: "Web",
    lastName: `Visitor ${number}`,
    email: `visitor${number}@web.test`,
  };
  return [{ side: "marketo", op: "create", values }];
}

function changeScore(random: Random, census: Census): Step[] {
  const id = census.person(random);
  if (id === undefined) return [];
  return [{ side: "marketo", op: "score", id, delta: random.below(21) - 5 }];
}

function deleteRow(random: Random, census: Census): Step[] {
  const name = census.table(random);
  const id = census.row(random, name);
  return id ? [{ side: "dynamics", op: "delete", table: name, id }] : [];
}

function deletePerson(random: Random, census: Census): Step[] {
  const id = census.person(random);
  return id === undefined ? [] : [{ side: "marketo", op: "delete", id }];
}
