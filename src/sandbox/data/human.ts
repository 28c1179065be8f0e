import type { Random } from "../kernel/random";
import { latinLocales } from "./latinLocales";
import type { City, Locale, Name } from "./locale";
import { otherLocales } from "./otherLocales";
import { digits } from "./seeds";

const LOCALES: readonly Locale[] = [...latinLocales, ...otherLocales];
const ENGLISH = LOCALES[0]!;

/** What is true of a human whatever table the row stands in. */
export interface Human {
  locale: Locale;
  given: Name;
  middle: string | null;
  family: Name;
  salutation: string | null;
  company: Name;
  email: string | null;
  title: string | null;
  phone: string | null;
  mobile: string | null;
  home: string | null;
  birthday: string | null;
  address: {
    line1: string | null;
    line2: string | null;
    line3: string | null;
    place: City | null;
  };
  notes: string | null;
}

/** Which row asks, so that its rarities come at fixed places even in a small data set. */
export interface HumanSlot {
  index: number;
  /** The end of the e-mail addresses; each table has its own, so that addresses collide only on purpose. */
  domainSuffix: string;
}

export function createHuman(random: Random, slot: HumanSlot): Human {
  // One in five writes English, the rest is spread evenly: the CRM of a mid-size exporter.
  const locale = random.chance(0.2) ? ENGLISH : random.pick(LOCALES);
  const given = random.pick(locale.given);
  const family = random.pick(locale.family);
  const company = random.pick(locale.companies);
  const maybe = <T>(probability: number, value: () => T): T | null =>
    random.chance(probability) ? value() : null;
  const phone = () => digits(random, random.pick(locale.phones));
  return {
    locale,
    given,
    family,
    company,
    middle: locale.middle.length ? maybe(0.2, () => random.pick(locale.middle)) : null,
    salutation: maybe(0.6, () => random.pick(locale.salutations)),
    email: emailAddress(random, { given, family, company }, slot),
    title: title(random, locale, slot.index),
    phone: maybe(0.8, phone),
    mobile: maybe(0.5, () => digits(random, "+## 1## 555 01##")),
    home: maybe(0.15, phone),
    birthday: birthday(random, slot.index),
    address: address(random, locale),
    notes: notes(random, locale, slot.index),
  };
}

const MISSING_EMAIL_EVERY = 17;

function emailAddress(
  random: Random,
  who: Pick<Human, "given" | "family" | "company">,
  slot: HumanSlot,
): string | null {
  const number = slot.index + 1;
  const given = who.given.latin.replace(/[^a-z]/g, "");
  const family = who.family.latin.replace(/[^a-z-]/g, "");
  const forms = [
    `${given}.${family}${number}`,
    `${given[0]}.${family}${number}`,
    `${family}_${number}`,
  ];
  const local = random.pick(forms);
  const domain = `${who.company.latin}.${slot.domainSuffix}`;
  if (slot.index % MISSING_EMAIL_EVERY === 3) return null;
  if (slot.index % 31 === 8) return `${local}+news@${domain}`;
  if (slot.index % 29 === 6) return `${local}@${domain}`.toUpperCase();
  if (slot.index % 23 === 9)
    return `${capital(given)}.${capital(family)}${number}@${capital(domain)}`;
  return `${local}@${domain}`;
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** Exactly as long as the column allows, the last character being a letter, not a blank that could be cut. */
function filled(unit: string, length: number): string {
  const text = unit.repeat(Math.ceil(length / unit.length)).slice(0, length - 1);
  // A surrogate pair must not be cut in half.
  const whole = /[\uD800-\uDBFF]$/.test(text) ? `${text.slice(0, -1)}-` : text;
  return `${whole}z`;
}

function title(random: Random, locale: Locale, index: number): string | null {
  const title = random.pick(locale.titles);
  if (index % 97 === 12) return filled(`${title} / `, 100);
  return random.chance(0.85) ? title : null;
}

function notes(random: Random, locale: Locale, index: number): string | null {
  const { note } = locale;
  if (index % 149 === 14) return filled(`${note}\n`, 2000);
  if (index % 61 === 16) return `${note}\r\n\tSecond line; "quoted", 100 % <b>&amp;</b> 🎉👩🏽‍💻`;
  return random.chance(0.3) ? note : null;
}

function birthday(random: Random, index: number): string | null {
  const year = 1931 + random.below(75);
  const month = 1 + random.below(12);
  const day = 1 + random.below(28);
  const known = random.chance(0.35);
  if (index % 73 === 18) return `${1932 + 4 * random.below(18)}-02-29`;
  if (index % 211 === 21) return "1899-12-31";
  const two = (part: number) => String(part).padStart(2, "0");
  return known ? `${year}-${two(month)}-${two(day)}` : null;
}

function address(random: Random, locale: Locale): Human["address"] {
  const line1 = digits(random, random.pick(locale.streets));
  const place = random.pick(locale.cities);
  if (random.chance(0.15)) return { line1: null, line2: null, line3: null, place: null };
  const line2 = random.chance(0.15) ? digits(random, "Floor #, Room ##") : null;
  return { line1, line2, line3: line2 && random.chance(0.3) ? "c/o Reception" : null, place };
}
