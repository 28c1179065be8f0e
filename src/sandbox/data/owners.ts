import type { Random } from "../kernel/random";
import { quickGuid, rowRandom } from "./seeds";

/** A user of the CRM. */
export interface CrmUser {
  systemuserid: string;
  azureactivedirectoryobjectid: string;
  firstname: string;
  lastname: string;
  email: string;
  isdisabled: boolean;
}

export interface CrmTeam {
  teamid: string;
  name: string;
}

/** Who owns the rows: users, one of them has left the company, and a team. */
export interface Owners {
  users: readonly CrmUser[];
  team: CrmTeam;
  pick(random: Random): string;
}

const USERS = [
  ["Sally", "Sales", false],
  ["Ji-woo", "Kim", false],
  ["Jürgen", "Weiß", false],
  ["Nora", "O'Neill", false],
  ["Former", "Colleague", true],
] as const;

export function createOwners(seed: number): Owners {
  const users = USERS.map(([firstname, lastname, isdisabled], index): CrmUser => {
    const random = rowRandom(seed, "owner", index);
    const local = `${firstname}.${lastname}`.normalize("NFD").replaceAll("ß", "ss");
    return {
      systemuserid: quickGuid(random),
      azureactivedirectoryobjectid: quickGuid(random),
      firstname,
      lastname,
      email: `${local.replace(/[^A-Za-z.]/g, "").toLowerCase()}@contoso.test`,
      isdisabled,
    };
  });
  const team = { teamid: quickGuid(rowRandom(seed, "owner", 1000)), name: "Inside Sales" };
  const ids = [...users.map((user) => user.systemuserid), team.teamid];
  return { users, team, pick: (random) => random.pick(ids) };
}
