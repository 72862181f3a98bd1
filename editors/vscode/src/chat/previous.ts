import * as vscode from "vscode";
import type { LanguageClient } from "vscode-languageclient/node";
import { quoted } from "../plain.ts";
import * as words from "../words.ts";
import type { ToPage } from "./messages.ts";

export interface Chat {
  conversation: string;
  title: string;
  /** Seconds since 1970. */
  started: number;
  turns: { question: string; answer: string }[];
}

export async function find(client: LanguageClient, conversation: string): Promise<Chat | undefined> {
  return (await all(client)).find((chat) => chat.conversation === conversation);
}

export async function choose(client: LanguageClient, title: string): Promise<Chat | undefined> {
  const chats = await all(client);
  if (chats.length === 0) {
    void words.inform("no chats are saved.");
    return undefined;
  }
  const items = chats.map((chat) => ({
    chat,
    label: quoted(chat.title),
    description: new Date(chat.started * 1000).toLocaleString(),
  }));
  return (await vscode.window.showQuickPick(items, { title }))?.chat;
}

async function all(client: LanguageClient): Promise<Chat[]> {
  return (await client.sendRequest<Chat[] | null>("hearth/chat/list", {})) ?? [];
}

export function asMessages(chat: Chat): ToPage[] {
  return chat.turns.flatMap(({ question, answer }): ToPage[] => [
    { kind: "question", text: question },
    { kind: "answer", answer: { text: answer, thinking: "", used: [], reason: "eog" } },
  ]);
}
