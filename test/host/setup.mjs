// Makes a real VS Code available for the tests: node test/host/setup.mjs
import "tsx";

const { setUp } = (await import("./support/setup.ts")).default;
try {
  await setUp((line) => console.log(line));
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
