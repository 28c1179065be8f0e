import type { FaultAction } from "../../../src/sandbox/kernel/faults";
import { playAll, type Scenario, type Story } from "./story";

/** What becomes of the write that tells a person its new row. */
function updatesOfPersons(story: Story, times: number): void {
  const action: FaultAction = { kind: "respond", status: 502 };
  const path = "^/rest/v1/leads\\.json";
  const calls = { server: "marketo", method: "POST", path, body: "updateOnly" } as const;
  story.pair.sandbox.faults.add({ ...calls, times, action });
}

const CORRECTED = "contact Ann P2: applied id-corrected";

/** Bob is gone and its person was flagged; then Ann's person is merged into that one. */
function takenOver(
  what: string,
  times: number,
  late: { now: string[]; later: string[] },
): Scenario {
  return {
    name: `merged in Marketo into a person whose own row is gone, and the write of the new id ${what}`,
    start: (story) => {
      story.contact("Ann");
      story.contact("Bob", { jobtitle: "Clerk" });
    },
    chapters: [
      {
        events: (story) => story.remove("Bob"),
        log: ["contact Bob P2: applied deleted-in-dynamics"],
      },
      {
        events: (story) => {
          story.mergePersons("P2", "P1");
          updatesOfPersons(story, times);
        },
        log: [
          "contact Ann P1: applied merged-in-marketo",
          "contact Ann P2: applied merged-in-marketo lastname>dynamics=Bob emailaddress1>dynamics=bob@web.test jobtitle>dynamics=Clerk",
          ...late.now,
        ],
      },
      { events: (story) => story.pair.sandbox.faults.clear(), log: late.later },
    ],
    end: ["contact Ann = P2 active", "P2: Bob Clerk - Active, contact Ann"],
  };
}

playAll([
  takenOver("is lost: it is made again in the same cycle", 1, { now: [CORRECTED], later: [] }),
  takenOver("fails all cycle: the next one makes it", 1000, {
    now: ["contact Ann P2: failed failed-call [Marketo answered with HTTP status 502.]"],
    later: [CORRECTED],
  }),
]);
