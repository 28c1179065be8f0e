import type { SandboxResponse } from "../kernel/http";

/** An answer that is not a success: status, Dataverse code and the text that the real service gives. */
export class DataverseError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly headers: Record<string, string> = {},
  ) {
    super(message);
  }
}

const PAYLOAD_HELP = "https://go.microsoft.com/fwlink/?linkid=2195293";

/** A URL or a query option that the OData layer refuses. */
export function badQuery(message: string): DataverseError {
  return new DataverseError(400, "0x80060888", message);
}

/** A body that the OData reader refuses; `inner` is the reader's own sentence. */
export function badPayload(setName: string, inner: string): DataverseError {
  return new DataverseError(
    400,
    "0x80048d19",
    `Error identified in Payload provided by the user for Entity :'${setName}', For more information on this error please follow this help link ${PAYLOAD_HELP}  ---->  InnerException : Microsoft.OData.ODataException: ${inner}`,
  );
}

export function badLiteral(setName: string, value: unknown, edmType: string): DataverseError {
  const literal = typeof value === "string" ? value : JSON.stringify(value);
  return badPayload(
    setName,
    `Cannot convert the literal '${literal}' to the expected type '${edmType}'.`,
  );
}

export function unknownProperty(typeName: string, property: string): DataverseError {
  return badQuery(`Could not find a property named '${property}' on type '${typeName}'.`);
}

export function segmentNotFound(segment: string): DataverseError {
  return new DataverseError(404, "0x8006088a", `Resource not found for the segment '${segment}'.`);
}

export function rowNotFound(table: string, id: string): DataverseError {
  return new DataverseError(404, "0x80040217", `Entity '${table}' With Id = ${id} Does Not Exist`);
}

export function methodNotAllowed(method: string): DataverseError {
  return new DataverseError(
    405,
    "0x80060888",
    `The requested resource does not support http method '${method}'.`,
  );
}

export function notSupported(message: string): DataverseError {
  return new DataverseError(501, "0x80060888", message);
}

export function versionMismatch(): DataverseError {
  return new DataverseError(
    412,
    "0x80060882",
    "The version of the existing record doesn't match the RowVersion property provided.",
  );
}

export function expiredVersionStamp(): DataverseError {
  return new DataverseError(
    400,
    "0x80044352",
    "Version stamp associated with the client has expired. Please perform a full sync.",
  );
}

const DETAILS = "@Microsoft.PowerApps.CDS.ErrorDetails";

/** The wire form; with `annotated` also what `odata.include-annotations="*"` adds to an error. */
export function errorResponse(error: DataverseError, annotated: boolean): SandboxResponse {
  const body: Record<string, unknown> = { code: error.code, message: error.message };
  if (annotated) {
    body[`${DETAILS}.OperationStatus`] = "0";
    body[`${DETAILS}.SubErrorCode`] = "-2146233088";
    body[`${DETAILS}.HttpStatusCode`] = String(error.status);
    body["@Microsoft.PowerApps.CDS.HelpLink"] =
      `http://go.microsoft.com/fwlink/?LinkID=398563&error=Microsoft.Crm.CrmException%3a${error.code}&client=platform`;
    body["@Microsoft.PowerApps.CDS.TraceText"] = "";
    body["@Microsoft.PowerApps.CDS.InnerError.Message"] = error.message;
  }
  return {
    status: error.status,
    headers: {
      "Content-Type": "application/json; odata.metadata=minimal",
      "OData-Version": "4.0",
      ...error.headers,
    },
    body: JSON.stringify({ error: body }),
  };
}
