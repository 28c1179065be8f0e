/** The addresses and names that the log's page is made of; the host makes the addresses. */
export interface LogPage {
  /** What the page may load from: the webview's `cspSource`. */
  source: string;
  script: string;
  /** `media/log.css` and `dist/codicon.css`. */
  styles: { log: string; icons: string };
  title: string;
  language: string;
}

/** The log panel's document: nothing inline, nothing from elsewhere, nothing from a record. */
export function logPage(page: LogPage): string {
  const policy = [
    "default-src 'none'",
    `script-src ${page.source}`,
    `style-src ${page.source}`,
    `font-src ${page.source}`,
  ].join("; ");
  return `<!doctype html>
<html lang="${escape(page.language)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${escape(policy)}">
<title>${escape(page.title)}</title>
<link id="vscode-codicon-stylesheet" rel="stylesheet" href="${escape(page.styles.icons)}">
<link rel="stylesheet" href="${escape(page.styles.log)}">
<script type="module" src="${escape(page.script)}"></script>
</head>
<body><log-panel></log-panel></body>
</html>`;
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");
}
