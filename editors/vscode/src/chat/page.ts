import { randomBytes } from "node:crypto";
import * as vscode from "vscode";

/** The page of the chat view. It may load our own script and style, and nothing else from anywhere. */
export function html(webview: vscode.Webview, root: vscode.Uri): string {
  const nonce = randomBytes(16).toString("base64");
  const file = (name: string): string => webview.asWebviewUri(vscode.Uri.joinPath(root, "dist", "page", name)).toString();
  const policy = `default-src 'none'; style-src ${webview.cspSource}; script-src 'nonce-${nonce}'`;
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<link rel="stylesheet" href="${file("page.css")}">
<title>Hearth</title>
</head>
<body>
<main id="log" aria-label="The chat" tabindex="0"></main>
<div id="said" class="unseen" role="status" aria-live="polite"></div>
<form id="ask">
<div id="chips"><button id="about" type="button" class="quiet chip" hidden></button><span id="attached"></span><button id="found" type="button" class="quiet chip" hidden></button></div>
<ul id="words" role="listbox" aria-label="Attach, or act" hidden></ul>
<textarea id="question" rows="3" placeholder="Ask about your code (# attaches, / acts, Shift+Enter: new line)" aria-label="Your question" aria-controls="words"></textarea>
<div class="row"><span class="hint">Enter sends</span><button id="send" type="submit">Send</button><button id="stop" type="button" hidden>Stop</button></div>
</form>
<script nonce="${nonce}" src="${file("main.js")}"></script>
</body>
</html>`;
}
