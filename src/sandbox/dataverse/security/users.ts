import type { TokenIdentity } from "../../kernel/tokens";

export type Depth = "Basic" | "Local" | "Deep" | "Global";

/** What a column security profile grants on one secured column. */
export interface ColumnRights {
  canRead: boolean;
  canCreate: boolean;
  canUpdate: boolean;
  /** Whether a masked column may be read in clear, by who asks for it. */
  canReadUnmasked: boolean;
}

export interface NewUser {
  /** The systemuserid; a stable one is made when absent. */
  id?: string;
  name: string;
  kind?: "user" | "application";
  /** The Entra object id that tokens carry. */
  objectId?: string;
  /** The application (client) id of an application user. */
  clientId?: string;
  email?: string;
  /** System administrators hold every privilege and see every secured column. Default false. */
  administrator?: boolean;
  /** `all` (default): every table privilege at Global depth, without column security. */
  privileges?: "all" | "none" | Record<string, Depth>;
}

/** A user or application user of the organization and what its roles and profiles add up to. */
export interface User {
  readonly id: string;
  readonly name: string;
  readonly kind: "user" | "application";
  readonly objectId?: string;
  readonly clientId?: string;
  administrator: boolean;
  disabled: boolean;
  roleCount: number;
  /** Privilege name to depth; `*` stands for every privilege that is not named. */
  readonly privileges: Map<string, Depth | "none">;
  /** `table.column` to rights. */
  readonly columns: Map<string, ColumnRights>;
}

/** The organization's users, found by id or by the identity that a token speaks for. */
export class Directory {
  readonly #byId = new Map<string, User>();

  add(id: string, options: NewUser): User {
    const { privileges = "all" } = options;
    const user: User = {
      id,
      name: options.name,
      kind: options.kind ?? "user",
      objectId: options.objectId?.toLowerCase(),
      clientId: options.clientId?.toLowerCase(),
      administrator: options.administrator ?? false,
      disabled: false,
      roleCount: privileges === "none" && !options.administrator ? 0 : 1,
      privileges: new Map(
        privileges === "all"
          ? [["*", "Global"]]
          : privileges === "none"
            ? []
            : Object.entries(privileges),
      ),
      columns: new Map(),
    };
    this.#byId.set(id, user);
    return user;
  }

  get(id: string): User {
    const user = this.#byId.get(id);
    if (!user) throw new Error(`The organization has no user ${id}.`);
    return user;
  }

  find(id: string): User | undefined {
    return this.#byId.get(id);
  }

  remove(id: string): void {
    this.#byId.delete(id);
  }

  /** An application user is bound by its client id; a person by the Entra object id. */
  forIdentity(identity: TokenIdentity): User | undefined {
    const objectId = identity.objectId.toLowerCase();
    const clientId = identity.clientId.toLowerCase();
    for (const user of this.#byId.values()) {
      if (user.objectId !== undefined && user.objectId === objectId) return user;
      if (identity.kind === "application" && user.kind === "application")
        if (user.clientId === clientId) return user;
    }
    return undefined;
  }

  byObjectId(objectId: string): User | undefined {
    return this.list().find((user) => user.objectId === objectId.toLowerCase());
  }

  list(): User[] {
    return [...this.#byId.values()];
  }
}

/** The depth at which a user holds a privilege. */
export function depthOf(user: User, privilege: string): Depth | undefined {
  if (user.administrator) return "Global";
  const depth = user.privileges.get(privilege) ?? user.privileges.get("*");
  return depth === "none" ? undefined : depth;
}
