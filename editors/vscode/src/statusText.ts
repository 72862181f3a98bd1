/** What the server says with `hearth/status`; "waiting", "stopped" and "missing" are the client's own. */
export interface Status {
  kind: "waiting" | "starting" | "downloading" | "loading" | "ready" | "busy" | "paused" | "error" | "stopped" | "missing";
  message: string;
  percent?: number;
  help?: string;
  /** The server's command `hearth.fetch` may mend it. */
  retry?: boolean;
}

const SHORT: Record<Status["kind"], string> = {
  waiting: "$(flame) Hearth",
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

/** The document in the active editor: its language where that is switched off, and whether a suggestion for it is on its way. */
export interface Document {
  off?: string;
  busy?: boolean;
}

export function shown(status: Status, { off, busy = false }: Document = {}): { text: string; tooltip: string; colour: string | undefined } {
  const percent = status.percent === undefined ? "" : ` ${Math.floor(status.percent)}%`;
  const isOff = off !== undefined && (status.kind === "ready" || status.kind === "waiting");
  const said = [`Hearth: ${status.kind}${percent}`, isOff ? `Suggestions are off for ${off}.` : "", status.message, status.help ?? ""];
  const tooltip = said.filter((line) => line !== "").join("\n");
  if (status.retry === true) {
    return { text: "$(warning) Hearth: no model", tooltip, colour: COLOURS.missing };
  }
  if (isOff) {
    return { text: `$(circle-slash) Hearth: off for ${off}`, tooltip, colour: undefined };
  }
  if (busy && status.kind === "ready") {
    return { text: SHORT.busy, tooltip, colour: undefined };
  }
  return { text: SHORT[status.kind] + (status.kind === "downloading" ? percent : ""), tooltip, colour: COLOURS[status.kind] };
}
