/** A text as a literal of a filter. */
export function textLiteral(value: string): string {
  return `'${value.replace(/'/g, "''")}'`;
}

/** `$filter` for rows whose column is one of the values; OData's own `in` is not supported by Dataverse (501). */
export function inFilter(column: string, values: readonly string[]): string {
  const list = values.map(textLiteral).join(",");
  return `Microsoft.Dynamics.CRM.In(PropertyName=${textLiteral(column)},PropertyValues=[${list}])`;
}

/** A query string; the values are encoded, the names are ours. */
export function query(parameters: Readonly<Record<string, string>>): string {
  return Object.entries(parameters)
    .map(
      ([name, value]) =>
        `${name}=${encodeURIComponent(value).replace(/%2C/g, ",").replace(/%24/g, "$")}`,
    )
    .join("&");
}

export function chunk<T>(items: readonly T[], size: number): T[][] {
  const chunks: T[][] = [];
  for (let start = 0; start < items.length; start += size) {
    chunks.push(items.slice(start, start + size));
  }
  return chunks;
}

const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export function isGuid(value: unknown): value is string {
  return typeof value === "string" && GUID.test(value);
}
