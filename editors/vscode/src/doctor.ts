import { execFile } from "node:child_process";
import * as vscode from "vscode";
import type { Documents } from "./documents.ts";
import { chosen } from "./settings.ts";
import * as words from "./words.ts";

/** `hearth doctor`, as a document. It loads the model, so it may take a while. */
export async function show(program: string, documents: Documents): Promise<void> {
  const said = await words.progress("the doctor is looking at the model", (_, cancelled) => run(program, ["doctor", "--editor"], cancelled));
  await documents.show("doctor.txt", said, vscode.ViewColumn.Active);
}

/** `hearth stats`, as a document. */
export async function statistics(program: string, documents: Documents): Promise<void> {
  const said = await words.progress("counting", (_, cancelled) => run(program, ["stats"], cancelled));
  await documents.show("statistics.txt", said, vscode.ViewColumn.Active);
}

/** What the program prints, or why it prints nothing. */
function run(program: string, argv: string[], cancelled: vscode.CancellationToken): Promise<string> {
  return new Promise((resolve) => {
    const env = { ...process.env, NO_COLOR: "1", COLUMNS: "100" };
    const child = execFile(program, argv, { timeout: 120_000, env }, (error, stdout, stderr) => {
      resolve(stdout + stderr || (error?.message ?? ""));
    });
    child.stdin?.on("error", () => undefined); // an older program does not read it
    child.stdin?.end(JSON.stringify({ hearth: chosen() })); // what this window uses, not what hearth.toml says alone
    cancelled.onCancellationRequested(() => child.kill());
  });
}
