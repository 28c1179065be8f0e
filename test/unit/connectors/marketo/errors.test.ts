import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  ERROR_RULES,
  retryCodes,
  ruleKey,
  ruleOf,
  toFailure,
  UNREADABLE,
} from "../../../../src/connectors/marketo/errors";

/** Code, class, what the client does, tries at most, "maybe" when a write may have been applied, "split". */
const TABLE = `
unreadable   retry          repeat      -  maybe  -
401          signIn         renewToken  -  -      -
403          configuration  giveUp      -  -      -
404          configuration  giveUp      -  -      -
408          retry          repeat      -  maybe  -
413          refused        giveUp      -  -      split
414          configuration  giveUp      -  -      -
500          retry          repeat      3  maybe  -
502          retry          repeat      -  maybe  -
503          retry          repeat      -  maybe  -
504          retry          repeat      -  maybe  -
600          configuration  giveUp      -  -      -
601          signIn         renewToken  -  -      -
602          signIn         renewToken  -  -      -
603          configuration  giveUp      -  -      -
604          retry          repeat      -  maybe  -
605          configuration  giveUp      -  -      -
606          retry          waitWindow  -  -      -
607          quota          giveUp      -  -      -
608          retry          repeat      -  -      -
609          configuration  giveUp      -  -      -
610          configuration  giveUp      -  -      -
611          retry          repeat      3  maybe  -
612          configuration  giveUp      -  -      -
613          configuration  giveUp      -  -      -
614          retry          repeat      3  -      -
615          retry          repeat      -  -      -
616          configuration  giveUp      -  -      -
701          refused        giveUp      -  -      split
702          refused        giveUp      -  -      split
703          configuration  giveUp      -  -      -
704          refused        giveUp      -  -      split
709          refused        giveUp      -  -      split
710          refused        giveUp      -  -      split
711          refused        giveUp      -  -      split
712          refused        giveUp      -  -      split
713          retry          repeat      -  -      -
714          refused        giveUp      -  -      split
718          refused        giveUp      -  -      split
719          retry          repeat      -  maybe  -
1001         refused        giveUp      -  -      split
1002         configuration  giveUp      -  -      split
1003         refused        giveUp      -  -      split
1004         gone           giveUp      -  -      split
1005         exists         giveUp      -  -      split
1006         configuration  giveUp      -  -      split
1007         ambiguous      giveUp      -  -      split
1008         configuration  giveUp      -  -      split
1009         configuration  giveUp      -  -      -
1010         refused        giveUp      -  -      split
1011         configuration  giveUp      -  -      -
1012         refused        giveUp      -  -      split
1013         gone           giveUp      -  -      split
1014         refused        giveUp      -  -      split
1015         gone           giveUp      -  -      split
1016         retry          repeat      -  -      -
1017         exists         giveUp      -  -      split
1018         configuration  giveUp      -  -      -
1019         retry          repeat      -  -      -
1021         refused        giveUp      -  -      split
1022         retry          repeat      -  -      -
1027         configuration  giveUp      -  -      -
1028         configuration  giveUp      -  -      -
1029_queue   retry          repeat      -  -      -
1029_quota   quota          giveUp      -  -      -
1029_queued  exists         giveUp      -  -      -
1035         configuration  giveUp      -  -      -
1036         refused        giveUp      -  -      split
1037         refused        giveUp      -  -      split
1042         refused        giveUp      -  -      split
1048         refused        giveUp      -  -      split
1049         refused        giveUp      -  -      split
1076         refused        giveUp      -  -      split
1077         refused        giveUp      -  -      split
1078         refused        giveUp      -  -      split
1079         refused        giveUp      -  -      split
1080         refused        giveUp      -  -      split
`;

const rows = TABLE.trim()
  .split("\n")
  .map((line) => line.trim().split(/\s+/));

describe("Marketo error table", () => {
  it("has exactly the rows of this table", () => {
    const actual = Object.entries(ERROR_RULES).map(([code, rule]) => [
      code.replace(" ", "_"),
      rule.class,
      rule.action,
      String(rule.attempts ?? "-"),
      rule.mayHaveApplied ? "maybe" : "-",
      rule.split ? "split" : "-",
    ]);
    const byCode = (a: string[], b: string[]) => a[0]!.localeCompare(b[0]!);
    assert.deepEqual(actual.sort(byCode), [...rows].sort(byCode));
  });

  for (const [message, key, failureClass] of [
    ["Too many jobs (10) in queue", "1029 queue", "retry"],
    ["Export daily quota 500MB exceeded", "1029 quota", "quota"],
    ["Job already queued", "1029 queued", "exists"],
    ["something new", "1029 queue", "retry"],
  ] as const) {
    it(`1029 "${message}" is ${failureClass}`, () => {
      const error = { code: "1029", message };
      assert.deepEqual([ruleKey(error), ruleOf(error).class], [key, failureClass]);
    });
  }

  it("a code that nobody knows is a refusal that holds up no other record", () => {
    assert.deepEqual(ruleOf({ code: "4711", message: "?" }), {
      class: "refused",
      action: "giveUp",
      split: true,
    });
  });

  it("waits the window out after 606 and spreads the repetitions of the others", () => {
    const codes = retryCodes(20_000);
    assert.deepEqual(
      ["606", "615", "604", "611", "1003"].map((code) => codes[code]),
      [
        { kind: "transient", done: "no", afterMs: 20_000 },
        { kind: "transient", done: "no" },
        { kind: "transient", done: "maybe" },
        { kind: "transient", done: "maybe", attempts: 3 },
        { kind: "permanent" },
      ],
    );
  });
});

describe("toFailure", () => {
  it("keeps the vendor's code, message and request id", () => {
    assert.deepEqual(toFailure({ code: "1004", message: "Lead not found" }, "a#1"), {
      class: "gone",
      code: "1004",
      message: "Lead not found",
      side: "marketo",
      requestId: "a#1",
    });
  });

  for (const [code, shown] of [
    ["502", "HTTP 502"],
    ["413", "HTTP 413"],
    [UNREADABLE, "HTTP 200"],
    ["606", "606"],
    ["1003", "1003"],
  ] as const) {
    it(`shows ${code} as ${shown}`, () => {
      assert.equal(toFailure({ code, message: "m" }).code, shown);
    });
  }

  it("says what to do about a missing permission and a used-up quota", () => {
    assert.match(toFailure({ code: "603", message: "Access denied" }).message, /permission/);
    assert.match(toFailure({ code: "607", message: "Daily quota" }).message, /midnight US Central/);
  });
});
