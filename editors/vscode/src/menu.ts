import * as vscode from "vscode";
import { quoted } from "./plain.ts";
import type { Status } from "./statusText.ts";

interface Entry extends vscode.QuickPickItem {
  command?: string;
  /** The user goes on typing afterwards; a click on the status bar has taken the focus from the editor. */
  backToEditor?: boolean;
}

/** The menu of the status bar item. */
export async function show(status: Status, languageOff: (id: string) => boolean): Promise<void> {
  const said = [status.message, status.help ?? ""].filter((line) => line !== "").join(" ");
  const title = `Hearth: ${status.kind}${status.percent === undefined ? "" : ` ${Math.floor(status.percent)}%`}`;
  const picked = await vscode.window.showQuickPick(entries(status, languageOff), { title, placeHolder: quoted(said) });
  if (picked?.command !== undefined) {
    if (picked.backToEditor === true) {
      await vscode.commands.executeCommand("workbench.action.focusActiveEditorGroup");
    }
    await vscode.commands.executeCommand(picked.command);
  }
}

function entries(status: Status, languageOff: (id: string) => boolean): Entry[] {
  if (status.kind === "missing") {
    return [
      { label: "$(tools) Set up the server", command: "hearth.install" },
      { label: "$(refresh) Look for it again", command: "hearth.restart" },
      { label: "$(output) Show logs", command: "hearth.showLogs" },
    ];
  }
  const restart = { label: "$(refresh) Restart the server", command: "hearth.restart" };
  const language = vscode.window.activeTextEditor?.document.languageId;
  const off = language !== undefined && languageOff(language);
  const paused = status.kind === "paused";
  return [
    ...(status.kind === "stopped" ? [restart] : []),
    ...(status.retry === true ? [{ label: "$(cloud-download) Try to get the model again", command: "hearth.fetch" }] : []),
    ...(status.kind === "downloading" ? [{ label: "$(debug-stop) Stop the download", command: "hearth.stopFetching" }] : []),
    { label: paused ? "$(play) Resume" : "$(debug-pause) Pause", command: "hearth.pauseOrResume", backToEditor: true },
    ...(language === undefined ? [] : [{ label: `$(symbol-keyword) Completions for ${language}: turn ${off ? "on" : "off"}`, command: "hearth.toggleLanguage", backToEditor: true }]),
    { label: "$(edit) Edit code as told", command: "hearth.edit", backToEditor: true },
    { label: "$(chip) Switch model", command: "hearth.switchModel" },
    { label: "$(comment-discussion) Open the chat", command: "hearth.openChat" },
    { label: "$(gear) Settings", command: "hearth.settings" },
    { label: "Look inside", kind: vscode.QuickPickItemKind.Separator },
    { label: "$(eye) Show the prompt at the cursor", command: "hearth.showPrompt" },
    { label: "$(pulse) Doctor", command: "hearth.doctor" },
    { label: "$(graph) Statistics", command: "hearth.statistics" },
    { label: "$(output) Show logs", command: "hearth.showLogs" },
    ...(status.kind === "stopped" ? [] : [restart]),
  ];
}
