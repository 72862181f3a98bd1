import type { LanguageClient } from "vscode-languageclient/node";
import { quoted } from "../plain.ts";
import type { ToPage, Used } from "./messages.ts";

const REST_MS = 600; // without a key, until the server is asked

/** The definitions of the workspace that the question names so far: they go along with it, unless the user leaves them out. */
export class Found {
  #isOff = false;
  #names = "";
  #asked = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(private readonly show: (message: ToPage) => void) {}

  get isOff(): boolean {
    return this.#isOff;
  }

  /** What stands in the input has changed; `params` are those of the question that it would be. */
  look(client: LanguageClient | undefined, text: string, params: (client: LanguageClient) => Promise<object>): void {
    clearTimeout(this.#timer);
    const number = ++this.#asked;
    if (text.trim() === "" || client?.isRunning() !== true) {
      this.#tell("");
      return;
    }
    this.#timer = setTimeout(() => {
      void this.#ask(client, params).catch(() => "").then((names) => {
        if (number === this.#asked) {
          this.#tell(names);
        }
      });
    }, REST_MS);
  }

  leaveOut(): void {
    this.#isOff = !this.#isOff;
    this.#tell(this.#names);
  }

  /** The question was asked: for the next one they are looked for again. */
  asked(): void {
    clearTimeout(this.#timer);
    this.#asked++;
    this.#isOff = false;
    this.#tell("");
  }

  tell(): void {
    this.#tell(this.#names);
  }

  async #ask(client: LanguageClient, params: (client: LanguageClient) => Promise<object>): Promise<string> {
    const along = await client.sendRequest<{ used: Used[]; found: number } | null>("hearth/chat/context", await params(client));
    const found = along === null || along.found === 0 ? [] : along.used.slice(-along.found);
    const names = found.map(({ path, range }) => `${path.split("/").at(-1) ?? path}${range === null ? "" : `:${range.start.line + 1}`}`);
    return [...new Set(names)].join(", ");
  }

  #tell(names: string): void {
    this.#names = names;
    this.show({ kind: "found", names: quoted(names), isOff: this.#isOff });
  }
}
