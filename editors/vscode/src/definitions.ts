import * as vscode from "vscode";
import type { LanguageClient } from "vscode-languageclient/node";

interface Position {
  line: number;
  character: number;
}

interface Asked {
  textDocument: { uri: string; version: number };
  definitions: Position[];
  types: Position[];
}

interface Found {
  uri: string;
  range: { start: Position; end: Position };
}

const MAX_LOCATIONS = 3; // of one position

/** Tells the server what the other extensions know of names near the cursor. */
export function answerDefinitions(client: LanguageClient): vscode.Disposable {
  return client.onRequest("hearth/definitions", async ({ textDocument, definitions, types }: Asked) => {
    const uri = client.protocol2CodeConverter.asUri(textDocument.uri);
    const find = async (command: string, positions: Position[]): Promise<Found[][]> =>
      Promise.all(positions.map(async (position) => {
        const at = new vscode.Position(position.line, position.character);
        const found = await vscode.commands.executeCommand<(vscode.Location | vscode.LocationLink)[]>(command, uri, at);
        return found.slice(0, MAX_LOCATIONS).map((each) => place(client, each));
      }));
    return {
      definitions: await find("vscode.executeDefinitionProvider", definitions),
      types: await find("vscode.executeTypeDefinitionProvider", types),
    };
  });
}

function place(client: LanguageClient, found: vscode.Location | vscode.LocationLink): Found {
  const convert = client.code2ProtocolConverter;
  const [uri, range] = "targetUri" in found
    ? [found.targetUri, found.targetSelectionRange ?? found.targetRange]
    : [found.uri, found.range];
  return { uri: convert.asUri(uri), range: convert.asRange(range) };
}
