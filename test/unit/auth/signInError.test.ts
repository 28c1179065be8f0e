import assert from "node:assert/strict";
import { test } from "node:test";
import { AADSTS, LIBRARY, OAUTH } from "../../../src/auth/aadsts";
import { signInError, type SignInContext } from "../../../src/auth/signInError";
import type { Failure } from "../../../src/model/failure";

const nothing: SignInContext = {
  refusal: undefined,
  networkFailure: undefined,
  secretLooksLikeId: false,
};
const refused = (error: string, ...numbers: number[]): SignInContext => ({
  ...nothing,
  refusal: { error, numbers, correlationId: "c-1" },
});
const thrown = (errorCode: string) =>
  Object.assign(new Error("text that nobody reads"), { errorCode });

const cases: [
  string,
  unknown,
  SignInContext,
  Pick<Failure, "class" | "code"> & { says: RegExp },
][] = [
  [
    "wrong secret",
    thrown("invalid_client"),
    refused("invalid_client", 7000215),
    { class: "signIn", code: "AADSTS7000215", says: /secret is wrong/ },
  ],
  [
    "the secret's id instead of the secret",
    thrown("invalid_client"),
    { ...refused("invalid_client", 7000215), secretLooksLikeId: true },
    { class: "signIn", code: "AADSTS7000215", says: /form of a secret's id/ },
  ],
  [
    "a secret that looks like an id but has expired",
    thrown("invalid_client"),
    { ...refused("invalid_client", 7000222), secretLooksLikeId: true },
    { class: "signIn", code: "AADSTS7000222", says: /has expired/ },
  ],
  [
    "the known one of several numbers",
    thrown("invalid_grant"),
    refused("invalid_grant", 1, 50173),
    { class: "signIn", code: "AADSTS50173", says: /revoked/ },
  ],
  [
    "an unknown number goes by the OAuth code",
    thrown("invalid_grant"),
    refused("invalid_grant", 99999),
    { class: "signIn", code: "AADSTS99999", says: /not valid any more/ },
  ],
  [
    "no number",
    thrown("post_request_failed"),
    refused("authorization_declined"),
    { class: "signIn", code: "authorization_declined", says: /declined/ },
  ],
  [
    "neither is known",
    thrown("x"),
    refused("brand_new"),
    { class: "signIn", code: "brand_new", says: /brand_new/ },
  ],
  [
    "a passing trouble of Entra",
    thrown("server_error"),
    refused("server_error", 90033),
    { class: "retry", code: "AADSTS90033", says: /passing/ },
  ],
  [
    "no session",
    thrown("no_tokens_found"),
    nothing,
    { class: "signIn", code: "no_tokens_found", says: /Sign in again/ },
  ],
  [
    "the user stopped while the last answer was pending",
    thrown("device_code_polling_cancelled"),
    refused("authorization_pending", 70016),
    { class: "canceled", code: "device_code_polling_cancelled", says: /stopped/ },
  ],
  [
    "denied in the browser, told by the library alone",
    thrown("access_denied"),
    nothing,
    { class: "signIn", code: "access_denied", says: /declined/ },
  ],
  [
    "an unknown code of the library",
    thrown("brand_new"),
    nothing,
    { class: "signIn", code: "brand_new", says: /brand_new/ },
  ],
  [
    "no network",
    thrown("network_error"),
    { ...nothing, networkFailure: { class: "retry", code: "CS-NETWORK", message: "unreachable" } },
    { class: "retry", code: "CS-NETWORK", says: /unreachable/ },
  ],
];

for (const [name, error, context, { says, ...expected }] of cases) {
  test(`signInError: ${name}`, () => {
    const { failure } = signInError(error, context);
    assert.deepEqual({ class: failure.class, code: failure.code }, expected);
    assert.match(failure.message, says);
    assert.equal(failure.side, "dynamics");
    assert.doesNotMatch(failure.message, /nobody reads/);
  });
}

test("signInError: an error without a code is a fault of the program and goes on as it is", () => {
  assert.throws(() => signInError(new TypeError("bug"), nothing), TypeError);
});

test("every number that the references name has a sentence", () => {
  const named = [
    16000, 50034, 50057, 50058, 50076, 50079, 50126, 50173, 53003, 65001, 90002, 90072, 500011,
    700016, 700024, 700027, 7000112, 7000215, 7000218, 7000222, 90055,
  ];
  assert.deepEqual(
    named.filter((number) => !AADSTS[number]),
    [],
  );
});

test("every problem is said in whole sentences", () => {
  const all = [AADSTS, OAUTH, LIBRARY].flatMap((table) => Object.entries(table));
  assert.deepEqual(
    all.filter(([, { sentence }]) => !/^[A-Z].*\.$/.test(sentence)).map(([key]) => key),
    [],
  );
});
