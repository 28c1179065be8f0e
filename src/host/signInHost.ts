import * as vscode from "vscode";
import type { DynamicsSignIn } from "../auth/dynamicsSignIn";
import type { DeviceCode } from "../auth/interaction";
import type { PairConfig } from "../config/pairFile";
import type { SignIns, SignInSurroundings } from "../engine/signIns";
import { RpcError } from "../protocol/rpc";
import type { EngineTokens } from "./engine/client";
import type { Network } from "./network";
import { fingerprint } from "./pairs/identity";
import type { Secrets } from "./secrets";
import type { Disposable } from "./signal";
import { say } from "./text";

type Tokens = ReturnType<SignIns["tokens"]>;

/** Signs pairs in and hands tokens to the engine; nothing is loaded before the first token is needed. */
export class SignInHost implements Disposable {
  readonly #tokens = new Map<string, Tokens>();
  #signIns: Promise<SignIns> | undefined;

  constructor(
    private readonly secrets: Secrets,
    private readonly log: vscode.LogOutputChannel,
    private readonly pairs: () => readonly PairConfig[],
    private readonly network: Network,
  ) {}

  /** Sign-in code and its network; loaded once. */
  load(): Promise<SignIns> {
    this.#signIns ??= this.#create();
    return this.#signIns;
  }

  async #create(): Promise<SignIns> {
    const { createSignIns } = await import("../engine/signIns");
    await this.network.read();
    return createSignIns(
      (line) => this.log.debug(line),
      () => this.network.current,
    );
  }

  /** Answers the engine's wish for a token. */
  readonly token: EngineTokens = async ({ pair, side, forceRefresh }) => {
    const { signInFailure } = await import("../engine/signIns");
    try {
      const config = this.pairs().find(({ id }) => id === pair);
      if (!config) throw new RpcError({ code: "CS-CONFIG", message: `No pair "${pair}".` });
      return await (await this.#tokensOf(config))[side].token({ forceRefresh });
    } catch (error) {
      throw error instanceof RpcError ? error : new RpcError(signInFailure(error));
    }
  };

  /** Signs in for real: asks the person, or proves the application's credentials once. */
  async signIn(config: PairConfig, signal: AbortSignal): Promise<string> {
    const dynamics = await this.#dynamics(config);
    const { name } = await dynamics.signIn({ signal });
    this.forget(config);
    return name;
  }

  /** Drops what is kept in memory, so that the next token comes from new credentials. */
  forget(config: PairConfig): void {
    this.#tokens.delete(fingerprint(config));
  }

  async #dynamics(config: PairConfig): Promise<DynamicsSignIn> {
    return (await this.load()).dynamics(config, this.#surroundings(config));
  }

  async #tokensOf(config: PairConfig): Promise<Tokens> {
    const key = fingerprint(config);
    const known = this.#tokens.get(key);
    if (known) return known;
    const tokens = (await this.load()).tokens(config, this.#surroundings(config));
    this.#tokens.set(key, tokens);
    return tokens;
  }

  #surroundings(config: PairConfig): SignInSurroundings {
    return {
      secret: (side) => this.secrets.get(config, side),
      store: this.secrets.tokenStore(config),
      certificate: async (file) => ({ pem: await readPem(file) }),
      onDeviceCode: (code) => void showDeviceCode(code),
      openBrowser: async (url) => {
        await vscode.env.openExternal(vscode.Uri.parse(url, true));
      },
    };
  }

  dispose(): void {
    void this.#signIns?.then((signIns) => signIns.close());
  }
}

async function readPem(file: string): Promise<string> {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? "";
  const { resolve } = await import("node:path");
  const { readFile } = await import("node:fs/promises");
  return readFile(resolve(folder, file), "utf8");
}

/** The code is shown until the person has answered; the browser may open behind the window. */
async function showDeviceCode({ userCode, verificationUri }: DeviceCode): Promise<void> {
  const open = say("Copy Code and Open Browser");
  const answer = await vscode.window.showInformationMessage(
    say("To sign in, open {0} in any browser and enter the code {1}.", verificationUri, userCode),
    open,
  );
  if (answer !== open) return;
  await vscode.env.clipboard.writeText(userCode);
  await vscode.env.openExternal(vscode.Uri.parse(verificationUri, true));
}
