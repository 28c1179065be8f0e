import { DynamicsWebApi } from "dynamics-web-api";
import { createTransport, type HttpTransport } from "../../../src/http/transport";
import { allowance } from "./allowance";
import { measured, type Role } from "./measure";
import type { RoleOptions } from "./roles";
import { bearers } from "./signIn";

/**
 * The script that a user would write: reads the contacts with dynamics-web-api, looks each one's person up by e-mail and
 * writes it, one call for one record.
 */
export async function startScript(options: RoleOptions): Promise<Role> {
  const { ready } = options;
  const transport = createTransport();
  const tokens = await bearers(transport, ready);
  const client = new DynamicsWebApi({
    serverUrl: ready.dynamics.url,
    dataApi: { version: "9.2" },
    onTokenRefresh: () => Promise.resolve(tokens.dynamics.replace("Bearer ", "")),
  });
  const leads = new LeadCalls(transport, tokens.marketo, options);
  return {
    async carryOut(command) {
      if (command.kind !== "sample") return null;
      return measured(async () => {
        const { records } = command;
        let dynamics = 0;
        const contacts: Record<string, unknown>[] = [];
        const page = { collection: "contacts", select: Object.keys(FIELDS), top: records };
        contacts.push(...(await client.retrieveMultiple<Record<string, unknown>>(page)).value);
        dynamics++;
        for (const contact of contacts) {
          await leads.find(String(contact["emailaddress1"] ?? ""));
          await leads.write(contact);
        }
        const calls = { dynamics, marketo: leads.calls };
        return { calls, bytesWritten: 0, note: `${contacts.length} records, one call each` };
      });
    },
    close: () => Promise.resolve(transport.close()),
  };
}

const FIELDS: Readonly<Record<string, string>> = {
  firstname: "firstName",
  lastname: "lastName",
  emailaddress1: "email",
  jobtitle: "title",
  telephone1: "phone",
  address1_city: "city",
};

class LeadCalls {
  calls = 0;
  readonly #root: string;
  readonly #allowed: ReturnType<typeof allowance>;

  constructor(
    private readonly transport: HttpTransport,
    private readonly authorization: string,
    options: RoleOptions,
  ) {
    this.#root = options.ready.marketo.url;
    this.#allowed = allowance(options);
  }

  async find(email: string): Promise<void> {
    const query = new URLSearchParams({ filterType: "email", filterValues: email || "none@none" });
    await this.#call("GET", `/rest/v1/leads.json?${query.toString()}`);
  }

  async write(contact: Record<string, unknown>): Promise<void> {
    const values = Object.entries(FIELDS).map(([column, field]) => [
      field,
      contact[column] ?? null,
    ]);
    const person = { ...Object.fromEntries(values), crmRecordId: contact["contactid"] };
    const how = { action: "createOrUpdate", lookupField: "crmRecordId", input: [person] };
    await this.#call("POST", "/rest/v1/leads.json", JSON.stringify(how));
  }

  async #call(method: "GET" | "POST", path: string, body?: string): Promise<void> {
    this.calls++;
    const headers = { Authorization: this.authorization, "Content-Type": "application/json" };
    const request = {
      method,
      url: this.#root + path,
      headers,
      ...(body !== undefined && { body }),
    };
    const answer = await this.#allowed(() => this.transport.send(request));
    if (!answer.body.includes('"success":true')) throw new Error(answer.body.slice(0, 300));
  }
}
