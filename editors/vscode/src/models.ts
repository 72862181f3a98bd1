import * as vscode from "vscode";
import type { LanguageClient } from "vscode-languageclient/node";
import { quoted } from "./plain.ts";
import { set } from "./settings.ts";

type Role = "completion" | "chat";

interface Model {
  id: string;
  role: Role | "both" | null;
  bytes: number;
  licence: string | null;
  path: string | null;
  fits: boolean | null;
  recommended: boolean;
  reason: string;
  uses: Role[];
}

const JOBS: { label: string; description: string; roles: Role[] }[] = [
  { label: "Completion and chat", description: "one model for both is loaded once", roles: ["completion", "chat"] },
  { label: "Completion", description: "suggestions while you type", roles: ["completion"] },
  { label: "Chat", description: "chat, explanations and code actions", roles: ["chat"] },
];

/** Let the user choose a job and a model for it; the choice is written to the user's settings. */
export async function choose(client: LanguageClient): Promise<void> {
  const job = await vscode.window.showQuickPick(JOBS, { title: "Hearth: a model for what?" });
  if (job === undefined) {
    return;
  }
  const models = client.sendRequest<{ models: Model[] } | null>("hearth/models", {});
  const items = models.then((all) => entries(all?.models ?? [], job.roles));
  const title = `Hearth: the model for ${job.label.toLowerCase()}`;
  const picked = await vscode.window.showQuickPick(items, { title, matchOnDetail: true });
  if (picked?.id !== undefined) {
    for (const role of job.roles) {
      await set(`${role}.model`, picked.id);
    }
  }
}

function entries(models: Model[], roles: Role[]): (vscode.QuickPickItem & { id?: string })[] {
  const able = models.filter((model) => model.role === null || model.role === "both" || roles.every((role) => model.role === role));
  const groups: [string, Model[]][] = [
    ["on this disk", able.filter((model) => model.path !== null)],
    ["to be downloaded", able.filter((model) => model.path === null && model.fits !== false)],
    ["too big for this machine", able.filter((model) => model.path === null && model.fits === false)],
  ];
  return groups
    .filter(([, group]) => group.length > 0)
    .flatMap(([label, group]) => [{ label, kind: vscode.QuickPickItemKind.Separator }, ...group.map((model) => entry(model, roles))]);
}

function entry(model: Model, roles: Role[]): vscode.QuickPickItem & { id: string } {
  const used = roles.every((role) => model.uses.includes(role));
  const facts = [size(model.bytes), model.licence, used ? "in use" : null, model.recommended ? "recommended" : null];
  return {
    id: model.id,
    label: `${used ? "$(check)" : model.path === null ? "$(cloud-download)" : "$(circle-outline)"} ${quoted(model.id)}`,
    description: quoted(facts.filter((fact) => fact !== null).join(" · ")),
    detail: quoted(model.reason),
  };
}

function size(bytes: number): string {
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.round(bytes / 1e6)} MB`;
}
