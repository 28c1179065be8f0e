import js from "@eslint/js";
import prettier from "eslint-config-prettier";
import tseslint from "typescript-eslint";

/** The layers of src/README.md: a folder on the left must not import what stands on the right. */
const layers = {
  model: [
    "sync",
    "connectors",
    "http",
    "auth",
    "state",
    "config",
    "engine",
    "protocol",
    "host",
    "sandbox",
    "cli",
  ],
  sync: [
    "connectors",
    "http",
    "auth",
    "state",
    "config",
    "engine",
    "protocol",
    "host",
    "sandbox",
    "cli",
  ],
  http: [
    "sync",
    "connectors",
    "auth",
    "state",
    "config",
    "engine",
    "protocol",
    "host",
    "sandbox",
    "cli",
  ],
  auth: ["sync", "connectors", "state", "engine", "protocol", "host", "sandbox", "cli"],
  connectors: ["auth", "state", "config", "engine", "protocol", "host", "sandbox", "cli"],
  state: ["connectors", "http", "auth", "config", "engine", "protocol", "host", "sandbox", "cli"],
  config: ["connectors", "http", "auth", "state", "engine", "protocol", "host", "sandbox", "cli"],
  protocol: [
    "sync",
    "connectors",
    "http",
    "auth",
    "state",
    "config",
    "engine",
    "host",
    "sandbox",
    "cli",
  ],
  engine: ["host", "sandbox", "cli"],
  sandbox: ["sync", "connectors", "http", "auth", "state", "engine", "protocol", "host", "cli"],
  host: ["connectors", "state", "http", "sandbox", "cli"],
  cli: ["host"],
};

const restrict = (folder, forbidden) => ({
  files: [`src/${folder}/**/*.ts`],
  rules: {
    "no-restricted-imports": [
      "error",
      {
        patterns: [
          {
            group: forbidden.flatMap((f) => [`**/${f}/*`, `**/${f}/**`]).concat("**/test/**"),
            message: `src/${folder} must not import this layer.`,
          },
          ...(folder === "host"
            ? []
            : [
                { group: ["vscode"], message: "Only src/host and src/extension.ts import vscode." },
              ]),
        ],
      },
    ],
  },
});

export default tseslint.config(
  { ignores: ["dist/**", "node_modules/**", ".vscode-host/**", "coverage/**", "test/results/**"] },
  js.configs.recommended,
  ...tseslint.configs.recommended,
  {
    files: ["src/**/*.ts", "media/**/*.ts", "test/**/*.ts"],
    languageOptions: {
      parserOptions: {
        project: ["./tsconfig.json", "./media/tsconfig.json"],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      "@typescript-eslint/no-floating-promises": [
        "error",
        {
          allowForKnownSafeCalls: [
            {
              from: "package",
              package: "node:test",
              name: [
                "test",
                "it",
                "describe",
                "suite",
                "before",
                "after",
                "beforeEach",
                "afterEach",
              ],
            },
          ],
        },
      ],
      "@typescript-eslint/no-misused-promises": ["error", { checksVoidReturn: false }],
      "@typescript-eslint/switch-exhaustiveness-check": [
        "error",
        { considerDefaultExhaustiveForUnions: true },
      ],
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/no-unused-vars": [
        "error",
        { argsIgnorePattern: "^_", varsIgnorePattern: "^_" },
      ],
      "no-console": "off",
    },
  },
  ...Object.entries(layers).map(([folder, forbidden]) => restrict(folder, forbidden)),
  {
    files: ["**/*.mjs", "**/*.cjs"],
    languageOptions: {
      globals: {
        process: "readonly",
        console: "readonly",
        URL: "readonly",
        Buffer: "readonly",
        setTimeout: "readonly",
        clearTimeout: "readonly",
        require: "readonly",
        module: "readonly",
        __dirname: "readonly",
        fetch: "readonly",
      },
    },
  },
  prettier,
);
