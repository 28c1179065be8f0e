import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, before, beforeEach, describe, it } from "node:test";
import type { PublicClientApplication } from "@azure/msal-node";
import type { IdentitySwitches } from "../../../src/sandbox/identity/directory";
import type { AadstsCode } from "../../../src/sandbox/identity/errors";
import {
  ADA,
  BO,
  browser,
  CLIENT,
  confidential,
  failure,
  publicClient,
  RESOURCE,
  SECRET,
  startIdentity,
  TENANT,
  type Stage,
} from "./support";

const SCOPES = [`${RESOURCE}/user_impersonation`];

let stage: Stage;
before(async () => {
  stage = await startIdentity();
});
beforeEach(() => {
  stage.identity.reset();
  stage.app.publicClient = true;
  stage.kernel.log.reset();
});
after(() => stage.close());

/** The user that an access token stands for. */
const bearer = (token: string) => {
  const verdict = stage.identity.tokens.verify(token);
  return typeof verdict === "string" ? verdict : `${verdict.kind} ${verdict.objectId}`;
};

describe("a person signs in by device code", () => {
  const device = (settings: Partial<IdentitySwitches["device"]>) =>
    Object.assign(stage.identity.switches.device, { interval: 0.01, ...settings });
  const signIn = (
    app: PublicClientApplication = publicClient(stage),
    shown: (code: { userCode: string; verificationUri: string }) => void = () => {},
  ) => app.acquireTokenByDeviceCode({ scopes: SCOPES, deviceCodeCallback: shown });

  it("polls while the person is away, then gets in", async () => {
    device({ pendingPolls: 3 });
    const result = await signIn();
    assert.equal(bearer(result!.accessToken), `user ${ADA.objectId}`);
    assert.equal(result!.account?.username, ADA.userPrincipalName);
    assert.deepEqual(stage.kernel.log.counts(), {
      "identity POST devicecode": 1,
      "identity POST token device_code": 4,
    });
  });

  for (const [action, expected] of [
    ["approve", `user ${BO.objectId}`],
    ["decline", { errorCode: "post_request_failed" }],
  ] as const) {
    it(`follows what the person does on the page: ${action}`, async () => {
      device({ pendingPolls: null });
      const result = signIn(publicClient(stage), ({ userCode, verificationUri }) => {
        const body = new URLSearchParams({
          user_code: userCode.toLowerCase(),
          action,
          user: BO.objectId,
        });
        void fetch(verificationUri, { method: "POST", body });
      });
      if (action === "approve") assert.equal(bearer((await result)!.accessToken), expected);
      else assert.deepEqual(await failure(result), expected);
    });
  }

  it("shows a page with the users and says when a code is wrong", async () => {
    const page = await fetch(`${stage.url}/devicelogin?user_code=A%22B`);
    const html = await page.text();
    assert.match(html, /value="A&quot;B"/);
    assert.match(html, /Bo &lt;Bold&gt;/);
    const body = new URLSearchParams({ user_code: "NOSUCH", action: "approve" });
    const answer = await fetch(`${stage.url}/devicelogin`, { method: "POST", body });
    assert.equal(answer.status, 400);
    assert.match(await answer.text(), /That code is not waiting for a sign-in/);
  });

  for (const [outcome, text] of [
    ["decline", "authorization_declined"],
    ["expire", "expired_token"],
  ] as const) {
    it(`stops when the sign-in ends with ${outcome}`, async () => {
      device({ pendingPolls: 1, outcome });
      const seen = await signIn().then(
        () => assert.fail("signed in"),
        (error: Error & { errorCode: string }) => error,
      );
      assert.equal(seen.errorCode, "post_request_failed");
      assert.match(seen.message, new RegExp(text));
    });
  }

  it("is refused where public clients are not allowed", async () => {
    stage.app.publicClient = false;
    const answer = await fetch(`${stage.url}/${TENANT}/oauth2/v2.0/devicecode`, {
      method: "POST",
      body: new URLSearchParams({ client_id: CLIENT, scope: SCOPES[0]! }),
    });
    const body = (await answer.json()) as Record<string, unknown>;
    assert.deepEqual(
      [answer.status, body["error"], body["error_codes"]],
      [401, "invalid_client", [7000218]],
    );
  });
});

