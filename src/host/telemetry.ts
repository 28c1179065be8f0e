import type { TelemetryReporter } from "@vscode/extension-telemetry";
import * as vscode from "vscode";
import type { CycleSummary } from "../model/activity";
import { commandEvent, cycleEvent, isWanted, type TelemetryEvent } from "./telemetryEvents";

/** Without a connection string nothing is loaded and nothing is sent; forks bring their own. */
const CONNECTION_STRING = "";

/** Counts and error codes only; the library also honors the user's telemetry level. */
export class Telemetry {
  #reporter: Promise<TelemetryReporter> | undefined;

  constructor(
    private readonly context: vscode.ExtensionContext,
    private readonly connectionString = CONNECTION_STRING,
  ) {}

  command(name: string, code: string | null): void {
    this.#send(commandEvent(name, code));
  }

  cycle(summary: CycleSummary): void {
    this.#send(cycleEvent(summary));
  }

  #send({ name, words, numbers }: TelemetryEvent): void {
    const { extensionMode } = this.context;
    const conditions = {
      connectionString: this.connectionString,
      isDevelopment: extensionMode !== vscode.ExtensionMode.Production,
      isOn: vscode.workspace.getConfiguration("contactSync").get("telemetry.enabled", true),
      isAllowed: vscode.env.isTelemetryEnabled,
    };
    if (!isWanted(conditions)) return;
    // The library costs most of all to load, so it is loaded with the first event.
    this.#reporter ??= import("@vscode/extension-telemetry").then(
      ({ TelemetryReporter }) => new TelemetryReporter(this.connectionString),
    );
    void this.#reporter.then((reporter) => reporter.sendTelemetryEvent(name, words, numbers));
  }

  dispose(): void {
    void this.#reporter?.then((reporter) => reporter.dispose());
  }
}
