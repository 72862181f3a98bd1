import * as vscode from "vscode";
import { quoted } from "./plain.ts";

/**
 * The one place that speaks to the user. What is said quotes others: a file's name, a checker's words, a program's. VS Code
 * makes links of `[…](…)` in messages and in the titles of progress, and such a link may run any command.
 */
export function inform<T extends string>(message: string, ...buttons: T[]): Thenable<T | undefined> {
  return vscode.window.showInformationMessage<T>(said(message), ...buttons);
}

export function warn<T extends string>(message: string, ...buttons: T[]): Thenable<T | undefined> {
  return vscode.window.showWarningMessage<T>(said(message), ...buttons);
}

export function complain<T extends string>(message: string, ...buttons: T[]): Thenable<T | undefined> {
  return vscode.window.showErrorMessage<T>(said(message), ...buttons);
}

export type Report = (step: { message?: string; increment?: number }) => void;

/** Work with a bar, and a button that ends it. */
export function progress<T>(title: string, work: (report: Report, cancelled: vscode.CancellationToken) => Thenable<T>): Thenable<T> {
  const options = { location: vscode.ProgressLocation.Notification, title: said(title), cancellable: true };
  return vscode.window.withProgress(options, (bar, cancelled) => {
    const report: Report = ({ message, ...more }) => {
      bar.report(message === undefined ? more : { ...more, message: quoted(message) });
    };
    return work(report, cancelled);
  });
}

function said(message: string): string {
  return quoted(message.startsWith("Hearth") ? message : `Hearth: ${message}`);
}
