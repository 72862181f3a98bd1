import * as vscode from "vscode";
import type { LanguageClient } from "vscode-languageclient/node";
import { quoted } from "../plain.ts";
import * as words from "../words.ts";
import type { ToPage, Used } from "./messages.ts";

export interface Chat {
  conversation: string;
  title: string;
  /** Seconds since 1970. */
  started: number;
  /** The path of the folder in which it began; "" for none. */
  workspace: string;
  turns: { question: string; answer: string; used: Used[] }[];
}

type Item = vscode.QuickPickItem & { chat?: Chat };
const RENAME: vscode.QuickInputButton = { iconPath: new vscode.ThemeIcon("edit"), tooltip: "Rename" };
const DELETE: vscode.QuickInputButton = { iconPath: new vscode.ThemeIcon("trash"), tooltip: "Delete" };

export async function find(client: LanguageClient, conversation: string): Promise<Chat | undefined> {
  return (await all(client)).find((chat) => chat.conversation === conversation);
}

/**
 * Let the user choose one: those of this workspace first, searched by all that was asked in them. Each can be renamed and
 * deleted there; `deleted` hears of that.
 */
export async function choose(client: LanguageClient, title: string, deleted: (chat: Chat) => void): Promise<Chat | undefined> {
  const chats = await all(client);
  if (chats.length === 0) {
    void words.inform("no chats are saved.");
    return undefined;
  }
  const box = vscode.window.createQuickPick<Item>();
  box.title = title;
  box.placeholder = "Search in names and questions";
  box.matchOnDetail = true;
  box.items = items(chats);
  box.onDidTriggerItemButton(({ button, item: { chat } }) => {
    if (chat !== undefined && button === DELETE) {
      box.hide();
      void remove(client, chat).then(() => { deleted(chat); });
    } else if (chat !== undefined) {
      box.hide();
      void rename(client, chat);
    }
  });
  const chosen = await new Promise<Chat | undefined>((resolve) => {
    box.onDidAccept(() => { resolve(box.selectedItems[0]?.chat); });
    box.onDidHide(() => { resolve(undefined); });
    box.show();
  });
  box.dispose();
  return chosen;
}

/** Delete it, and offer to take that back. */
export async function remove(client: LanguageClient, chat: Chat): Promise<void> {
  await client.sendRequest("hearth/chat/delete", { conversation: chat.conversation });
  void words.inform(`“${chat.title}” was deleted.`, "Undo").then(async (said) => {
    if (said === "Undo") {
      await client.sendRequest("hearth/chat/restore", { conversation: chat.conversation });
    }
  });
}

async function rename(client: LanguageClient, chat: Chat): Promise<void> {
  const title = await vscode.window.showInputBox({ title: "Hearth: rename the chat", value: chat.title });
  if (title !== undefined) {
    await client.sendRequest("hearth/chat/rename", { conversation: chat.conversation, title });
  }
}

async function all(client: LanguageClient): Promise<Chat[]> {
  return (await client.sendRequest<Chat[] | null>("hearth/chat/list", {})) ?? [];
}

function items(chats: Chat[]): Item[] {
  const here = new Set(vscode.workspace.workspaceFolders?.map(({ uri }) => uri.fsPath));
  const own = chats.filter(({ workspace }) => here.has(workspace));
  const others = chats.filter(({ workspace }) => !here.has(workspace));
  return [
    ...(own.length > 0 && others.length > 0 ? [separator("this workspace")] : []),
    ...own.map(item),
    ...(own.length > 0 && others.length > 0 ? [separator("elsewhere")] : []),
    ...others.map(item),
  ];
}

function item(chat: Chat): Item {
  const asked = chat.turns.map(({ question }) => question).join(" · ");
  return {
    chat,
    label: quoted(chat.title),
    description: new Date(chat.started * 1000).toLocaleString(),
    detail: quoted(asked),
    buttons: [RENAME, DELETE],
  };
}

function separator(label: string): Item {
  return { label, kind: vscode.QuickPickItemKind.Separator };
}

export function asMessages(chat: Chat): ToPage[] {
  return chat.turns.flatMap(({ question, answer, used }): ToPage[] => [
    { kind: "question", text: question },
    { kind: "answer", answer: { text: answer, thinking: "", used, reason: "eog" } },
  ]);
}
