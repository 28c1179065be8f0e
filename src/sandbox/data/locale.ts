/** A name as people write it and as it stands in an e-mail address. */
export interface Name {
  written: string;
  latin: string;
}

export interface City {
  city: string;
  state: string | null;
  postalCode: string;
}

/** What a country's rows are made of. In patterns `#` becomes a digit. */
export interface Locale {
  country: string;
  given: readonly Name[];
  middle: readonly string[];
  family: readonly Name[];
  salutations: readonly string[];
  cities: readonly City[];
  streets: readonly string[];
  phones: readonly string[];
  titles: readonly string[];
  companies: readonly Name[];
  note: string;
}

/** Reads `written:latin` entries that are parted by `|`; without a colon both are the same. */
export function names(text: string): Name[] {
  return text.split("|").map((entry) => {
    const [written = "", latin = written] = entry.split(":");
    return { written, latin: latin.toLowerCase() };
  });
}

/** Reads `city;state;postal code` entries that are parted by `|`. */
export function cities(text: string): City[] {
  return text.split("|").map((entry) => {
    const [city = "", state = "", postalCode = ""] = entry.split(";");
    return { city, state: state || null, postalCode };
  });
}

export const words = (text: string): string[] => text.split("|");
