import { CallError, ContactSyncError } from "../model/failure";
import { askedToEnd } from "../sandbox/ending";
import { runSandbox } from "../sandbox/run";
import { helpText, parseCommand, type ParsedCommand } from "./arguments";
import { answer, questions } from "./answer";
import { createContact, log, preview, status, type CommandContext } from "./commands";
import { startAnewCommand } from "./startAnew";
import { errors } from "./errors";
import { EXIT, exitCodeOf } from "./exitCode";
import type { Output } from "./output";
import { run } from "./run";
import { start } from "./start";

const output: Output = {
  out: (line) => void process.stdout.write(`${line}\n`),
  err: (line) => void process.stderr.write(`${line}\n`),
  width: process.stdout.columns ?? 120,
};

/** Resolves when nobody reads our lines any more (`| head`). They are of no use to anybody then, and no error. */
const readerGone = new Promise<void>((resolve) => {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    resolve();
  });
});

/**
 * Aborted when somebody ends us, or the program that reads us has ended; a second Ctrl-C ends the process at once, which
 * loses nothing either.
 */
function stopSignal(): AbortSignal {
  const stop = new AbortController();
  void Promise.race([askedToEnd(), readerGone]).then(() => stop.abort());
  return stop.signal;
}

async function carryOut(parsed: ParsedCommand, context: CommandContext): Promise<number> {
  switch (parsed.command) {
    case "help":
      output.out(helpText());
      return EXIT.done;
    case "version":
      output.out(VERSION);
      return EXIT.done;
    case "run":
      return run(parsed.options, { ...context, signal: stopSignal() });
    case "start":
      return start(parsed.options, { ...context, signal: stopSignal() });
    case "preview":
      return preview(parsed.options, context);
    case "create-contact":
      return createContact(parsed.options, context);
    case "start-anew":
      return startAnewCommand(parsed.options, context);
    case "status":
      return status(parsed.options, context);
    case "log":
      return log(parsed.options, context, false);
    case "conflicts":
      return log(parsed.options, context, true);
    case "errors":
      return errors(parsed.options, context);
    case "questions":
      return questions(parsed.options, context);
    case "answer":
      return answer(parsed.options, context);
    case "sandbox":
      return runSandbox(parsed.rest, {
        out: output.out,
        error: output.err,
        ended: askedToEnd(),
      });
  }
}

/** Set by the build from package.json. */
declare const VERSION: string;

async function main(): Promise<number> {
  const wantsJson = process.argv.includes("--json");
  try {
    const parsed = parseCommand(process.argv.slice(2));
    return await carryOut(parsed, { output, environment: process.env });
  } catch (error) {
    if (!(error instanceof ContactSyncError || error instanceof CallError)) throw error;
    const { code, message } = error instanceof CallError ? error.failure : error;
    if (wantsJson) output.out(JSON.stringify({ type: "error", code, message }));
    else output.err(`${code}: ${message}`);
    return exitCodeOf(error);
  }
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    console.error(error);
    process.exitCode = EXIT.failed;
  },
);
