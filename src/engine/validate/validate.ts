import { sharedText } from "../../config/sharedSystems";
import { SIDES } from "../../model/record";
import type { Check } from "../../protocol/engineContract";
import { readSchema } from "../setup";
import { CheckList } from "./checkList";
import { checkDynamics } from "./dynamicsChecks";
import type { CheckGround } from "./ground";
import { checkMarketo } from "./marketoChecks";
import { checkSchema } from "./schemaChecks";

/** Checks a pair's connection and set-up by harmless calls, like Marketo's Validate Sync (B-83) and beyond. */
export async function validate(ground: CheckGround): Promise<readonly Check[]> {
  const list = new CheckList();
  const isDynamicsReached = await checkDynamics(list, ground);
  const isMarketoReached = await checkMarketo(list, ground);
  checkShared(list, ground);
  if (isDynamicsReached && isMarketoReached) {
    const line = { id: "tables", title: "Tables and columns" };
    const facts = await list.attempt("dynamics", line, () =>
      readSchema(ground.config, ground.connectors, ground.now),
    );
    if (facts) checkSchema(list, ground, facts);
  }
  return list.checks;
}

const OTHER_PAIRS = { dynamics: "organization", marketo: "instance" } as const;

function checkShared(list: CheckList, { config, systems }: CheckGround): void {
  const shared = systems.sharedBy(config.id);
  for (const side of SIDES) {
    const found = shared.filter((one) => one.side === side).map(sharedText);
    list.add(side, {
      id: "shared",
      title: `No other pair uses this ${OTHER_PAIRS[side]}`,
      state: found.length > 0 ? "amber" : "green",
      detail: found.length > 0 ? `CS-SHARED-ORG: ${found.join(" ")}` : "None in this window.",
    });
  }
}
