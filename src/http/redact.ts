/** Parameters whose values name columns, sizes or operations; every other value may be personal or secret. */
const PLAIN_PARAMETERS = new Set([
  "$select",
  "$expand",
  "$top",
  "$count",
  "activitytypeids",
  "api-version",
  "batchsize",
  "client-request-id",
  "fields",
  "filtertype",
  "grant_type",
  "_method",
]);

/** The URL for a log line: quoted keys in the path and the values of all but harmless parameters are masked. */
export function redactUrl(url: string): string {
  const [path = "", ...rest] = url.split("?");
  const query = rest.join("?");
  const shown = path
    .replace(/\/\/[^/@]*@/, "//")
    .replace(/(\w+)=(?:'|%27)(.*?)(?:'|%27)(?=[,)])/g, (whole, name: string) =>
      name === "LogicalName" ? whole : `${name}='…'`,
    );
  if (!query) return shown;
  return `${shown}?${query.split("&").map(redactParameter).join("&")}`;
}

function redactParameter(parameter: string): string {
  const [name = "", ...value] = parameter.split("=");
  if (value.length === 0) return "…";
  return PLAIN_PARAMETERS.has(decode(name).toLowerCase()) ? parameter : `${name}=…`;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const HEADER_NAMES = ["x-ms-service-request-id", "req_id", "x-ms-request-id"];

/** The vendor's id of a call: a header of Dataverse and Entra, or the member `requestId` of Marketo's answers. */
export function requestIdOf(
  headers: Readonly<Record<string, string>>,
  body: string,
): string | null {
  for (const name of HEADER_NAMES) {
    const value = headers[name];
    if (value) return value;
  }
  return /"requestId"\s*:\s*"([0-9a-f#]{1,40})"/i.exec(body.slice(0, 300))?.[1] ?? null;
}
