import * as vscode from "vscode";
import type { LanguageClient } from "vscode-languageclient/node";
import { quoted } from "./plain.ts";
import { set } from "./settings.ts";
import * as words from "./words.ts";

type Role = "completion" | "chat";
type Backend = "local" | "ollama" | "openai_compatible";

interface Model {
  id: string;
  /** A setting's value: what runs it. */
  backend: string;
  role: Role | "both" | null;
  bytes: number | null;
  licence: string | null;
  path: string | null;
  fits: boolean | null;
  recommended: boolean;
  reason: string;
  uses: Role[];
}

interface Answer {
  models: Model[];
  current: Record<Role, string>;
  backends: Record<Role, string>;
  /** Why a server offers nothing. */
  message: string | null;
}

type Item = vscode.QuickPickItem & { model?: Model; server?: Server };

interface Server {
  label: string;
  backend: Backend;
  url?: string;
  detail: string;
}

const JOBS: { label: string; description: string; roles: Role[] }[] = [
  { label: "Completion and chat", description: "one model for both is loaded once", roles: ["completion", "chat"] },
  { label: "Completion", description: "suggestions while you type", roles: ["completion"] },
  { label: "Chat", description: "chat, explanations and code actions", roles: ["chat"] },
];

const LM_STUDIO = vscode.Uri.from({ scheme: "http", authority: "127.0.0.1:1234", path: "/v1" }).toString(true);

const SERVERS: Server[] = [
  { label: "Ollama", backend: "ollama", detail: "a running Ollama, at the address of ollama.url" },
  { label: "LM Studio", backend: "openai_compatible", url: LM_STUDIO, detail: "its server on this machine" },
  { label: "llama-server, vLLM or another", backend: "openai_compatible", detail: "a server with OpenAI's protocol; you say its address" },
];

/** Have another model, now: it is downloaded or loaded at once. */
export async function switchModel(client: LanguageClient): Promise<void> {
  if (await choose(client)) {
    await vscode.commands.executeCommand("hearth.fetch");
  }
}

/** Let the user choose a job and a model for it. The choice is written to the user's settings; whether there was one. */
export async function choose(client: LanguageClient): Promise<boolean> {
  const job = await vscode.window.showQuickPick(JOBS, { title: "Hearth: a model for what?" });
  if (job === undefined) {
    return false;
  }
  const items = client.sendRequest<Answer>("hearth/models", {}).then((answer) => entries(answer, job.roles));
  const title = `Hearth: the model for ${job.label.toLowerCase()}`;
  const picked = await vscode.window.showQuickPick<Item>(items, { title, matchOnDetail: true });
  if (picked?.server !== undefined) {
    return useModelOf(client, picked.server, job.roles);
  }
  return picked?.model !== undefined && use(client, picked.model, job.roles);
}

/** Let the user choose a server, and a model that it offers. */
export async function useServer(client: LanguageClient, roles: Role[]): Promise<boolean> {
  const picked = await vscode.window.showQuickPick(SERVERS.map(serverItem), { title: "Hearth: who runs the model?" });
  return picked !== undefined && useModelOf(client, picked.server, roles);
}

/** A name and what runs it belong together: no server is ever asked for another one's model. */
export async function use(client: LanguageClient, model: Pick<Model, "id" | "backend">, roles: Role[], url?: string): Promise<boolean> {
  const { current, backends } = await client.sendRequest<Answer>("hearth/models", { backend: "local" });
  if (url !== undefined) {
    await set("openai_compatible.url", url);
  }
  for (const role of roles) {
    if (backends[role] !== model.backend) {
      await set(`${role}.backend`, model.backend);
    }
    if (current[role] !== model.id) {
      await set(`${role}.model`, model.id);
    }
  }
  return true;
}

export function size(bytes: number): string {
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.round(bytes / 1e6)} MB`;
}

async function useModelOf(client: LanguageClient, server: Server, roles: Role[]): Promise<boolean> {
  const isOther = server.backend === "openai_compatible" && server.url === undefined;
  const url = isOther ? await address() : server.url;
  if (isOther && url === undefined) {
    return false;
  }
  const answer = await client.sendRequest<Answer>("hearth/models", { backend: server.backend, ...(url === undefined ? {} : { url }) });
  if (answer.models.length === 0) {
    void words.warn(answer.message ?? `${server.label} offers no models.`);
    return false;
  }
  const picked = await vscode.window.showQuickPick(
    answer.models.map((model) => entry(model, roles)), { title: `Hearth: a model of ${server.label}`, matchOnDetail: true },
  );
  return picked?.model !== undefined && use(client, picked.model, roles, url);
}

async function address(): Promise<string | undefined> {
  const value = vscode.workspace.getConfiguration("hearth").get("openai_compatible.url", "");
  return vscode.window.showInputBox({ title: "Hearth: the server's address", value, prompt: "It often ends in /v1." });
}

function entries({ models }: Answer, roles: Role[]): Item[] {
  const able = models.filter((model) => model.role === null || model.role === "both" || roles.every((role) => model.role === role));
  const local = able.filter((model) => model.backend === "local");
  const groups: [string, Model[]][] = [
    ["offered by your server", able.filter((model) => model.backend !== "local")],
    ["on this disk", local.filter((model) => model.path !== null)],
    ["to be downloaded", local.filter((model) => model.path === null && model.fits !== false)],
    ["too big for this machine", local.filter((model) => model.path === null && model.fits === false)],
  ];
  const rows = groups
    .filter(([, group]) => group.length > 0)
    .flatMap(([label, group]): Item[] => [separator(label), ...group.map((model) => entry(model, roles))]);
  return [...rows, separator("run by another program"), ...SERVERS.map(serverItem)];
}

function separator(label: string): Item {
  return { label, kind: vscode.QuickPickItemKind.Separator };
}

function serverItem(server: Server): Item & { server: Server } {
  return { label: `$(server) ${server.label}…`, detail: server.detail, server };
}

function entry(model: Model, roles: Role[]): Item {
  const used = roles.every((role) => model.uses.includes(role));
  const bytes = model.bytes === null ? null : size(model.bytes);
  const facts = [bytes, model.licence, used ? "in use" : null, model.recommended ? "recommended" : null];
  const isHere = model.path !== null || model.backend !== "local";
  return {
    model,
    label: `${used ? "$(check)" : isHere ? "$(circle-outline)" : "$(cloud-download)"} ${quoted(model.id)}`,
    description: quoted(facts.filter((fact) => fact !== null).join(" · ")),
    detail: quoted(model.reason),
  };
}