describe("a person signs in by browser", () => {
  const signIn = (choose: RegExp | undefined, scopes = SCOPES, loginHint?: string) => {
    const app = publicClient(stage);
    return app.acquireTokenInteractive({
      scopes,
      loginHint,
      openBrowser: browser(choose),
      successTemplate: "done",
      errorTemplate: "failed",
    });
  };

  it("picks an account, posts the code back and redeems it with PKCE", async () => {
    const result = await signIn(/bo@contoso/);
    assert.equal(bearer(result.accessToken), `user ${BO.objectId}`);
    assert.equal(result.account?.name, "Bo <Bold>");
    assert.deepEqual(stage.kernel.log.counts(), {
      "identity GET authorize": 2,
      "identity POST token authorization_code": 1,
    });
  });

  it("signs in the hinted user at once where the switch says so", async () => {
    stage.identity.switches.browser.mode = "approve";
    const result = await signIn(undefined, SCOPES, BO.userPrincipalName);
    assert.equal(bearer(result.accessToken), `user ${BO.objectId}`);
  });

  it("hears of a denied consent", async () => {
    assert.deepEqual(await failure(signIn(/Cancel/)), { errorCode: "access_denied" });
    stage.identity.switches.browser.mode = "decline";
    assert.deepEqual(await failure(signIn(undefined)), { errorCode: "access_denied" });
  });

  it("hears of another org's scope", async () => {
    const seen = await failure(signIn(undefined, ["https://fabrikam.test/user_impersonation"]));
    assert.deepEqual(seen, { errorCode: "invalid_resource" });
  });

  for (const [code, subError] of [
    [50076, "basic_action"],
    [65001, "consent_required"],
    [53003, "message_only"],
  ] as [AadstsCode, string][]) {
    it(`meets ${code} when the code is redeemed`, async () => {
      stage.identity.switches.refusals.push({ code, grant: "authorization_code", times: 1 });
      const seen = await failure(signIn(/ada@/));
      assert.deepEqual([seen["errorNo"], seen["subError"]], [String(code), subError]);
    });
  }

  const authorize = (changes: Record<string, string>) => {
    const url = new URL(`${stage.url}/${TENANT}/oauth2/v2.0/authorize`);
    const query = {
      client_id: CLIENT,
      scope: SCOPES[0]!,
      response_type: "code",
      response_mode: "form_post",
      redirect_uri: "http://localhost:9",
      code_challenge: "x",
      code_challenge_method: "S256",
      state: 'a"b',
      ...changes,
    };
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    return fetch(url);
  };
  for (const [name, changes, status, text] of [
    ["an unknown app", { client_id: "nobody" }, 400, /AADSTS700016/],
    ["a redirect to elsewhere", { redirect_uri: "https://evil.test/" }, 400, /not registered/],
    ["a missing challenge", { code_challenge: "" }, 200, /AADSTS900144/],
    ["plain PKCE", { code_challenge_method: "plain" }, 200, /AADSTS900144/],
    ["an escaped state", { scope: "openid" }, 200, /name="state" value="a&quot;b"/],
  ] as [string, Record<string, string>, number, RegExp][]) {
    it(`answers ${name}`, async () => {
      const answer = await authorize(changes);
      assert.equal(answer.status, status);
      assert.match(await answer.text(), text);
    });
  }

  for (const [name, verifier, expected] of [
    ["a wrong verifier", "not-the-verifier", 501481],
    ["an unknown code", undefined, 70000],
  ] as const) {
    it(`does not redeem ${name}`, async () => {
      stage.identity.switches.browser.mode = "approve";
      const html = await (await authorize({})).text();
      const code = /name="code" value="([^"]+)"/.exec(html)![1]!;
      const answer = await fetch(`${stage.url}/${TENANT}/oauth2/v2.0/token`, {
        method: "POST",
        body: new URLSearchParams({
          client_id: CLIENT,
          grant_type: "authorization_code",
          code: verifier ? code : "0.code.nothing",
          redirect_uri: "http://localhost:9",
          code_verifier: verifier ?? "",
        }),
      });
      const body = (await answer.json()) as { error_codes: number[] };
      assert.deepEqual([answer.status, body.error_codes], [400, [expected]]);
    });
  }

  it("redeems a code only once, and not after ten minutes", async () => {
    stage.identity.switches.browser.mode = "approve";
    const challenge = createHash("sha256").update("v").digest("base64url");
    const issue = async () =>
      /name="code" value="([^"]+)"/.exec(
        await (await authorize({ code_challenge: challenge })).text(),
      )![1]!;
    const redeem = async (code: string) => {
      const form = {
        client_id: CLIENT,
        grant_type: "authorization_code",
        code,
        redirect_uri: "http://localhost:9",
        code_verifier: "v",
      };
      const url = `${stage.url}/${TENANT}/oauth2/v2.0/token`;
      const answer = await fetch(url, { method: "POST", body: new URLSearchParams(form) });
      return (
        ((await answer.json()) as { error_codes?: number[] }).error_codes?.[0] ?? answer.status
      );
    };
    const [first, late] = [await issue(), await issue()];
    const outcomes = [await redeem(first), await redeem(first)];
    stage.kernel.clock.advance(601_000);
    assert.deepEqual([...outcomes, await redeem(late)], [200, 54005, 70008]);
  });
});

