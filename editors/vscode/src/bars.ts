import type { ProgressToken, WorkDoneProgressBegin, WorkDoneProgressEnd, WorkDoneProgressReport } from "vscode-languageclient/node";
import * as words from "./words.ts";

type Step = WorkDoneProgressBegin | WorkDoneProgressReport | WorkDoneProgressEnd;
type Shown = Pick<WorkDoneProgressReport, "message" | "percentage">;

interface Bar {
  report: (step: Shown) => void;
  end: () => void;
}

/**
 * The progress of downloads and code actions as notifications with a Cancel button. The library shows all progress in
 * the status bar, where nobody looks for the way to stop it.
 */
export class Bars {
  readonly #bars = new Map<ProgressToken, Bar>();

  constructor(private readonly cancel: (token: ProgressToken) => void) {}

  /** Whether it was shown here: what may be cancelled. */
  show(token: ProgressToken, step: Step): boolean {
    if (step.kind === "begin" && step.cancellable === true) {
      this.#bars.set(token, this.#begin(token, step));
      return true;
    }
    const bar = this.#bars.get(token);
    if (bar !== undefined && step.kind === "report") {
      bar.report(step);
    } else if (bar !== undefined && step.kind === "end") {
      bar.end();
      this.#bars.delete(token);
    }
    return bar !== undefined;
  }

  /** The server is gone, and what it was doing with it. */
  end(): void {
    this.#bars.forEach((bar) => { bar.end(); });
    this.#bars.clear();
  }

  #begin(token: ProgressToken, first: WorkDoneProgressBegin): Bar {
    let now = 0;
    let shown: words.Report | undefined;
    const report = ({ message, percentage }: Shown): void => {
      if (percentage !== undefined) {
        shown?.({ message: [`${percentage}%`, message ?? ""].filter((word) => word !== "").join(", "), increment: percentage - now });
        now = percentage;
      } else if (message !== undefined) {
        shown?.({ message });
      }
    };
    let end = (): void => undefined;
    const ended = new Promise<void>((resolve) => { end = resolve; });
    void words.progress(first.title, (bar, cancelled) => {
      shown = bar;
      report(first);
      cancelled.onCancellationRequested(() => { this.cancel(token); });
      return ended;
    });
    return { report, end };
  }
}
