#!/usr/bin/env node
// Stands in for the desktop executable `code` where there is none; see support/standIn.ts.
import "tsx";

const { main } = (await import("./support/standIn.ts")).default;
try {
  process.exit(await main(process.argv.slice(2)));
} catch (error) {
  console.error(error.message);
  process.exit(70);
}
