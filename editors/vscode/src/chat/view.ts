import * as vscode from "vscode";
import { ProgressType, type LanguageClient } from "vscode-languageclient/node";
import type { Documents } from "../documents.ts";
import { withoutNew } from "../plain.ts";
import * as words from "../words.ts";
import { asParams, Attachments, type Item } from "./attachments.ts";
import * as code from "./code.ts";
import { ending } from "./ending.ts";
import { Found } from "./found.ts";
import type { Answer, FromPage, ToPage } from "./messages.ts";
import { html } from "./page.ts";
import * as previous from "./previous.ts";
import { Subject } from "./subject.ts";

type Question = { message: string } | { action: "explain" | "continue" };
const EXPLAIN: Question = { action: "explain" };
const PIECES = new ProgressType<{ kind: "text" | "thinking"; text: string }>();
const CONVERSATION = "chat.conversation";
const DRAFT = "chat.draft";
/** The words that may stand behind a slash, and the commands that they run. */
const COMMANDS = new Map([
  ["edit", "hearth.edit"],
  ["explain", "hearth.explainSelection"],
  ["fix", "hearth.fix"],
  ["document", "hearth.document"],
  ["types", "hearth.addTypes"],
  ["simplify", "hearth.simplify"],
  ["tests", "hearth.writeTests"],
  ["new", "hearth.newChat"],
]);

/**
 * The chat in the side bar. What was said is kept here, so that the page can be made again at any time. A new window of
 * the same workspace goes on with its last conversation, and with what stood in the input.
 */
export class ChatView implements vscode.WebviewViewProvider, vscode.Disposable {
  #view: vscode.WebviewView | undefined;
  #isReady = false;
  #wantsFocus = false;
  #history: ToPage[] = [];
  #conversation: string;
  #restored: Promise<void> | undefined;
  #asked = 0;
  #place: code.Place | undefined;
  readonly #subject = new Subject((message) => { this.#post(message); });
  readonly #attachments = new Attachments((message) => { this.#post(message); });
  readonly #found = new Found((message) => { this.#post(message); });
  readonly #registration: vscode.Disposable;

  constructor(
    private readonly root: vscode.Uri,
    private readonly documents: Documents,
    private readonly state: vscode.Memento,
    private readonly client: () => LanguageClient | undefined,
  ) {
    this.#conversation = state.get<string>(CONVERSATION) ?? newId();
    this.#registration = vscode.window.registerWebviewViewProvider("hearth.chat", this);
  }

