import { join } from "node:path";
import * as vscode from "vscode";
import type { LanguageClient } from "vscode-languageclient/node";
import { subjectOf, type Place, type Selected } from "./chat/code.ts";
import { ChatView } from "./chat/view.ts";
import * as doctor from "./doctor.ts";
import { Documents } from "./documents.ts";
import { Editing } from "./edit.ts";
import * as environment from "./environment.ts";
import { Focus } from "./focus.ts";
import * as menu from "./menu.ts";
import * as models from "./models.ts";
import * as ownPlaces from "./places.ts";
import * as program from "./program.ts";
import * as prompt from "./prompt.ts";
import { connect } from "./client.ts";
import * as commit from "./commit.ts";
import * as named from "./named.ts";
import { NextEdit } from "./nextEdit.ts";
import { settle } from "./review.ts";
import * as settings from "./settings.ts";
import { StatusItem } from "./status.ts";
import type { Status } from "./statusText.ts";
import { Usage } from "./usage.ts";
import { carried } from "./wheel.ts";
import * as words from "./words.ts";

let client: LanguageClient | undefined;
let found: string | undefined;

export function activate(context: vscode.ExtensionContext): void {
  const log = vscode.window.createOutputChannel("Hearth", { log: true });
  const status = new StatusItem(languageOff);
  const documents = new Documents();
  const usage = new Usage((method, params) => {
    if (client?.isRunning() === true) {
      void client.sendNotification(method, params);
    }
  });
  const chat = new ChatView(context.extensionUri, documents, context.workspaceState, () => client);
  const editing = new Editing(context.globalState, documents);
  const focus = new Focus(() => client);
  const nextEdit = new NextEdit(context.extensionUri, () => client, usage);
  const storage = context.globalStorageUri.fsPath;
  const wheels = vscode.Uri.joinPath(context.extensionUri, "dist", "server").fsPath;

  const start = async (): Promise<void> => {
    await client?.dispose(2000).catch((error: unknown) => { log.warn(String(error)); });
    client = undefined;
    const server = await carried(wheels).catch(() => undefined);
    const own = await ownPlaces.own(storage, server?.id);
    const result = await program.find(places(own.folder));
    found = result.program;
    if (found === undefined) {
      void missing(result.problem ?? "The program `hearth` was not found.");
      return;
    }
    log.info(`starting ${found}`);
    client = connect(found, { onStatus, onRunning, onExplain: (place) => { void chat.explain(place); }, usage, nextEdit, documents, log });
    try {
      await client.start();
    } catch (error) {
      onStatus({ kind: "stopped", message: `${found} does not start.`, help: String(error) });
    }
    if (own.outdated && found.startsWith(own.folder)) {
      log.info("the server is of another version than this extension; it is set up anew meanwhile");
      await install();
    }
  };
  /** Set the server up beside an older one, which runs until then and stays if that fails. */
  const install = async (): Promise<void> => {
    try {
      const server = await carried(wheels);
      const folder = join(storage, `environment-${server.id}`);
      if (found?.startsWith(folder) === true) {
        await client?.dispose(2000); // Windows removes no program that runs
        client = undefined;
      }
      const before = await ownPlaces.asked((await ownPlaces.own(storage, server.id)).folder);
      if (await environment.make(folder, server, before, log)) {
        await start();
        await ownPlaces.tidy(storage, folder);
      }
    } catch (error) {
      void words.complain(`Hearth could not be set up: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  const onStatus = (said: Status): void => { status.update(said); };
  const onRunning = (): void => {
    focus.started();
    chat.restoreIfShown().catch((error: unknown) => { log.warn(String(error)); });
  };
  const missing = async (problem: string): Promise<void> => {
    onStatus({ kind: "missing", message: problem });
    const answer = await words.warn(problem, "Set it up", "Set path");
    if (answer === "Set it up") {
      await vscode.commands.executeCommand("hearth.install");
    } else if (answer === "Set path") {
      await vscode.commands.executeCommand("workbench.action.openSettings", "hearth.path");
    }
  };
  const running = (work: (client: LanguageClient, ...argv: unknown[]) => Promise<unknown>) => async (...argv: unknown[]): Promise<void> => {
    if (client?.isRunning() !== true) {
      await menu.show(status.current, languageOff);
      return;
    }
    try {
      await work(client, ...argv);
    } catch (error) {
      void words.complain(error instanceof Error ? error.message : String(error));
    }
  };
  const commands: Record<string, (...argv: unknown[]) => unknown> = {
    menu: () => menu.show(status.current, languageOff),
    pauseOrResume: () => vscode.commands.executeCommand(status.current.kind === "paused" ? "hearth.resume" : "hearth.pause"),
    toggleLanguage,
    switchModel: running(models.switchModel),
    showPrompt: running((client) => prompt.show(client, documents)),
    doctor: running(() => doctor.show(found ?? "hearth", documents)),
    statistics: running(() => doctor.statistics(found ?? "hearth", documents)),
    settings: () => vscode.commands.executeCommand("workbench.action.openSettings", "@ext:hearth.hearth"),
    showLogs: () => { log.show(); },
    restart: start,
    install,
    edit: running((client, uri, range) => editing.run(client, given(uri, range))),
    ...Object.fromEntries(named.NAMES.map((name) => [name, running((client) => named.run(name, client, documents))])),
    suggest: () => vscode.commands.executeCommand("editor.action.inlineSuggest.trigger"),
    commitMessage: running((client, where) => commit.write(client, where)),
    explainSelection: running(() => chat.explainSelection()),
    openChat: () => chat.open(),
    askAboutThis: () => chat.open(),
    addToChat: (uri, others) => chat.add(added(uri, others)),
    newChat: async () => { chat.begin(); await chat.open(); },
    previousChats: running((client) => chat.choosePrevious(client)),
    deleteChat: running((client) => chat.chooseToDelete(client)),
    applyEdit: () => { settle("Apply"); },
    discardEdit: () => { settle("Discard"); },
    retryEdit: () => { settle("Retry"); },
    nextEdit: running(() => nextEdit.askByHand()),
    takeNextEdit: () => nextEdit.take(),
    declineNextEdit: () => { nextEdit.decline(); },
    dismiss: async () => {
      if (!nextEdit.declineGhost()) {
        usage.rejected();
      }
      await vscode.commands.executeCommand("editor.action.inlineSuggest.hide");
      nextEdit.refresh();
    },
  };
  context.subscriptions.push(
    log, status, documents, usage, chat, focus, nextEdit,
    ...Object.entries(commands).map(([name, run]) => vscode.commands.registerCommand(`hearth.${name}`, run)),
    vscode.workspace.onDidGrantWorkspaceTrust(() => { void start(); }),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration("hearth.path")) {
        void start();
      } else if (event.affectsConfiguration("hearth") && client?.isRunning() === true) {
        void client.sendNotification("workspace/didChangeConfiguration", { settings: { hearth: settings.chosen() } });
      }
    }),
  );
  // Not awaited: until activation ends VS Code runs no command of ours, not even the one that sets the server up.
  void start();
}

export async function deactivate(): Promise<void> {
  await client?.dispose(2000);
}

function places(own: string): program.Places {
  return {
    setting: vscode.workspace.getConfiguration("hearth").get("path", ""),
    trusted: vscode.workspace.isTrusted ? (vscode.workspace.workspaceFolders ?? []).map((folder) => folder.uri.fsPath) : [],
    path: process.env["PATH"] ?? "",
    own,
  };
}

/** The place that a code action names. A menu names the file alone, and adds what it is. */
function given(uri: unknown, range: unknown): Selected | undefined {
  return uri instanceof vscode.Uri && range instanceof vscode.Range ? { uri, range } : undefined;
}

/** What a menu names: the files that are selected in the explorer, a tab's file, or what is selected in the editor. */
function added(uri: unknown, others: unknown): Place[] {
  const files = Array.isArray(others) ? others.filter((each) => each instanceof vscode.Uri) : [];
  if (files.length > 0) {
    return files.map((each) => ({ uri: each }));
  }
  const subject = subjectOf(vscode.window.activeTextEditor);
  const isTab = uri instanceof vscode.Uri && uri.toString() !== subject?.uri.toString();
  return isTab ? [{ uri }] : subject === undefined ? [] : [subject];
}

function languagesOff(): string[] {
  return vscode.workspace.getConfiguration("hearth").get<string[]>("completion.languages_off", []);
}

function languageOff(id: string): boolean {
  return languagesOff().includes(id);
}

async function toggleLanguage(): Promise<void> {
  const id = vscode.window.activeTextEditor?.document.languageId;
  if (id !== undefined) {
    const others = languagesOff().filter((each) => each !== id);
    await settings.set("completion.languages_off", languageOff(id) ? others : [...others, id]);
  }
}
