import { PortInUseError } from "./kernel/http";
import { parseArguments, portOption, USAGE, type SandboxArguments } from "./arguments";
import { pairFileText, writePairFile } from "./pairFile";
import { startSandbox, type Sandbox } from "./sandbox";

/** Where the command writes, and how it learns that it shall end. */
export interface CommandIo {
  out(line: string): void;
  error(line: string): void;
  /** Resolves when the user ends the program. */
  ended: Promise<unknown>;
}

const EXIT = { fine: 0, wrongArguments: 2, portInUse: 3 } as const;

/** The command `sandbox`: starts, prints one line, serves until ended; resolves with the exit code. */
export async function runSandbox(words: readonly string[], io: CommandIo): Promise<number> {
  const parsed = parseArguments(words);
  switch (parsed.kind) {
    case "help":
      io.out(USAGE);
      return EXIT.fine;
    case "wrong":
      io.error(parsed.message);
      return EXIT.wrongArguments;
    case "run":
      return serveUntilEnded(parsed.arguments, io);
  }
}

async function serveUntilEnded(given: SandboxArguments, io: CommandIo): Promise<number> {
  let sandbox: Sandbox;
  try {
    sandbox = await startSandbox(given.options);
  } catch (error) {
    if (!(error instanceof PortInUseError)) throw error;
    const option = portOption(given.options, error.port) ?? "a port option";
    io.error(`Port ${error.port} is in use; give ${option} another number, or 0 for a free one.`);
    return EXIT.portInUse;
  }
  try {
    const problem = await writeConfig(sandbox, given.configOut);
    if (problem) {
      io.error(problem);
      return EXIT.wrongArguments;
    }
    if (given.handsPerMinute) sandbox.hands.start(given.handsPerMinute);
    io.out(JSON.stringify(sandbox.ready));
    await io.ended;
    return EXIT.fine;
  } finally {
    await sandbox.close();
  }
}

async function writeConfig(
  sandbox: Sandbox,
  file: string | undefined,
): Promise<string | undefined> {
  if (file === undefined) return undefined;
  try {
    return await writePairFile(file, pairFileText(sandbox.ready, sandbox.recordTypes));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return `The pair file ${file} cannot be written (${reason}); choose another file.`;
  }
}
