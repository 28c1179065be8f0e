import type { TelemetryReporter } from "@vscode/extension-telemetry";
import * as vscode from "vscode";
import type { CycleSummary } from "../model/activity";

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
    this.#send("command", { name, code: code ?? "" }, {});
  }

  cycle({ counts, calls, ms, halted, error }: CycleSummary): void {
    const { created, updated, conflicts, refused, failed } = counts;
    const numbers = {
      createdDynamics: created.dynamics,
      createdMarketo: created.marketo,
      updatedDynamics: updated.dynamics,
      updatedMarketo: updated.marketo,
      conflicts,
      refused,
      failed,
      callsDynamics: calls.dynamics,
      callsMarketo: calls.marketo,
      ms,
    };
    this.#send("cycle", { halted: halted?.reason ?? "", code: error?.code ?? "" }, numbers);
  }

  #send(event: string, words: Record<string, string>, numbers: Record<string, number>): void {
    if (!this.#isWanted()) return;
    // The library costs most of all to load, so it is loaded with the first event.
    this.#reporter ??= import("@vscode/extension-telemetry").then(
      ({ TelemetryReporter }) => new TelemetryReporter(this.connectionString),
    );
    void this.#reporter.then((reporter) => reporter.sendTelemetryEvent(event, words, numbers));
  }

  #isWanted(): boolean {
    const isDevelopment = this.context.extensionMode !== vscode.ExtensionMode.Production;
    const isOn = vscode.workspace.getConfiguration("contactSync").get("telemetry.enabled", true);
    return (
      Boolean(this.connectionString) && !isDevelopment && isOn && vscode.env.isTelemetryEnabled
    );
  }

  dispose(): void {
    void this.#reporter?.then((reporter) => reporter.dispose());
  }
}
