import * as vscode from "vscode";
import type { LanguageClient } from "vscode-languageclient/node";
import * as models from "./models.ts";
import * as words from "./words.ts";

export interface Offered {
  id: string;
  bytes: number;
  licence: string;
  reason: string;
  recommended: boolean;
  fastest: boolean;
}

const CHOOSE = "Choose…";
const SERVER = "My server…"; // VS Code cuts long words off where there are four buttons

/** The one question of the first run. Nothing is downloaded before it is answered, nor where it is not answered. */
export async function offer(client: LanguageClient, { models: offered }: { models: Offered[] }): Promise<void> {
  const facts = offered.map((model) => `${name(model)}: ${model.id}, ${models.size(model.bytes)}, ${model.licence}; ${model.reason}`);
  const said = ["Hearth needs a code model, which is downloaded once.", ...facts].join(" ");
  const buttons = offered.map(name);
  const pressed = await words.inform(said, ...buttons, CHOOSE, SERVER);
  const chosen = offered[buttons.indexOf(pressed ?? "")];
  if (chosen !== undefined) {
    await models.use(client, { id: chosen.id, backend: "local" }, ["completion", "chat"]);
  } else if (pressed === CHOOSE && !(await models.choose(client))) {
    void offer(client, { models: offered }); // what is called off is asked again, as it is the only way to a model
    return;
  } else if (pressed === SERVER && !(await models.useServer(client, ["completion", "chat"]))) {
    void offer(client, { models: offered });
    return;
  }
  if (pressed !== undefined) {
    await vscode.commands.executeCommand("hearth.fetch");
  }
}

function name(model: Offered): string {
  return model.recommended ? "Recommended" : "Fastest";
}
