import type { SandboxResponse } from "../kernel/http";
import type { SignInUser } from "./directory";

/** Escapes text for HTML content and double-quoted attributes. */
export function escapeHtml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

function page(title: string, content: string, status = 200): SandboxResponse {
  const body = `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>${escapeHtml(title)}</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:30rem;margin:4rem auto;padding:0 1rem}
button,input{font:inherit;padding:.5rem .75rem;margin:.25rem 0}ul{list-style:none;padding:0}</style></head>
<body><h1>${escapeHtml(title)}</h1>
${content}
</body></html>`;
  return {
    status,
    headers: { "Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store" },
    body,
  };
}

/** The page that posts an answer back to the waiting program, as `response_mode=form_post` asks. */
export function formPostPage(redirectUri: string, fields: Record<string, string>): SandboxResponse {
  const inputs = Object.entries(fields)
    .map(([name, value]) => `<input type="hidden" name="${name}" value="${escapeHtml(value)}">`)
    .join("\n");
  return page(
    "Signing in to the sandbox",
    `<form method="post" action="${escapeHtml(redirectUri)}">
${inputs}
<noscript><button type="submit">Continue</button></noscript>
</form>
<script>document.forms[0].submit();</script>`,
  );
}

/** Lets a person pick who signs in. Each choice is a link, so that keyboard and screen reader work as usual. */
export function chooserPage(url: URL, users: readonly SignInUser[]): SandboxResponse {
  const link = (choice: string) => {
    const target = new URL(url);
    target.searchParams.set("sandbox_user", choice);
    return escapeHtml(`${target.pathname}${target.search}`);
  };
  const items = users.map(
    (user) =>
      `<li><a href="${link(user.objectId)}">${escapeHtml(user.name)} (${escapeHtml(user.userPrincipalName)})</a></li>`,
  );
  return page(
    "Pick an account",
    `<p>This is the sandbox's sign-in page. No password is asked for.</p>
<ul>
${items.join("\n")}
</ul>
<p><a href="${link("deny")}">Cancel</a></p>`,
  );
}

/** Where a person types the code that a device shows. */
export function devicePage(
  action: string,
  userCode: string,
  users: readonly SignInUser[],
): SandboxResponse {
  const choices = users.map(
    (user) =>
      `<li><label><input type="radio" name="user" value="${escapeHtml(user.objectId)}" required> ${escapeHtml(user.name)} (${escapeHtml(user.userPrincipalName)})</label></li>`,
  );
  return page(
    "Enter code",
    `<form method="post" action="${escapeHtml(action)}">
<p><label>Code shown by the program <input name="user_code" value="${escapeHtml(userCode)}" required></label></p>
<ul>
${choices.join("\n")}
</ul>
<p><button name="action" value="approve">Sign in</button>
<button name="action" value="decline" formnovalidate>Cancel</button></p>
</form>`,
  );
}

export function messagePage(title: string, text: string, status = 200): SandboxResponse {
  return page(title, `<p>${escapeHtml(text)}</p>`, status);
}
