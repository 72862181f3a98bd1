import * as vscode from "vscode";
import { InlineCompletionRequest, type LanguageClient } from "vscode-languageclient/node";
import type { Usage } from "./usage.ts";

/** `hearth/completionGrew`: the automatic request there would be answered with more by now. */
interface Grown {
  textDocument: { uri: string; version: number };
  position: { line: number; character: number };
}

/** Since 1.106 VS Code can be told to ask one extension as if the user typed; older ones would ask by hand. */
export const CAN_GROW = isAtLeast("1.106");
export const OURS = { providerId: "hearth.hearth:*", explicit: false };

/**
 * Shows more in the place of a suggestion that is shown. VS Code asks a provider once about the same cursor in the
 * same text. So for each growth there is a new one, which is asked once; until its answer is there, what is shown
 * stays.
 */
export class Growth implements vscode.Disposable {
  #provider: vscode.Disposable | undefined;

  constructor(private readonly client: LanguageClient, private readonly usage: Usage) {}

  async show({ textDocument, position }: Grown): Promise<void> {
    const editor = vscode.window.activeTextEditor;
    const place = this.client.protocol2CodeConverter.asPosition(position);
    if (editor === undefined || !vscode.window.state.focused || this.usage.isDismissed(editor.document)) {
      return;
    }
    const uri = this.client.code2ProtocolConverter.asUri(editor.document.uri);
    const isSame = uri === textDocument.uri && editor.document.version === textDocument.version;
    const [selection, ...others] = editor.selections;
    if (!isSame || others.length > 0 || selection?.isEmpty !== true || !selection.active.isEqual(place)) {
      return;
    }
    this.dispose();
    const { scheme } = editor.document.uri;
    this.#provider = vscode.languages.registerInlineCompletionItemProvider({ scheme }, this.#asker(textDocument.version, place));
    await vscode.commands.executeCommand("editor.action.inlineSuggest.trigger", OURS);
  }

  dispose(): void {
    this.#provider?.dispose();
    this.#provider = undefined;
  }

  /** Asks the server as if the user typed; not about anything later, which the client's own provider is asked about. */
  #asker(version: number, place: vscode.Position): vscode.InlineCompletionItemProvider {
    let isSpent = false;
    return {
      provideInlineCompletionItems: (document, position, context, token) => {
        if (isSpent || document.version !== version || !position.isEqual(place)) {
          return undefined;
        }
        isSpent = true;
        const own = this.client.getFeature(InlineCompletionRequest.method)?.getProvider(document);
        const automatic = { ...context, triggerKind: vscode.InlineCompletionTriggerKind.Automatic };
        return own?.provideInlineCompletionItems(document, position, automatic, token);
      },
    };
  }
}

function isAtLeast(least: string): boolean {
  return vscode.version.localeCompare(least, undefined, { numeric: true }) >= 0;
}
