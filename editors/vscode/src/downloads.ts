import type { ProgressToken, WorkDoneProgressBegin, WorkDoneProgressEnd, WorkDoneProgressReport } from "vscode-languageclient/node";
import * as words from "./words.ts";

type Step = WorkDoneProgressBegin | WorkDoneProgressReport | WorkDoneProgressEnd;

interface Bar {
  report: (percentage: number) => void;
  end: () => void;
}

/**
 * The progress of downloads as notifications with a Cancel button. The library shows all progress in the status bar,
 * where nobody looks for the way to stop it.
 */
export class Downloads {
  readonly #bars = new Map<ProgressToken, Bar>();

  constructor(private readonly cancel: (token: ProgressToken) => void) {}

  /** Whether it was shown here. Downloads are what says how far it is and may be cancelled. */
  show(token: ProgressToken, step: Step): boolean {
    if (step.kind === "begin" && step.cancellable === true && step.percentage !== undefined) {
      this.#bars.set(token, this.#begin(token, step.title, step.percentage));
      return true;
    }
    const bar = this.#bars.get(token);
    if (bar !== undefined && step.kind === "report" && step.percentage !== undefined) {
      bar.report(step.percentage);
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

  #begin(token: ProgressToken, title: string, percentage: number): Bar {
    let now = 0;
    let shown: words.Report | undefined;
    const report = (percent: number): void => {
      shown?.({ message: `${percent}%`, increment: percent - now });
      now = percent;
    };
    let end = (): void => undefined;
    const ended = new Promise<void>((resolve) => { end = resolve; });
    void words.progress(title, (bar, cancelled) => {
      shown = bar;
      report(percentage);
      cancelled.onCancellationRequested(() => { this.cancel(token); });
      return ended;
    });
    return { report, end };
  }
}