describe("a token is renewed", () => {
  const signedIn = async () => {
    stage.identity.switches.browser.mode = "approve";
    const app = publicClient(stage);
    const result = await app.acquireTokenInteractive({
      scopes: SCOPES,
      openBrowser: browser(undefined),
    });
    return { app, account: result.account! };
  };
  const renew = ({ app, account }: Awaited<ReturnType<typeof signedIn>>) =>
    app.acquireTokenSilent({ scopes: SCOPES, account, forceRefresh: true });

  for (const mode of ["reusable", "once"] as const) {
    it(`again and again, with a new refresh token each time (${mode})`, async () => {
      stage.identity.switches.refreshTokens = mode;
      const session = await signedIn();
      const tokens = [(await renew(session)).accessToken, (await renew(session)).accessToken];
      assert.deepEqual(tokens.map(bearer), [`user ${ADA.objectId}`, `user ${ADA.objectId}`]);
      assert.notEqual(tokens[0], tokens[1]);
      assert.equal(stage.kernel.log.counts()["identity POST token refresh_token"], 2);
    });
  }

  it("no longer after a revocation, and the library forgets the dead token", async () => {
    const session = await signedIn();
    stage.identity.revokeRefreshTokens();
    const first = await failure(renew(session));
    assert.deepEqual([first["errorCode"], first["errorNo"]], ["invalid_grant", "50173"]);
    assert.equal((await failure(renew(session)))["errorCode"], "no_tokens_found");
  });

  it("not with a token that was used before where each works once", async () => {
    stage.identity.switches.browser.mode = "approve";
    stage.identity.switches.refreshTokens = "once";
    const session = await signedIn();
    const cache = JSON.parse(session.app.getTokenCache().serialize()) as {
      RefreshToken: Record<string, { secret: string }>;
    };
    const used = Object.values(cache.RefreshToken)[0]!.secret;
    await renew(session);
    const answer = await fetch(`${stage.url}/${TENANT}/oauth2/v2.0/token`, {
      method: "POST",
      body: new URLSearchParams({
        client_id: CLIENT,
        grant_type: "refresh_token",
        refresh_token: used,
        scope: SCOPES[0]!,
      }),
    });
    assert.deepEqual(((await answer.json()) as { error_codes: number[] }).error_codes, [50173]);
  });
});

describe("the token endpoint", () => {
  for (const [name, form, expected] of [
    ["no grant", {}, [400, "invalid_request", 900144]],
    ["an unknown grant", { grant_type: "password" }, [400, "unsupported_grant_type", 70003]],
    ["no client", { grant_type: "client_credentials" }, [400, "invalid_request", 900144]],
    [
      "no credential",
      { grant_type: "client_credentials", client_id: CLIENT },
      [401, "invalid_client", 7000218],
    ],
    [
      "no scope",
      { grant_type: "client_credentials", client_id: CLIENT, client_secret: SECRET },
      [400, "invalid_scope", 70011],
    ],
  ] as [string, Record<string, string>, [number, string, number]][]) {
    it(`refuses ${name}`, async () => {
      const url = `${stage.url}/${TENANT}/oauth2/v2.0/token`;
      const answer = await fetch(url, { method: "POST", body: new URLSearchParams(form) });
      const body = (await answer.json()) as { error: string; error_codes: number[] };
      assert.deepEqual([answer.status, body.error, body.error_codes[0]], expected);
    });
  }

  it("gives two programs different tokens", async () => {
    const scopes = [`${RESOURCE}/.default`];
    const get = () =>
      confidential(stage, { clientSecret: SECRET }).acquireTokenByClientCredential({ scopes });
    assert.notEqual((await get())!.accessToken, (await get())!.accessToken);
  });
});
