import * as vscode from "vscode";
import { PLAIN_NETWORK, type NetworkSettings } from "../model/network";
import { Signal, type Disposable } from "./signal";

/**
 * The editor's proxy and certificate settings. The editor applies them to its own requests; the engine's thread and
 * our connections do not go through it, so they get them from here, at the start and at every change.
 */
export class Network implements Disposable {
  readonly changed = new Signal<void>();
  current: NetworkSettings = PLAIN_NETWORK;
  #reading: Promise<NetworkSettings> | undefined;
  readonly #listener: vscode.Disposable;

  constructor(private readonly log: vscode.LogOutputChannel) {
    this.#listener = vscode.workspace.onDidChangeConfiguration((event) => {
      if (!event.affectsConfiguration("http")) return;
      this.#reading = undefined;
      this.changed.tell();
    });
  }

  /** The settings as they are now; certificates are read once for each change. */
  read(): Promise<NetworkSettings> {
    this.#reading ??= this.#read();
    return this.#reading;
  }

  async #read(): Promise<NetworkSettings> {
    const { furtherCertificates } = await import("../engine/signIns");
    const http = vscode.workspace.getConfiguration("http");
    const sources = {
      system: http.get<boolean>("systemCertificates") ?? true,
      extraFile: process.env["NODE_EXTRA_CA_CERTS"],
    };
    this.current = {
      useProxy: http.get<string>("proxySupport") !== "off",
      proxy: http.get<string>("proxy") ?? "",
      noProxy: http.get<string[]>("noProxy") ?? [],
      proxyAuthorization: http.get<string | null>("proxyAuthorization") ?? null,
      certificates: await furtherCertificates(sources, (message) => this.log.warn(message)),
    };
    return this.current;
  }

  dispose(): void {
    this.#listener.dispose();
  }
}
