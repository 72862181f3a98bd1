import * as vscode from "vscode";
import { CloseAction, ErrorAction, LanguageClient, State, type CloseHandlerResult, type LanguageClientOptions } from "vscode-languageclient/node";
import * as actions from "./actions.ts";
import { Bars } from "./bars.ts";
import { noticed } from "./busy.ts";
import type { Documents } from "./documents.ts";
import { answerDefinitions } from "./definitions.ts";
import { answerMembers } from "./members.ts";
import { answerDocumentText, EXTRAS } from "./extras.ts";
import { offer } from "./firstModel.ts";
import { Growth } from "./growth.ts";
import type { NextEdit } from "./nextEdit.ts";
import { SCHEMES } from "./schemes.ts";
import { chosen } from "./settings.ts";
import type { Status } from "./statusText.ts";
import type { Usage } from "./usage.ts";

const MOST_RESTARTS = 4;
const WITHIN_MS = 180_000;

export interface Reaction {
  onStatus: (status: Status) => void;
  /** The server has started, for the first time or again. */
  onRunning: () => void;
  /** The server's own command `hearth.explain` ends in the chat view. */
  onExplain: (place: unknown) => void;
  usage: Usage;
  nextEdit: NextEdit;
  documents: Documents;
  log: vscode.LogOutputChannel;
}

/** A client of that program, not yet started. It starts the program again when it ends, within bounds. */
export function connect(program: string, { onStatus, onRunning, onExplain, usage, nextEdit, documents, log }: Reaction): LanguageClient {
  const ends: number[] = [];
  const bars = new Bars((token) => { void client.sendNotification("window/workDoneProgress/cancel", { token }); });
  const closed = (): CloseHandlerResult => {
    const now = Date.now();
    ends.push(now);
    if (ends.filter((end) => now - end < WITHIN_MS).length <= MOST_RESTARTS) {
      onStatus({ kind: "starting", message: "The server exited unexpectedly and is being restarted." });
      return { action: CloseAction.Restart, handled: true };
    }
    const message = `The server exited ${MOST_RESTARTS + 1} times within three minutes.`;
    onStatus({ kind: "stopped", message, help: "The log may say why. Restart it from this menu." });
    return { action: CloseAction.DoNotRestart, message: `Hearth: ${message} It will not be restarted.` };
  };
  const options: LanguageClientOptions = {
    documentSelector: SCHEMES.map((scheme) => ({ scheme })),
    initializationOptions: () => ({ hearth: chosen() }),
    outputChannel: log,
    errorHandler: { error: () => ({ action: ErrorAction.Continue }), closed },
    middleware: {
      handleWorkDoneProgress: (token, step, next) => {
        if (!bars.show(token, step) || step.kind === "end") {
          next(token, step);
        }
      },
      workspace: { configuration: (params) => params.items.map((item) => (item.section === "hearth" ? chosen() : null)) },
      provideInlineCompletionItems: async (document, position, context, token, next) => {
        if (nextEdit.isGhost(document, position)) {
          return undefined;
        }
        if (context.triggerKind === vscode.InlineCompletionTriggerKind.Invoke) {
          usage.asked();
        }
        const found = await noticed(next(document, position, context, token));
        const items = Array.isArray(found) ? found : (found?.items ?? []);
        usage.offered(document, position, items);
        nextEdit.refresh();
        return found;
      },
      provideCodeActions: async (document, range, context, token, next) =>
        actions.offered(await next(document, range, context, token), document, range, context.only),
      resolveCodeAction: (action, token) => actions.resolve(action, token, client, documents),
      executeCommand: async (command, argv: unknown[], next) => {
        if (command === "hearth.explain") {
          onExplain(argv[0]);
          return undefined;
        }
        if (command === "hearth.didAcceptCompletion") {
          usage.accepted();
          void vscode.commands.executeCommand("setContext", "hearth.accepted", true);
        }
        return (await next(command, argv)) as unknown;
      },
    },
  };
  const client = new LanguageClient("hearth", "Hearth", { command: program, args: ["serve"] }, options);
  const growth = new Growth(client, usage);
  client.registerFeature(EXTRAS);
  client.onNotification("hearth/status", onStatus);
  client.onNotification("hearth/completionGrew", (grown: Parameters<Growth["show"]>[0]) => growth.show(grown));
  client.onNotification("hearth/chooseModel", (asked: Parameters<typeof offer>[1]) => { void offer(client, asked); });
  answerDocumentText(client);
  answerDefinitions(client);
  answerMembers(client);
  client.onDidChangeState(({ newState }) => {
    void vscode.commands.executeCommand("setContext", "hearth.running", newState === State.Running);
    if (newState !== State.Running) {
      bars.end();
      growth.dispose();
      nextEdit.forget();
    }
    if (newState === State.Starting) {
      onStatus({ kind: "starting", message: "" });
    } else if (newState === State.Running) {
      onStatus({ kind: "waiting", message: "The model will be loaded when a file is opened." });
      onRunning();
    }
  });
  return client;
}
