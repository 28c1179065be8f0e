// Opens the extension in VS Code: npm run code
import "tsx";

const { openCode } = (await import("./support/code.ts")).default;
try {
  await openCode();
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
