/** What the server says with `hearth/status`; "stopped" and "missing" are the client's own. */
export interface Status {
  kind: "starting" | "downloading" | "loading" | "ready" | "busy" | "paused" | "error" | "stopped" | "missing";
  message: string;
  percent?: number;
  help?: string;
}

const SHORT: Record<Status["kind"], string> = {
  starting: "$(loading~spin) Hearth: starting",
  downloading: "$(cloud-download) Hearth",
  loading: "$(loading~spin) Hearth: loading",
  ready: "$(flame) Hearth",
  busy: "$(loading~spin) Hearth",
  paused: "$(debug-pause) Hearth: paused",
  error: "$(error) Hearth: error",
  stopped: "$(warning) Hearth: stopped",
  missing: "$(warning) Hearth: not set up",
};

const COLOURS: Partial<Record<Status["kind"], string>> = {
  error: "statusBarItem.errorBackground",
  stopped: "statusBarItem.warningBackground",
  missing: "statusBarItem.warningBackground",
};

export function shown(status: Status): { text: string; tooltip: string; colour: string | undefined } {
  const percent = status.percent === undefined ? "" : ` ${Math.floor(status.percent)}%`;
  const text = SHORT[status.kind] + (status.kind === "downloading" ? percent : "");
  const said = [`Hearth: ${status.kind}${percent}`, status.message, status.help ?? ""];
  return { text, tooltip: said.filter((line) => line !== "").join("\n"), colour: COLOURS[status.kind] };
}
