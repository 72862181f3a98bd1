/** Where the texts lie that Hearth works on: files, new ones, cells of notebooks, and the line in which interactive windows are typed into. */
export const SCHEMES = ["file", "untitled", "vscode-notebook-cell", "vscode-interactive-input"];
