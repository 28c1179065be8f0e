import { after, before } from "node:test";
import type { SalesPair } from "../support/salesPair";
import { startSalesPair } from "../support/salesPair";
import { walk } from "../support/session";
import { productVsix } from "../support/vsix";
import { COMMAND_STEPS } from "./commandSteps";
import { CONFLICT_STEPS } from "./conflictSteps";
import { EDITOR_STEPS } from "./editorSteps";
import { LOG_STEPS } from "./logSteps";
import { TREE_STEPS } from "./treeSteps";
import { WINDOW_STEPS } from "./windowSteps";

/** A user's day with the installed VSIX and one pair. One window serves all steps: each builds on those before. */

let pair: SalesPair;
before(async () => {
  const settings = { "files.autoSave": "off" };
  pair = await startSalesPair({ vsix: await productVsix(), settings });
});
after(() => pair.close());

const steps = [
  ...TREE_STEPS,
  ...LOG_STEPS,
  ...COMMAND_STEPS,
  ...EDITOR_STEPS,
  ...CONFLICT_STEPS,
  ...WINDOW_STEPS,
];
walk(steps, () => pair);
