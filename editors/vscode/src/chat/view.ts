import * as vscode from "vscode";
import { ProgressType, type LanguageClient } from "vscode-languageclient/node";
import type { Documents } from "../documents.ts";
import { withoutNew } from "../plain.ts";
import * as words from "../words.ts";
import * as code from "./code.ts";
import { ending } from "./ending.ts";
import type { Answer, FromPage, ToPage } from "./messages.ts";
import { html } from "./page.ts";
import * as previous from "./previous.ts";

type Question = { message: string } | { action: "explain" };
const EXPLAIN: Question = { action: "explain" };
const PIECES = new ProgressType<{ kind: "text" | "thinking"; text: string }>();

/** The chat in the side bar. What was said is kept here, so that the page can be made again at any time. */
export class ChatView implements vscode.WebviewViewProvider, vscode.Disposable {
  #view: vscode.WebviewView | undefined;
  #history: ToPage[] = [];
  #conversation = newId();
  #asked = 0;
  #place: code.Place | undefined;
  readonly #registration: vscode.Disposable;

  constructor(
    private readonly root: vscode.Uri,
    private readonly documents: Documents,
    private readonly client: () => LanguageClient | undefined,
  ) {
    this.#registration = vscode.window.registerWebviewViewProvider("hearth.chat", this);
  }

  resolveWebviewView(view: vscode.WebviewView): void {
    this.#view = view;
    view.webview.options = { enableScripts: true, localResourceRoots: [vscode.Uri.joinPath(this.root, "dist", "page")] };
    view.webview.onDidReceiveMessage((message: FromPage) => { void this.#onMessage(message); });
    view.onDidDispose(() => { this.#view = undefined; });
    view.webview.html = html(view.webview, this.root);
  }

  async explainSelection(): Promise<void> {
    const place = code.placeOf(vscode.window.activeTextEditor);
    if (place === undefined) {
      void words.inform("no file is open that could be explained.");
      return;
    }
    await this.#ask(EXPLAIN, `Explain ${code.nameOf(place)}`, place);
  }

  /** For the code action; `wanted` is what the server put into its command. */
  async explain(wanted: unknown): Promise<void> {
    const place = code.placeFrom(wanted, this.client());
    await this.#ask(EXPLAIN, place === undefined ? "Explain" : `Explain ${code.nameOf(place)}`, place);
  }

  /** A new conversation; the answer that is being written is stopped. */
  begin(conversation = newId(), history: ToPage[] = []): void {
    this.#stop();
    this.#asked++;
    this.#conversation = conversation;
    this.#history = [];
    this.#tell({ kind: "clear" });
    history.forEach((message) => { this.#tell(message); });
  }

  async choosePrevious(client: LanguageClient): Promise<void> {
    const chat = await previous.choose(client, "Hearth: previous chats");
    if (chat !== undefined) {
      this.begin(chat.conversation, previous.asMessages(chat));
      await vscode.commands.executeCommand("hearth.chat.focus");
    }
  }

  async chooseToDelete(client: LanguageClient): Promise<void> {
    const chat = await previous.choose(client, "Hearth: delete a chat");
    if (chat === undefined) {
      return;
    }
    await client.sendRequest("hearth/chat/delete", { conversation: chat.conversation });
    if (chat.conversation === this.#conversation) {
      this.begin();
    }
  }

  dispose(): void {
    this.#registration.dispose();
  }

  async #onMessage(message: FromPage): Promise<void> {
    switch (message.kind) {
      case "ready":
        this.#history.forEach((each) => void this.#view?.webview.postMessage(each));
        return;
      case "ask":
        await this.#ask({ message: message.text }, message.text, code.placeOf(vscode.window.activeTextEditor));
        return;
      case "stop":
        this.#stop();
        return;
      case "copy":
        await vscode.env.clipboard.writeText(withoutNew(message.text, ""));
        return;
      case "insert":
        await code.insert(message.text);
        return;
      case "apply":
        await code.preview(message.text, this.#place, this.documents);
    }
  }

  async #ask(question: Question, title: string, place: code.Place | undefined): Promise<void> {
    await vscode.commands.executeCommand("hearth.chat.focus");
    this.#stop();
    const number = ++this.#asked;
    this.#place = place;
    this.#tell({ kind: "question", text: title });
    const answer = await this.#answer(question, number, place);
    if (number === this.#asked) {
      this.#tell({ kind: "answer", answer });
    }
  }

  async #answer(question: Question, number: number, place: code.Place | undefined): Promise<Answer> {
    const client = this.client();
    const streamed = { text: "", thinking: "" };
    const failed = (message: string): Answer => ending({ reason: "error", message }, streamed);
    if (client?.isRunning() !== true) {
      return failed("The server is not running. The status bar says more.");
    }
    const partialResultToken = `hearth-chat-${number}`;
    const pieces = client.onProgress(PIECES, partialResultToken, (piece) => {
      streamed[piece.kind] += piece.text;
      if (number === this.#asked) {
        this.#tell({ kind: "piece", part: piece.kind, text: piece.text });
      }
    });
    try {
      const about = place === undefined ? {} : code.asParams(place, client);
      const params = { ...question, conversation: this.#conversation, partialResultToken, ...about };
      return ending(await client.sendRequest<Answer | null>("hearth/chat", params), streamed);
    } catch (error) {
      return failed(error instanceof Error ? error.message : String(error));
    } finally {
      pieces.dispose();
    }
  }

  #stop(): void {
    const client = this.client();
    if (client?.isRunning() === true) {
      client.sendRequest("hearth/chat/stop", { conversation: this.#conversation }).catch(() => undefined);
    }
  }

  #tell(message: ToPage): void {
    this.#history.push(message);
    void this.#view?.webview.postMessage(message);
  }
}

function newId(): string {
  return `vscode-${process.pid}-${Date.now()}`;
}
