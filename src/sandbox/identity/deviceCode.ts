import type { SandboxRequest, SandboxResponse } from "../kernel/http";
import { findUser, resourceScopes, secretText, type IdentityContext } from "./context";
import type { App, SignInUser } from "./directory";
import { SignInRefused } from "./errors";
import { devicePage, messagePage } from "./pages";

export interface PendingDevice {
  userCode: string;
  clientId: string;
  state: "pending" | "approved" | "declined" | "expired";
  polls: number;
}

interface Device extends PendingDevice {
  deviceCode: string;
  scope: string;
  userId?: string;
  expiresAt: number;
}

const CODE_LETTERS = "BCDFGHJKLMNPQRSTVWXZ23456789";

/** The device code flow: codes, the page where a person types one, and the polls. */
export class DeviceCodes {
  #devices: Device[] = [];

  constructor(private readonly context: IdentityContext) {}

  start(app: App, form: URLSearchParams): SandboxResponse {
    if (!app.publicClient) throw new SignInRefused(7000218);
    resourceScopes(this.context, form.get("scope"));
    const { random, switches, clock } = this.context;
    const userCode = Array.from({ length: 9 }, () => random.pick([...CODE_LETTERS])).join("");
    const { interval, expiresIn } = switches.device;
    const device: Device = {
      deviceCode: secretText(random, "dev"),
      userCode,
      clientId: app.clientId,
      scope: form.get("scope") ?? "",
      state: "pending",
      polls: 0,
      expiresAt: clock.now() + expiresIn * 1000,
    };
    this.#devices.push(device);
    const page = `${this.context.baseUrl}/devicelogin`;
    const message = `To sign in, use a web browser to open the page ${page} and enter the code ${userCode} to authenticate.`;
    return {
      status: 200,
      headers: { "Content-Type": "application/json; charset=utf-8", "Cache-Control": "no-store" },
      body: JSON.stringify({
        user_code: userCode,
        device_code: device.deviceCode,
        verification_uri: page,
        expires_in: expiresIn,
        interval,
        message,
      }),
    };
  }

  /** One poll: who signed in, or the refusal that tells the program to go on or to stop. */
  poll(app: App, deviceCode: string | null): { user: SignInUser; scope: string } {
    const device = this.#devices.find((d) => d.deviceCode === deviceCode);
    if (!device || device.clientId !== app.clientId) throw new SignInRefused(70018);
    device.polls++;
    this.#decideAlone(device);
    if (this.context.clock.now() >= device.expiresAt) device.state = "expired";
    switch (device.state) {
      case "pending":
        throw new SignInRefused(70016);
      case "declined":
        throw new SignInRefused(65004);
      case "expired":
        throw new SignInRefused(70020);
      case "approved": {
        const user = findUser(this.context, device.userId ?? null);
        if (!user) throw new SignInRefused(50173);
        // A device code works once, as an authorization code does.
        this.#devices = this.#devices.filter((d) => d !== device);
        return { user, scope: device.scope };
      }
    }
  }

  /** The verification page: shows the form, then takes what was chosen. */
  page(request: SandboxRequest): SandboxResponse {
    if (request.method !== "POST") {
      const users = this.context.users();
      return devicePage("/devicelogin", request.url.searchParams.get("user_code") ?? "", users);
    }
    const form = new URLSearchParams(request.body.toString("utf8"));
    const outcome = form.get("action") === "approve" ? "approve" : "decline";
    const problem = this.decide(form.get("user_code") ?? "", outcome, form.get("user"));
    if (problem) return messagePage("Sign-in failed", problem, 400);
    return messagePage(
      outcome === "approve" ? "You are signed in" : "Sign-in canceled",
      "You can close this page and return to the program.",
    );
  }

  /** Approves or declines a shown code; returns one sentence when that is not possible. */
  decide(
    userCode: string,
    outcome: "approve" | "decline",
    userId: string | null,
  ): string | undefined {
    const wanted = userCode.trim().toUpperCase();
    const device = this.#devices.find((d) => d.userCode === wanted && d.state === "pending");
    if (!device) return "That code is not waiting for a sign-in; check the code in the program.";
    if (outcome === "decline") {
      device.state = "declined";
      return undefined;
    }
    const user = findUser(this.context, userId);
    if (!user) return "Choose an account.";
    device.userId = user.objectId;
    device.state = "approved";
    return undefined;
  }

  pending(): PendingDevice[] {
    return this.#devices.map(({ userCode, clientId, state, polls }) => ({
      userCode,
      clientId,
      state,
      polls,
    }));
  }

  /** Lets the switches decide for the absent human after the wished number of pending answers. */
  #decideAlone(device: Device): void {
    const { pendingPolls, outcome } = this.context.switches.device;
    if (device.state !== "pending" || pendingPolls === null || device.polls <= pendingPolls) return;
    if (outcome === "approve") {
      device.userId = this.context.users()[0]?.objectId;
      device.state = "approved";
    } else device.state = outcome === "decline" ? "declined" : "expired";
  }
}
