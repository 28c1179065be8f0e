import { createHash } from "node:crypto";
import type { SandboxRequest, SandboxResponse } from "../kernel/http";
import {
  checkArmedRefusals,
  findApp,
  findUser,
  resourceScopes,
  secretText,
  type IdentityContext,
} from "./context";
import type { App, SignInUser } from "./directory";
import { describeRefusal, SignInRefused } from "./errors";
import { chooserPage, formPostPage, messagePage } from "./pages";

interface IssuedCode {
  clientId: string;
  userId: string;
  scope: string;
  redirectUri: string;
  challenge: string;
  nonce: string | null;
  expiresAt: number;
  redeemed: boolean;
}

const CODE_LIFETIME_MS = 10 * 60_000;

/** The browser's half of the authorization code flow with PKCE, and the codes it hands out. */
export class AuthorizationCodes {
  #codes = new Map<string, IssuedCode>();

  constructor(private readonly context: IdentityContext) {}

  /** Answers the authorize URL: account page, form post with a code, or form post with an error. */
  authorize(request: SandboxRequest): SandboxResponse {
    const query =
      request.method === "POST"
        ? new URLSearchParams(request.body.toString("utf8"))
        : request.url.searchParams;
    const redirectUri = query.get("redirect_uri") ?? "";
    let app: App;
    try {
      app = findApp(this.context, query.get("client_id"));
      // An answer goes only to this computer; anything else is shown, never sent.
      if (!isLoopback(redirectUri)) {
        return messagePage(
          "Sign-in failed",
          `The redirect URI '${redirectUri}' is not registered.`,
          400,
        );
      }
    } catch (error) {
      return refusedPage(error);
    }
    const answer = (fields: Record<string, string>) =>
      formPostPage(redirectUri, { ...fields, ...carried(query) });
    try {
      return this.#decide(request, query, app, answer);
    } catch (error) {
      if (!(error instanceof SignInRefused)) throw error;
      const { error: name, text } = describeRefusal(error.code);
      return answer({ error: name, error_description: `AADSTS${error.code}: ${text}` });
    }
  }

  /** Exchanges a code for what it stands for; each code works once. */
  redeem(
    app: App,
    form: URLSearchParams,
  ): { user: SignInUser; scope: string; nonce: string | null } {
    const code = this.#codes.get(form.get("code") ?? "");
    if (!code || code.clientId !== app.clientId) throw new SignInRefused(70000, "Unknown code.");
    if (code.redeemed) throw new SignInRefused(54005);
    if (this.context.clock.now() >= code.expiresAt) throw new SignInRefused(70008);
    if (form.get("redirect_uri") !== code.redirectUri) {
      throw new SignInRefused(70000, "The redirect_uri differs from that of the authorize call.");
    }
    const verifier = form.get("code_verifier") ?? "";
    if (createHash("sha256").update(verifier).digest("base64url") !== code.challenge) {
      throw new SignInRefused(501481);
    }
    code.redeemed = true;
    const user = findUser(this.context, code.userId);
    if (!user) throw new SignInRefused(50173);
    return { user, scope: code.scope, nonce: code.nonce };
  }

  #decide(
    request: SandboxRequest,
    query: URLSearchParams,
    app: App,
    answer: (fields: Record<string, string>) => SandboxResponse,
  ): SandboxResponse {
    this.#checkParameters(query);
    if (!app.publicClient) throw new SignInRefused(7000218);
    checkArmedRefusals(this.context, "authorize");
    const { mode } = this.context.switches.browser;
    const choice = query.get("sandbox_user");
    if (choice === "deny" || mode === "decline") {
      return answer({
        error: "access_denied",
        error_subcode: "cancel",
        error_description: "AADSTS65004: User declined to consent to access the app.",
      });
    }
    const users = this.context.users();
    const user =
      findUser(this.context, choice) ??
      (mode === "approve"
        ? (users.find((u) => u.userPrincipalName === query.get("login_hint")) ?? users[0])
        : undefined);
    if (!user) return chooserPage(request.url, users);
    return answer({
      code: this.#issue(query, app, user),
      session_state: this.context.random.guid(),
    });
  }

  #checkParameters(query: URLSearchParams): void {
    const expected: Record<string, string> = {
      response_type: "code",
      response_mode: "form_post",
      code_challenge_method: "S256",
    };
    for (const [name, value] of Object.entries(expected)) {
      if (query.get(name) !== value) {
        throw new SignInRefused(900144, `The sandbox needs '${name}=${value}'.`);
      }
    }
    if (!query.get("code_challenge")) throw new SignInRefused(900144, "Missing: 'code_challenge'.");
    resourceScopes(this.context, query.get("scope"));
  }

  #issue(query: URLSearchParams, app: App, user: SignInUser): string {
    const code = secretText(this.context.random, "0.code");
    this.#codes.set(code, {
      clientId: app.clientId,
      userId: user.objectId,
      scope: query.get("scope") ?? "",
      redirectUri: query.get("redirect_uri") ?? "",
      challenge: query.get("code_challenge") ?? "",
      nonce: query.get("nonce"),
      expiresAt: this.context.clock.now() + CODE_LIFETIME_MS,
      redeemed: false,
    });
    return code;
  }
}

/** What goes back untouched, so that the program knows its own question. */
function carried(query: URLSearchParams): Record<string, string> {
  const state = query.get("state");
  return state === null ? {} : { state };
}

function isLoopback(redirectUri: string): boolean {
  if (!URL.canParse(redirectUri)) return false;
  const { protocol, hostname } = new URL(redirectUri);
  return protocol === "http:" && ["localhost", "127.0.0.1", "[::1]"].includes(hostname);
}

function refusedPage(error: unknown): SandboxResponse {
  if (!(error instanceof SignInRefused)) throw error;
  const text = `AADSTS${error.code}: ${describeRefusal(error.code).text}`;
  return messagePage("Sign-in failed", text, 400);
}