  resolveWebviewView(view: vscode.WebviewView): void {
    this.#view = view;
    this.#isReady = false;
    view.webview.options = { enableScripts: true, localResourceRoots: [vscode.Uri.joinPath(this.root, "dist", "page")] };
    view.webview.onDidReceiveMessage((message: FromPage) => { void this.#onMessage(message); });
    view.onDidChangeVisibility(() => { this.#isReady &&= view.visible; }); // a page that is hidden is gone
    view.onDidDispose(() => { this.#view = undefined; });
    view.webview.html = html(view.webview, this.root);
  }

  /** Show it, with the cursor in the input. */
  async open(): Promise<void> {
    this.#wantsFocus = true;
    await vscode.commands.executeCommand("hearth.chat.focus");
    this.#focus();
  }

  /** Attach files, or the selection, to the next question. */
  async add(places: code.Place[]): Promise<void> {
    if (places.length === 0) {
      void words.inform("no file is open that could be added to the chat.");
      return;
    }
    places.forEach((place) => { this.#attachments.addPlace(place); });
    await this.open();
  }

  async explainSelection(): Promise<void> {
    const place = code.placeOf(vscode.window.activeTextEditor);
    if (place === undefined) {
      void words.inform("no file is open that could be explained.");
      return;
    }
    await this.#explain(`Explain ${code.nameOf(place)}`, place);
  }

  /** For the code action; `wanted` is what the server put into its command. */
  async explain(wanted: unknown): Promise<void> {
    const place = code.placeFrom(wanted, this.client());
    await this.#explain(place === undefined ? "Explain" : `Explain ${code.nameOf(place)}`, place);
  }

  /** A new conversation; the answer that is being written is stopped. What stands in the input stays. */
  begin(conversation = newId(), history: ToPage[] = []): void {
    this.#stop();
    this.#asked++;
    this.#restored = Promise.resolve();
    this.#keep(conversation);
    this.#history = [];
    this.#tell({ kind: "clear" });
    history.forEach((message) => { this.#tell(message); });
  }

  /** Show the workspace's last conversation as soon as both page and server are there. */
  async restoreIfShown(): Promise<void> {
    if (this.#view !== undefined) {
      await this.#restore();
    }
  }

  async choosePrevious(client: LanguageClient): Promise<void> {
    const chat = await previous.choose(client, "Hearth: previous chats", (deleted) => { this.#leave(deleted); });
    if (chat !== undefined) {
      this.begin(chat.conversation, previous.asMessages(chat));
      await this.open();
    }
  }

  async chooseToDelete(client: LanguageClient): Promise<void> {
    const chat = await previous.choose(client, "Hearth: delete a chat", (deleted) => { this.#leave(deleted); });
    if (chat !== undefined) {
      await previous.remove(client, chat);
      this.#leave(chat);
    }
  }

  dispose(): void {
    this.#registration.dispose();
    this.#subject.dispose();
  }

  async #onMessage(message: FromPage): Promise<void> {
    switch (message.kind) {
      case "ready":
        this.#pageIsReady();
        await this.#restore();
        return;
      case "ask":
        await this.#ask({ message: message.text }, message.text, this.#subject.place);
        return;
      case "draft":
        this.#found.look(this.client(), message.text, (client) => this.#params({ message: message.text }, client, this.#subject.place, this.#attachments.items));
        await this.state.update(DRAFT, message.text);
        return;
      case "leaveOut":
        this.#subject.leaveOut();
        return;
      case "attach":
        await this.#attachments.add(message.what);
        await this.open();
        return;
      case "drop":
        await this.add(message.uris.map((uri) => ({ uri: vscode.Uri.parse(uri) })).filter(({ uri }) => uri.scheme === "file"));
        return;
      case "detach":
        this.#attachments.remove(message.id);
        return;
      case "command":
        await vscode.commands.executeCommand(COMMANDS.get(message.name) ?? "hearth.menu");
        return;
      case "open":
        await code.show(message.used);
        return;
      case "leaveOutFound":
        this.#found.leaveOut();
        return;
      case "stop":
        this.#stop();
        return;
      case "copy":
        await vscode.env.clipboard.writeText(withoutNew(message.text, ""));
        return;
      case "insert":
        await code.insert(message.text, this.client());
        return;
      case "goOn":
        await this.#ask({ action: "continue" }, "Continue", undefined);
        return;
      case "apply":
        await code.preview(message.text, this.#place, this.documents, this.client());
    }
  }

  #pageIsReady(): void {
    this.#isReady = true;
    this.#history.forEach((each) => { this.#post(each); });
    this.#post({ kind: "draft", text: this.state.get(DRAFT, "") });
    this.#subject.tell();
    this.#attachments.tell();
    this.#found.tell();
    if (this.#wantsFocus) {
      this.#focus();
    }
  }

  /** Once. The page may come later than the first question, so it is not asked for here. */
  async #restore(): Promise<void> {
    const client = this.client();
    if (client?.isRunning() === true) {
      await (this.#restored ??= this.#showLast(client));
    }
  }

  async #showLast(client: LanguageClient): Promise<void> {
    const conversation = this.#conversation;
    const last = await previous.find(client, conversation).catch(() => undefined);
    if (last === undefined || conversation !== this.#conversation) {
      return;
    }
    const since = this.#history;
    this.#history = [];
    [{ kind: "clear" } as const, ...previous.asMessages(last), ...since].forEach((message) => { this.#tell(message); });
  }

  async #explain(title: string, place: code.Place | undefined): Promise<void> {
    await this.open();
    await this.#ask(EXPLAIN, title, place);
  }

  async #ask(question: Question, title: string, place: code.Place | undefined): Promise<void> {
    this.#stop();
    const number = ++this.#asked;
    this.#place = place;
    this.#tell({ kind: "question", text: title });
    await this.#restore(); // what is asked continues that conversation
    this.#keep(this.#conversation);
    const taken = "message" in question ? this.#attachments.take() : [];
    const answer = await this.#answer(question, number, place, taken);
    if (answer.reason === "error") {
      this.#attachments.putBack(taken);
    }
    if (number === this.#asked) {
      this.#tell({ kind: "answer", answer });
    }
  }

  async #answer(question: Question, number: number, place: code.Place | undefined, taken: Item[]): Promise<Answer> {
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
      const params = { ...(await this.#params(question, client, place, taken)), conversation: this.#conversation, partialResultToken };
      this.#found.asked();
      return ending(await client.sendRequest<Answer | null>("hearth/chat", params), streamed);
    } catch (error) {
      return failed(error instanceof Error ? error.message : String(error));
    } finally {
      pieces.dispose();
    }
  }

  /** The question with what goes along. */
  async #params(question: Question, client: LanguageClient, place: code.Place | undefined, taken: Item[]): Promise<object> {
    const about = place === undefined ? {} : code.asParams(place, client);
    if (!("message" in question)) {
      return { ...question, ...about };
    }
    return { ...question, ...about, attachments: await asParams(taken, question.message, client), search: !this.#found.isOff };
  }

  #stop(): void {
    const client = this.client();
    if (client?.isRunning() === true) {
      client.sendRequest("hearth/chat/stop", { conversation: this.#conversation }).catch(() => undefined);
    }
  }

  /** A chat that is gone is shown no longer. */
  #leave(deleted: previous.Chat): void {
    if (deleted.conversation === this.#conversation) {
      this.begin();
    }
  }

  #keep(conversation: string): void {
    this.#conversation = conversation;
    void this.state.update(CONVERSATION, conversation);
  }

  #focus(): void {
    if (this.#isReady) {
      this.#wantsFocus = false;
      this.#post({ kind: "focus" });
    }
  }

  #tell(message: ToPage): void {
    this.#history.push(message);
    this.#post(message);
  }

  /** A page that is not ready yet is told everything when it is. */
  #post(message: ToPage): void {
    if (this.#isReady) {
      void this.#view?.webview.postMessage(message);
    }
  }
}

function newId(): string {
  return `vscode-${process.pid}-${Date.now()}`;
}
